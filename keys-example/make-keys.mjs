/// <reference types="node" />
// Makes one throw-away RSA key per container that winpw reads, a ciphertext for each, and expected.json.
//
//   node keys-example/make-keys.mjs           makes what is missing
//   node keys-example/make-keys.mjs --force   makes everything anew
//
// Needs openssl and ssh-keygen; the PuTTY and ssh.com files also need puttygen and are left alone without it.
// ALL OF THESE KEYS ARE PUBLIC. NEVER USE ANY OF THEM FOR ANYTHING.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { recipes } from "./recipes.mjs";

/** @typedef {{ file: string, container: string, bits: number, passphrase: string | null, md5: string, sha256: string, ciphertext: string, password: string }} Entry */

const here = dirname(fileURLToPath(import.meta.url));
const work = mkdtempSync(join(tmpdir(), "winpw-keys-"));
const force = process.argv.includes("--force");
const passphrase = "example-passphrase-not-secret";
const bits = 2048;

/** @param {string} program @param {readonly string[]} options @param {string} [input] */
function run(program, options, input) {
  return execFileSync(program, options, { input, cwd: work, stdio: ["pipe", "pipe", "pipe"] });
}

/** @param {string} program */
function has(program) {
  try {
    run(program, ["--version"]);
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ENOENT");
  }
}

/** @returns {Entry[]} */
function readExpected() {
  const path = join(here, "expected.json");
  if (!existsSync(path)) return [];
  const expected = /** @type {{ keys: Entry[] }} */ (JSON.parse(readFileSync(path, "utf8")));
  return expected.keys;
}

/** @param {string} publicKeyFile @param {string} hash */
function fingerprint(publicKeyFile, hash) {
  const line = run("ssh-keygen", ["-l", "-E", hash, "-f", publicKeyFile]).toString();
  return (line.split(" ")[1] ?? "").replace(/^MD5:/, "");
}

/**
 * @param {import("./recipes.mjs").Recipe} recipe
 * @returns {Entry}
 */
function make(recipe) {
  run("openssl", ["genrsa", "-out", "plain.pem", String(bits)]);
  run("openssl", ["rsa", "-in", "plain.pem", "-traditional", "-out", "traditional.pem"]);
  run("openssl", ["pkey", "-in", "plain.pem", "-pubout", "-out", "public.pem"]);
  writeFileSync(
    join(work, "public.ssh"),
    run("ssh-keygen", ["-i", "-m", "PKCS8", "-f", join(work, "public.pem")]),
  );
  const content = recipe.make({ work, run, passphrase });
  writeFileSync(join(here, "keys", recipe.file), content);
  const password = `Example-Passw0rd-${recipe.file.replace(/[^a-z0-9]+/g, "-")}`;
  const ciphertext = run("openssl", ["pkeyutl", "-encrypt", "-pubin", "-inkey", "public.pem"], password);
  const ciphertextFile = `${basename(recipe.file)}.b64`;
  const wrapped = ciphertext.toString("base64").replace(/.{64}(?=.)/g, "$&\n");
  writeFileSync(join(here, "ciphertexts", ciphertextFile), `${wrapped}\n`);
  return {
    file: `keys/${recipe.file}`,
    container: recipe.container,
    bits,
    passphrase: recipe.encrypted ? passphrase : null,
    md5: fingerprint("public.ssh", "md5"),
    sha256: fingerprint("public.ssh", "sha256"),
    ciphertext: `ciphertexts/${ciphertextFile}`,
    password,
  };
}

for (const folder of ["keys", "ciphertexts"]) mkdirSync(join(here, folder), { recursive: true });
const before = new Map(readExpected().map((entry) => [entry.file, entry]));
const withPuttygen = has("puttygen");
/** @type {Entry[]} */
const entries = [];
for (const recipe of recipes) {
  const old = before.get(`keys/${recipe.file}`);
  const complete =
    old !== undefined && existsSync(join(here, old.file)) && existsSync(join(here, old.ciphertext));
  const possible = recipe.tool !== "puttygen" || withPuttygen;
  if (!possible) console.error(`puttygen is not installed: ${recipe.file} is left as it is`);
  if (old !== undefined && ((complete && !force) || !possible)) entries.push(old);
  else if (possible) entries.push(make(recipe));
}
const warning = "All of these keys are public. Never use any of them for anything.";
writeFileSync(join(here, "expected.json"), `${JSON.stringify({ warning, keys: entries }, null, 2)}\n`);
rmSync(work, { recursive: true });
console.log(`${String(entries.length)} keys in keys-example/keys`);
