// hash-wasm has types for its main entry only, which would load all of its thirty hash functions.
declare module "hash-wasm/dist/argon2.umd.min.js" {
  interface Argon2Options {
    readonly password: Uint8Array;
    readonly salt: Uint8Array;
    readonly iterations: number;
    readonly parallelism: number;
    /** KiB. */
    readonly memorySize: number;
    readonly hashLength: number;
    readonly outputType: "binary";
  }
  type Argon2 = (options: Argon2Options) => Promise<Uint8Array>;
  const functions: { readonly argon2d: Argon2; readonly argon2i: Argon2; readonly argon2id: Argon2 };
  // oxlint-disable-next-line import/no-default-export -- it describes a CommonJS module, whose export that is
  export default functions;
}
