import { constants, createPublicKey, publicEncrypt } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { exampleFile, exampleKeys, type ExampleKey } from "../keys/examples.ts";

/** The example key with this file name, such as `pkcs8.pem`. */
export function exampleKey(name: string): ExampleKey {
  const found = exampleKeys.find(({ file }) => file === `keys/${name}`);
  if (found === undefined) throw new Error(`keys-example has no ${name}`);
  return found;
}

/** The key pair that the servers of these tests were created with. */
export const operatorKey: ExampleKey = exampleKey("pkcs8.pem");
/** Another key of the same size. */
export const strangerKey: ExampleKey = exampleKey("pkcs1.pem");
/** A key with a passphrase. */
export const lockedKey: ExampleKey = exampleKey("pkcs8-pbkdf2-sha256-aes256.pem");
/** The passphrase of every example key that has one. */
export const examplePassphrase: string = lockedKey.passphrase ?? "";

/** An empty folder, removed when the test ends. */
export function workFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "winpw-work-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Puts an example key into a folder as its owner would keep it: mode 0600. Returns the path. */
export function placeKey(folder: string, key: ExampleKey = operatorKey): string {
  const path = join(folder, key.file.replace("keys/", ""));
  writeFileSync(path, exampleFile(key.file));
  chmodSync(path, 0o600);
  return path;
}

/** The example ciphertext of a key, base64 on one line. */
export function exampleCiphertext(key: ExampleKey = operatorKey): string {
  return exampleFile(key.ciphertext).toString("latin1").replace(/\s+/g, "");
}

/** RSAES-PKCS1-v1_5 to an example key by OpenSSL, as a guest would; base64 on one line. */
export function encryptTo(plaintext: string | Uint8Array, key: ExampleKey = operatorKey): string {
  const pem = exampleFile(key.file).toString("latin1");
  const publicKey = createPublicKey({
    key: pem,
    ...(key.passphrase === null ? {} : { passphrase: key.passphrase }),
  });
  const bytes = typeof plaintext === "string" ? Buffer.from(plaintext, "utf8") : plaintext;
  return publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, bytes).toString("base64");
}

/** The public half as a cloud keeps it: one line in OpenSSH's format. */
export function publicLine(key: ExampleKey = operatorKey): string {
  const jwk = createPublicKey(exampleFile(key.file).toString("latin1")).export({ format: "jwk" });
  const fields = [Buffer.from("ssh-rsa"), mpint(jwk.e ?? ""), mpint(jwk.n ?? "")];
  return `ssh-rsa ${Buffer.concat(fields.map(lengthPrefixed)).toString("base64")} example`;
}

function mpint(base64url: string): Buffer {
  const bytes = Buffer.from(base64url, "base64url");
  return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
}

function lengthPrefixed(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.byteLength);
  return Buffer.concat([length, bytes]);
}
