import { createHash } from "node:crypto";
import { BlowfishPair } from "./blowfish-pair.ts";

const blockBytes = 32;
const blockText = Buffer.from("OxychromaticBlowfishSwatDynamite");
const repetitions = 64;

/**
 * bcrypt_pbkdf, the key derivation of OpenSSH private keys (OpenBSD's lib/libutil/bcrypt_pbkdf.c): a PBKDF2 over a
 * variant of bcrypt, whose output bytes are interleaved so that each part needs the whole work.
 *
 * At most 64 bytes, which is what the largest cipher of OpenSSH needs: two blocks, computed side by side. The caller wipes
 * the result.
 */
export function bcryptPbkdf(
  passphrase: Uint8Array,
  salt: Uint8Array,
  rounds: number,
  length: number,
): Uint8Array {
  const hashedPassphrase = pairOf(sha512(passphrase), sha512(passphrase));
  const engine = new BlowfishPair();
  const hash = (saltOfBlocks: Int32Array): readonly [Buffer, Buffer] =>
    bcryptHashes(engine, hashedPassphrase, saltOfBlocks);
  let [first, second] = hash(pairOf(sha512(salt, counter(1)), sha512(salt, counter(2))));
  const blocks = [Uint8Array.from(first), Uint8Array.from(second)] as const;
  for (let round = 1; round < rounds; round++) {
    [first, second] = hash(pairOf(sha512(first), sha512(second)));
    exclusiveOr(blocks[0], first);
    exclusiveOr(blocks[1], second);
  }
  const derived = interleave(blocks, length);
  for (const secret of [hashedPassphrase, first, second, ...blocks]) secret.fill(0);
  engine.wipe();
  return derived;
}

function interleave(blocks: readonly Uint8Array[], length: number): Uint8Array {
  const stride = Math.ceil(length / blockBytes);
  return Uint8Array.from({ length }, (_, index) => blocks[index % stride]?.[Math.floor(index / stride)] ?? 0);
}

function exclusiveOr(target: Uint8Array, other: Uint8Array): void {
  for (let index = 0; index < target.length; index++)
    target[index] = (target[index] ?? 0) ^ (other[index] ?? 0);
}

function counter(block: number): Uint8Array {
  return Uint8Array.of(0, 0, 0, block);
}

function sha512(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash("sha512");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** The big-endian words of both, one after the other; both are wiped. */
function pairOf(first: Buffer, second: Buffer): Int32Array {
  const words = new Int32Array((first.length + second.length) / 4);
  for (let index = 0; index < first.length / 4; index++) {
    words[index] = first.readInt32BE(index * 4);
    words[first.length / 4 + index] = second.readInt32BE(index * 4);
  }
  first.fill(0);
  second.fill(0);
  return words;
}

function bcryptHashes(
  engine: BlowfishPair,
  passphrase: Int32Array,
  salt: Int32Array,
): readonly [Buffer, Buffer] {
  engine.reset();
  engine.expandSalted(passphrase, salt);
  for (let count = 0; count < repetitions; count++) {
    engine.expand(salt);
    engine.expand(passphrase);
  }
  const words = pairOf(Buffer.from(blockText), Buffer.from(blockText));
  for (let count = 0; count < repetitions; count++) engine.encrypt(words);
  return [littleEndian(words.subarray(0, words.length / 2)), littleEndian(words.subarray(words.length / 2))];
}

function littleEndian(words: Int32Array): Buffer {
  const bytes = Buffer.alloc(words.length * 4);
  words.forEach((word, index) => bytes.writeInt32LE(word, index * 4));
  return bytes;
}
