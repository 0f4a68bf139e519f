// Throw-away keys for one run, in a folder that is gone when the process ends.
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { timed } from "./processes.mjs";

const passphrase = "bench-passphrase-not-secret";
const examples = fileURLToPath(new URL("../keys-example/", import.meta.url));

/**
 * @typedef {object} PlainKey
 * @property {string} keyFile
 * @property {string} ciphertext base64 on one line
 * @property {string} password what must come out
 */

/**
 * @typedef {object} LockedKey
 * @property {string} file
 * @property {string} passphrase
 * @property {string} passphraseFile
 */

/** A folder of this run. */
export function makeFolder() {
  const folder = mkdtempSync(join(tmpdir(), "winpw-bench-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * An unencrypted PKCS#8 key of 2048 bits that only its owner can read, and a ciphertext for it.
 * @param {string} folder
 * @returns {PlainKey}
 */
export function plainKey(folder) {
  const expected = readFileSync(join(examples, "expected.json"), "utf8");
  const { keys } = /** @type {{ keys: { file: string, ciphertext: string, password: string }[] }} */ (
    JSON.parse(expected)
  );
  const example = keys.find(({ file }) => file === "keys/pkcs8.pem");
  if (example === undefined) throw new Error("keys-example has no keys/pkcs8.pem");
  const keyFile = join(folder, "key.pem");
  copyFileSync(join(examples, example.file), keyFile);
  chmodSync(keyFile, 0o600);
  const ciphertext = readFileSync(join(examples, example.ciphertext), "utf8").replace(/\s+/g, "");
  return { keyFile, ciphertext, password: example.password };
}

/**
 * The same OpenSSH key twice, without a passphrase and with one behind so many rounds of bcrypt_pbkdf. Needs ssh-keygen.
 * @param {string} folder
 * @param {number} rounds
 * @returns {{ open: string, locked: LockedKey }}
 */
export function opensshKeys(folder, rounds) {
  const open = join(folder, "openssh-open");
  const file = join(folder, "openssh-locked");
  timed(["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", open]);
  copyFileSync(open, file);
  chmodSync(file, 0o600);
  timed(["ssh-keygen", "-q", "-p", "-a", String(rounds), "-P", "", "-N", passphrase, "-f", file]);
  return { open, locked: { file, passphrase, passphraseFile: passphraseFile(folder) } };
}

/**
 * A PuTTY key as puttygen saves it when nobody says otherwise (PPK version 3, Argon2id). Needs puttygen.
 * @param {string} folder
 * @returns {LockedKey}
 */
export function puttyKey(folder) {
  const file = join(folder, "putty.ppk");
  const secret = passphraseFile(folder);
  timed([
    "puttygen",
    join(examples, "keys/putty-v3.ppk"),
    "-P",
    "-O",
    "private",
    "-o",
    file,
    "--new-passphrase",
    secret,
  ]);
  return { file, passphrase, passphraseFile: secret };
}

/** @param {string} folder */
function passphraseFile(folder) {
  const file = join(folder, "passphrase");
  writeFileSync(file, passphrase, { mode: 0o600 });
  return file;
}
