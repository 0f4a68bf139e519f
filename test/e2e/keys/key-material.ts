import { createPrivateKey, type JsonWebKey } from "node:crypto";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { exampleFile, exampleKeys, type ExampleKey } from "../../keys/examples.ts";
import { linesOf } from "../answers.ts";
import { startCloud, type EmulatedCloud } from "../emulated-cloud.ts";
import { exampleCiphertext, exampleKey } from "../key-files.ts";
import type { RunResult } from "../program.ts";
import { loginPassword, serverId } from "../windows-cloud.ts";

/** The example keys that have a passphrase. */
export const lockedExamples: readonly ExampleKey[] = exampleKeys.filter(
  ({ passphrase }) => passphrase !== null,
);

/** Writes a file that only its owner can read. Returns the path. */
export function placeFile(folder: string, name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  chmodSync(path, 0o600);
  return path;
}

/** The password came out, and nothing else was said but notices of these forms. */
export function expectPassword(run: RunResult, password: string, ...notices: readonly RegExp[]): void {
  expect(run.stdout.toString("utf8"), run.stderr).toBe(password);
  expect(run.code).toBe(0);
  const lines = linesOf(run);
  expect(lines, run.stderr).toHaveLength(notices.length);
  for (const [index, notice] of notices.entries()) expect(lines[index]).toMatch(notice);
}

/**
 * What must never be shown of a key: its private numbers in the forms that programs print numbers in, as far as
 * node:crypto can read the file, and the long lines of the file itself.
 */
export function privateParts(file: Uint8Array, passphrase: string | null = null): readonly string[] {
  const text = Buffer.from(file).toString("latin1");
  const lines = text.split(/\s+|(?<=^.{64})/).filter((line) => /^[\w+/=-]{40,}$/.test(line));
  return [...lines, ...numbersOf(text, passphrase), ...(passphrase === null ? [] : [passphrase])];
}

function numbersOf(pem: string, passphrase: string | null): readonly string[] {
  const jwk = readByNode(pem, passphrase);
  const numbers = [jwk?.d, jwk?.p, jwk?.q, jwk?.dp, jwk?.dq, jwk?.qi];
  return numbers.flatMap((number) => {
    if (number === undefined) return [];
    const bytes = Buffer.from(number, "base64url");
    const inner = bytes.subarray(6, 36); // no leading or trailing digits: an encoder may pad or trim those
    return [
      inner.toString("hex"),
      inner.toString("base64"),
      inner.toString("base64url"),
      BigInt(`0x${bytes.toString("hex")}`).toString(),
    ];
  });
}

function readByNode(pem: string, passphrase: string | null): JsonWebKey | undefined {
  try {
    return createPrivateKey({ key: pem, ...(passphrase === null ? {} : { passphrase }) }).export({
      format: "jwk",
    });
  } catch {
    return undefined;
  }
}

/** The private numbers that {@link privateParts} knows of a key, without the lines of its file. */
export function privateNumbers(file: Uint8Array, passphrase: string | null = null): readonly string[] {
  return numbersOf(Buffer.from(file).toString("latin1"), passphrase);
}

/** `ssh-rsa` line of an example in OpenSSH's or PuTTY's format, both of which show the public half. */
export function shownPublicLine(name: string): string {
  const text = exampleFile(`keys/${name}`).toString("latin1");
  return `ssh-rsa ${name.endsWith(".ppk") ? puttyBlob(text) : opensshBlob(text)} example`;
}

function puttyBlob(text: string): string {
  const [, count = "0", rest = ""] = /Public-Lines: (\d+)\r?\n([^]*)/.exec(text) ?? [];
  return rest.split(/\r?\n/).slice(0, Number(count)).join("");
}

/** PROTOCOL.key of OpenSSH: magic, cipher, KDF, its options, the number of keys, the public key. */
function opensshBlob(text: string): string {
  const bytes = Buffer.from(text.replace(/-----.*-----|\s/g, ""), "base64");
  let at = "openssh-key-v1\0".length;
  for (let field = 0; field < 3; field++) at += 4 + bytes.readUInt32BE(at);
  at += 4;
  return bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at)).toString("base64");
}

/** An emulated cloud whose only server was made with this public key and posted this key's example ciphertext. */
export async function cloudOf(publicKey: string, posted: ExampleKey): Promise<EmulatedCloud> {
  return startCloud({
    users: [{ name: "operator", password: loginPassword, role: "member", project: "demo" }],
    keyPairs: [{ name: "ops", publicKey }],
    servers: [
      {
        id: serverId(1),
        name: "win-1",
        os: "Windows",
        keyPair: "ops",
        bootDelayMs: 3_600_000,
        ciphertext: exampleCiphertext(posted),
      },
    ],
  });
}

/** A bundle as `winpw fetch` writes it: an example's ciphertext and the fingerprint of the server's key pair. */
export function bundleFor(name: string, fingerprint: string | null = exampleKey(name).md5): string {
  const server = { api: "v2.1", region: null, projectId: "demo", id: serverId(1), name: "win-1" };
  return JSON.stringify({
    schema: "winpw-bundle/1",
    fetchedAt: "2026-01-01T00:00:00.000Z",
    server,
    keyPair: { name: "ops", fingerprint },
    ciphertext: exampleCiphertext(exampleKey(name)),
    ciphertextSha256: null,
  });
}
