import hashWasm from "hash-wasm/dist/argon2.umd.min.js";

/** The cost of one Argon2 run (RFC 9106 section 3.1). */
export interface Argon2Cost {
  readonly variant: "argon2d" | "argon2i" | "argon2id";
  readonly memoryKiB: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** Argon2 by hash-wasm: only its Argon2 file, which carries its WebAssembly inside. */
export async function argon2ByWasm(
  passphrase: Uint8Array,
  salt: Uint8Array,
  cost: Argon2Cost,
  length: number,
): Promise<Uint8Array> {
  const functions: unknown = hashWasm;
  if (typeof functions !== "object" || functions === null) throw new TypeError("hash-wasm has no Argon2");
  const argon2: unknown = Reflect.get(functions, cost.variant);
  if (typeof argon2 !== "function") throw new TypeError("hash-wasm lacks this variant of Argon2");
  const options = {
    password: passphrase,
    salt,
    iterations: cost.passes,
    parallelism: cost.parallelism,
    memorySize: cost.memoryKiB,
    hashLength: length,
    outputType: "binary",
  };
  const derived: unknown = await Reflect.apply(argon2, functions, [options]);
  if (!(derived instanceof Uint8Array)) throw new TypeError("hash-wasm gave no bytes");
  return derived;
}
