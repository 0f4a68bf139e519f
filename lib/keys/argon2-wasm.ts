import hashWasm from "hash-wasm/dist/argon2.umd.min.js";
import type { Argon2Cost } from "./argon2.ts";

/** Argon2 by hash-wasm: only its Argon2 file, which carries its WebAssembly inside. */
export async function argon2ByWasm(
  passphrase: Uint8Array,
  salt: Uint8Array,
  cost: Argon2Cost,
  length: number,
): Promise<Uint8Array> {
  return hashWasm[cost.variant]({
    password: passphrase,
    salt,
    iterations: cost.passes,
    parallelism: cost.parallelism,
    memorySize: cost.memoryKiB,
    hashLength: length,
    outputType: "binary",
  });
}
