import * as crypto from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { exampleFile, exampleKeys } from "../keys/examples.ts";
import { runProgram } from "./program.ts";

const folder = mkdtempSync(join(tmpdir(), "winpw-effort-"));
const hook = join(folder, "hook.cjs");
const list = join(folder, "effort.json");
writeFileSync(
  hook,
  `const crypto = require("node:crypto");
   const { createHash } = crypto;
   const digests = [];
   crypto.createHash = (name, ...rest) => (digests.push(name), createHash(name, ...rest));
   const Module = require("node:module");
   const { _load } = Module;
   const builtins = [];
   Module._load = (request, ...rest) => {
     if (request.startsWith("node:")) builtins.push(request);
     return _load(request, ...rest);
   };
   const { writeFileSync } = require("node:fs");
   process.on("exit", () => {
     const files = Object.keys(require.cache).filter((path) => path !== __filename);
     writeFileSync(process.env.EFFORT_TO, JSON.stringify({ files, builtins, digests }));
   });`,
);

afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Effort {
  /** The files of the program that were loaded. */
  readonly files: readonly string[];
  /** The builtin modules that the program asked for. */
  readonly builtins: readonly string[];
  /** The digests that were computed, by name. */
  readonly digests: readonly string[];
}

async function effortOf(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Effort> {
  const observed = { NODE_OPTIONS: `--require ${hook}`, EFFORT_TO: list };
  const { code } = await runProgram(args, { env: { ...env, ...observed } });
  expect(code).toBe(0);
  return JSON.parse(readFileSync(list, "utf8")) as Effort;
}

async function effortForKey(file: string, ...more: readonly string[]): Promise<Effort> {
  const key = exampleKeys.find((one) => one.file === file);
  if (key === undefined) throw new Error(`keys-example has no ${file}`);
  const path = join(folder, "key");
  writeFileSync(path, exampleFile(key.file), { mode: 0o600 });
  const blob = exampleFile(key.ciphertext).toString("latin1").replace(/\s+/g, "");
  const env: Record<string, string> = key.passphrase === null ? {} : { WINPW_PASSPHRASE: key.passphrase };
  return effortOf(["decrypt", "--key", path, "--blob", blob, ...more], env);
}

// A text of each package's own that survives the bundler.
const packages = {
  sshpk: "KeyParseError",
  "node-forge": "Too few bytes to parse DER",
  "hash-wasm": "AGFzbQ", // how WebAssembly begins, in base64
  undici: "UND_ERR_",
} as const;

function packagesIn({ files }: Effort): string[] {
  const texts = files.map((path) => readFileSync(path, "utf8"));
  return Object.entries(packages)
    .filter(([, mark]) => texts.some((text) => text.includes(mark)))
    .map(([name]) => name);
}

/** Without the part that changes with the content. */
function namesOf({ files }: Effort): string[] {
  return files.map((path) => basename(path).replace(/-.*/, ""));
}

describe("what a run takes", () => {
  it.for(["keys/pkcs1.pem", "keys/pkcs8.pem", "keys/pkcs8.der"])(
    "decrypt with the plain key %s: one file, no package for other keys or for HTTP, no digest",
    async (file) => {
      const effort = await effortForKey(file);
      expect(packagesIn(effort)).toEqual([]);
      expect(namesOf(effort)).toEqual(["main.cjs"]);
      expect(effort.digests).toEqual([]);
    },
  );

  it.for(["--version", "--help"])(
    "%s: no package but commander's own, and no cryptography",
    async (option) => {
      const effort = await effortOf([option]);
      expect(packagesIn(effort)).toEqual([]);
      expect(effort.builtins).not.toContain("node:crypto");
    },
  );

  it("an answer in JSON does load cryptography and compute digests, so the tests above can fail", async () => {
    const { builtins, digests } = await effortForKey("keys/pkcs8.pem", "--json");
    expect(builtins).toContain("node:crypto");
    expect(digests).toEqual(expect.arrayContaining(["md5", "sha256"]));
  });

  // Else the marks above would be looked for in vain.
  it.for([
    ["keys/openssh", "sshpk", true],
    ["keys/pkcs12-rc2-40.p12", "node-forge", true],
    ["keys/putty-v3-argon2id.ppk", "hash-wasm", !("argon2Sync" in crypto)], // Node has it itself from version 24 on
  ] as const)("decrypt with the key %s does load %s where it needs it: %s", async ([file, name, needed]) => {
    expect(packagesIn(await effortForKey(file)).includes(name)).toBe(needed);
  });

  it("a command that talks to a cloud does load the HTTP client", async () => {
    expect(packagesIn(await effortOf(["get", "--help"]))).toContain("undici");
  });
});
