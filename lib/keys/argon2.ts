import * as crypto from "node:crypto";
import type { Argon2Cost } from "./argon2-wasm.ts";

/**
 * Argon2, by node:crypto where it has it (Node 24 and later), else by hash-wasm, which is loaded only then.
 *
 * The caller wipes the result. Throws `RangeError` for parameters that Argon2 does not allow.
 */
export async function argon2(
  passphrase: Uint8Array,
  salt: Uint8Array,
  cost: Argon2Cost,
  length: number,
): Promise<Uint8Array> {
  const native = nativeArgon2(passphrase, salt, cost, length);
  if (native !== null) return native;
  const { argon2ByWasm } = await import("./argon2-wasm.ts");
  return argon2ByWasm(passphrase, salt, cost, length);
}

function nativeArgon2(
  passphrase: Uint8Array,
  salt: Uint8Array,
  cost: Argon2Cost,
  length: number,
): Uint8Array | null {
  // By reflection, since the types are those of the oldest Node version supported.
  const argon2Sync: unknown = Reflect.get(crypto, "argon2Sync");
  if (typeof argon2Sync !== "function") return null;
  const { variant, memoryKiB: memory, passes, parallelism } = cost;
  const parameters = { message: passphrase, nonce: salt, memory, passes, parallelism, tagLength: length };
  const derived: unknown = Reflect.apply(argon2Sync, crypto, [variant, parameters]);
  return derived instanceof Uint8Array ? derived : null;
}
