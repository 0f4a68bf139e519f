import { createPublicKey, constants, publicEncrypt } from "node:crypto";
import { readFileSync } from "node:fs";

/** One ciphertext made by another program, see test/vectors/make-vectors.mjs. */
export interface Vector {
  readonly producer: string;
  readonly bits: number;
  readonly name: string;
  /** Base64. */
  readonly message: string;
  /** Base64. */
  readonly ciphertext: string;
}

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), "utf8"));
}

export const vectors: readonly Vector[] = (readJson("ciphertexts.json") as { vectors: Vector[] }).vectors;

const keys = (readJson("keys.json") as { keys: { bits: number; pem: string }[] }).keys;

/** The sizes there are vectors for. */
export const sizes: readonly number[] = keys.map((key) => key.bits);

/** The PEM text of the throw-away key of that size. */
export function keyPem(bits: number): string {
  return keys.find((key) => key.bits === bits)!.pem;
}

/** RSA without padding: turns a block of any content into the ciphertext that decrypts to it. */
export function encryptRaw(bits: number, block: Uint8Array): Uint8Array {
  return publicEncrypt({ key: createPublicKey(keyPem(bits)), padding: constants.RSA_NO_PADDING }, block);
}
