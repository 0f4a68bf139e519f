import * as crypto from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { exampleFile, exampleKeys } from "../keys/examples.ts";
import { runProgram } from "./program.ts";

const folder = mkdtempSync(join(tmpdir(), "winpw-loaded-"));
const hook = join(folder, "hook.cjs");
const list = join(folder, "loaded.json");
writeFileSync(
  hook,
  `process.on("exit", () => {
     const files = Object.keys(require.cache).filter((path) => path !== __filename);
     require("node:fs").writeFileSync(process.env.LOADED_TO, JSON.stringify(files));
   });`,
);

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The files of the program that a run loads. */
async function loadedBy(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const observed = { NODE_OPTIONS: `--require ${hook}`, LOADED_TO: list };
  const { code } = await runProgram(args, { env: { ...env, ...observed } });
  expect(code).toBe(0);
  return JSON.parse(readFileSync(list, "utf8")) as string[];
}

async function loadedForKey(file: string): Promise<string[]> {
  const key = exampleKeys.find((one) => one.file === file);
  if (key === undefined) throw new Error(`keys-example has no ${file}`);
  const path = join(folder, "key");
  writeFileSync(path, exampleFile(key.file), { mode: 0o600 });
  const blob = exampleFile(key.ciphertext).toString("latin1").replace(/\s+/g, "");
  const env: Record<string, string> = key.passphrase === null ? {} : { WINPW_PASSPHRASE: key.passphrase };
  return loadedBy(["decrypt", "--key", path, "--blob", blob], env);
}

// A text of each package's own that survives the bundler.
const packages = {
  sshpk: "KeyParseError",
  "node-forge": "Too few bytes to parse DER",
  "hash-wasm": "AGFzbQ", // how WebAssembly begins, in base64
  undici: "UND_ERR_",
} as const;

function packagesIn(files: readonly string[]): string[] {
  const texts = files.map((path) => readFileSync(path, "utf8"));
  return Object.entries(packages)
    .filter(([, mark]) => texts.some((text) => text.includes(mark)))
    .map(([name]) => name);
}

describe("what a run loads", () => {
  it.for(["keys/pkcs1.pem", "keys/pkcs8.pem", "keys/pkcs8.der"])(
    "decrypt with the plain key %s: two files, and no package for other keys or for HTTP",
    async (file) => {
      const files = await loadedForKey(file);
      expect(packagesIn(files)).toEqual([]);
      expect(files.map((path) => basename(path).replace(/-.*/, ""))).toEqual(["main.cjs", "core"]);
    },
  );

  it("--version: one file", async () => {
    expect((await loadedBy(["--version"])).map((path) => basename(path))).toEqual(["main.cjs"]);
  });

  it("--help: no package but commander's own", async () => {
    expect(packagesIn(await loadedBy(["--help"]))).toEqual([]);
  });

  // Else the marks above would be looked for in vain.
  it.for([
    ["keys/openssh", "sshpk", true],
    ["keys/pkcs12-rc2-40.p12", "node-forge", true],
    ["keys/putty-v3-argon2id.ppk", "hash-wasm", !("argon2Sync" in crypto)], // Node has it itself from version 24 on
  ] as const)("decrypt with the key %s does load %s where it needs it: %s", async ([file, name, needed]) => {
    expect(packagesIn(await loadedForKey(file)).includes(name)).toBe(needed);
  });

  it("a command that talks to a cloud does load the HTTP client", async () => {
    expect(packagesIn(await loadedBy(["get", "--help"]))).toContain("undici");
  });
});
