// hash-wasm has types for its main entry only, which would load all of its thirty hash functions. Argon2's own file
// is untyped here, and argon2-wasm.ts narrows what it takes from it.
declare module "hash-wasm/dist/argon2.umd.min.js";
