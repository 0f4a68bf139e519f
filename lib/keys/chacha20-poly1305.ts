import { createDecipheriv, timingSafeEqual } from "node:crypto";
import { integerFromBytes } from "./integer.ts";

const keyBytes = 32;
const blockBytes = 16;
const prime = (1n << 130n) - 5n;
const clampMask = 0x0ffffffc0ffffffc0ffffffc0fffffffn;
const tagMask = (1n << 128n) - 1n;

/**
 * Opens chacha20-poly1305@openssh.com as private key files use it (OpenSSH's PROTOCOL.chacha20poly1305): packet
 * number zero, no length field, and so only the first half of the 64 key bytes. Null when the tag does not fit.
 */
export function openChaChaPoly(key: Uint8Array, ciphertext: Uint8Array, tag: Uint8Array): Uint8Array | null {
  const mainKey = key.subarray(0, keyBytes);
  const tagKey = chacha20(mainKey, 0, new Uint8Array(keyBytes));
  const expected = poly1305(tagKey, ciphertext);
  tagKey.fill(0);
  if (tag.length !== expected.length || !timingSafeEqual(expected, tag)) return null;
  return chacha20(mainKey, 1, ciphertext);
}

// OpenSSL's first 8 bytes of the vector count blocks, little-endian; the last 8 are the packet number.
function chacha20(key: Uint8Array, block: number, data: Uint8Array): Uint8Array {
  const vector = Buffer.alloc(blockBytes);
  vector.writeUInt32LE(block);
  return createDecipheriv("chacha20", key, vector).update(data);
}

// RFC 8439 section 2.5.1.
function poly1305(key: Uint8Array, message: Uint8Array): Uint8Array {
  const r = littleEndian(key.subarray(0, blockBytes)) & clampMask;
  const s = littleEndian(key.subarray(blockBytes, 2 * blockBytes));
  let accumulator = 0n;
  for (let start = 0; start < message.length; start += blockBytes) {
    const block = message.subarray(start, start + blockBytes);
    accumulator = ((accumulator + littleEndian(block) + (1n << BigInt(8 * block.length))) * r) % prime;
  }
  return sixteenBytes((accumulator + s) & tagMask);
}

function littleEndian(bytes: Uint8Array): bigint {
  return integerFromBytes(bytes.toReversed());
}

function sixteenBytes(value: bigint): Uint8Array {
  const bytes = Buffer.alloc(blockBytes);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
  bytes.writeBigUInt64LE(value >> 64n, 8);
  return bytes;
}
