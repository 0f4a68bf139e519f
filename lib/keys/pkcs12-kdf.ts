import { isUtf8, transcode } from "node:buffer";
import { createHash } from "node:crypto";

/** What the derived bytes are for (RFC 7292 appendix B.3). */
export const pkcs12Purpose = { key: 1, iv: 2, mac: 3 } as const;

/**
 * The passphrase as the key derivation of PKCS#12 wants it: UTF-16, big-endian, with two zero bytes at the end. Bytes
 * that are no UTF-8 are taken as Latin-1, as OpenSSL does.
 */
export function pkcs12Passphrase(passphrase: Uint8Array): Uint8Array {
  const encoding = isUtf8(passphrase) ? "utf8" : "latin1";
  // ICU refuses to convert nothing.
  const text =
    passphrase.length === 0 ? Buffer.alloc(0) : transcode(passphrase, encoding, "utf16le").swap16();
  const terminated = Buffer.concat([text, Buffer.alloc(2)]);
  text.fill(0);
  return terminated;
}

/**
 * The key derivation of PKCS#12 (RFC 7292 appendix B.2) over a passphrase made by {@link pkcs12Passphrase}, or an
 * empty one for "no passphrase", which is not the same as an empty text. The caller wipes the result.
 */
export function derivePkcs12(
  digest: string,
  purpose: number,
  passphrase: Uint8Array,
  salt: Uint8Array,
  rounds: number,
  length: number,
): Uint8Array {
  const blockBytes = digest === "sha384" || digest === "sha512" ? 128 : 64;
  const diversifier = Buffer.alloc(blockBytes, purpose);
  const input = Buffer.concat([repeated(salt, blockBytes), repeated(passphrase, blockBytes)]);
  const derived = Buffer.alloc(length);
  for (let filled = 0; filled < length;) {
    let chunk = createHash(digest).update(diversifier).update(input).digest();
    for (let round = 1; round < rounds; round++) chunk = createHash(digest).update(chunk).digest();
    derived.set(chunk.subarray(0, length - filled), filled);
    filled += chunk.length;
    addToBlocks(input, repeated(chunk, blockBytes).subarray(0, blockBytes));
    chunk.fill(0);
  }
  input.fill(0);
  return derived;
}

function repeated(bytes: Uint8Array, blockBytes: number): Uint8Array {
  const filled = new Uint8Array(Math.ceil(bytes.length / blockBytes) * blockBytes);
  for (let index = 0; index < filled.length; index++) filled[index] = bytes[index % bytes.length] ?? 0;
  return filled;
}

// I_j = (I_j + B + 1) mod 2^v for each block of v bits.
function addToBlocks(input: Uint8Array, block: Uint8Array): void {
  for (let start = 0; start < input.length; start += block.length) {
    let carry = 1;
    for (let index = block.length - 1; index >= 0; index--) {
      const sum = (input[start + index] ?? 0) + (block[index] ?? 0) + carry;
      input[start + index] = sum & 0xff;
      carry = sum >> 8;
    }
  }
}
