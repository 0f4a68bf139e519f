import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recipes, type Recipe } from "../../keys-example/recipes.mjs";
import { keyPem } from "../crypto/test-vectors.ts";
import { findTool } from "../tools.ts";

/** One generated key file of a known key. */
export interface CorpusFile {
  readonly recipe: Recipe;
  readonly bits: number;
  readonly path: string;
}

/** The passphrase of every encrypted file of the corpus: not ASCII, so that encodings are put to the test. */
export const corpusPassphrase = "fälschung-фраза-not-secret";

const sizes = [1024, 2048, 3072, 4096];
const program = (recipe: Recipe): string => (recipe.tool === "node" ? "openssl" : recipe.tool);

// Every container in the smallest and the largest size, and half of them in each of the two between.
const wanted = sizes.flatMap((bits) =>
  recipes
    .filter((_, index) => bits === 1024 || bits === 4096 || index % 2 === (bits / 1024) % 2)
    .map((recipe) => ({ recipe, bits, name: `${String(bits)}-${recipe.file}` })),
);

/** The programs that the corpus lacks for being complete. */
export const missingTools: readonly string[] = [...new Set(recipes.map(program))].filter(
  (name) => findTool(name) === undefined,
);

const madeFrom = JSON.stringify([
  wanted,
  recipes.map((recipe) => String(recipe.make)),
  keyPem(1024),
  corpusPassphrase,
]);
const folder = join(
  tmpdir(),
  `winpw-corpus-${createHash("sha256").update(madeFrom).digest("hex").slice(0, 16)}`,
);

/** Makes the corpus, or finds it made by an earlier run; files whose program is not installed are left out. */
export function corpus(): readonly CorpusFile[] {
  if (!existsSync(folder)) makeFolder();
  return wanted
    .map(({ recipe, bits, name }) => ({ recipe, bits, path: join(folder, name) }))
    .filter(({ path }) => existsSync(path));
}

// Made beside and renamed, so that two processes cannot see each other's half.
function makeFolder(): void {
  const making = mkdtempSync(`${folder}-making-`);
  for (const bits of sizes) makeSize(bits, making);
  try {
    renameSync(making, folder);
  } catch {
    rmSync(making, { recursive: true });
  }
}

function makeSize(bits: number, target: string): void {
  const work = join(target, `work-${String(bits)}`);
  mkdirSync(work);
  const run = (name: string, options: readonly string[], input?: string): Buffer =>
    execFileSync(name, options, { cwd: work, input, stdio: ["pipe", "pipe", "pipe"] });
  writeFileSync(join(work, "plain.pem"), keyPem(bits));
  run("openssl", ["rsa", "-in", "plain.pem", "-traditional", "-out", "traditional.pem"]);
  for (const { recipe, name } of wanted.filter((file) => file.bits === bits)) {
    if (missingTools.includes(program(recipe))) continue;
    writeFileSync(join(target, name), recipe.make({ work, run, passphrase: corpusPassphrase }));
  }
  rmSync(work, { recursive: true });
}

/** The content of a file of the corpus. */
export function readCorpusFile(file: CorpusFile): Buffer {
  return readFileSync(file.path);
}
