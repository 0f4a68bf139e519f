import { describe, expect, it } from "vitest";
import { argon2 } from "../../lib/keys/argon2.ts";
import { argon2ByWasm } from "../../lib/keys/argon2-wasm.ts";

// Made with OpenSSL's Argon2 (node:crypto of Node 26).
const known = [
  [
    "argon2id",
    64,
    2,
    1,
    "6f34ac47bfc5fb422501ebe5d8ac9f3a3c418764bee18afcd74b23086aefff9320b5443a4bc94d99529c9a612b79166a61365d5c48dd5b844603bc99f259edd2d52f1e34d6097ebefe4722120366227f",
  ],
  [
    "argon2i",
    64,
    3,
    2,
    "defa187ed61aef1fd4a79b3212dbc16a2e68ac3a867fadd7e24728c15fb33b60642d27a08e308d77b84ff094c6468a88d2e776671ae5dfd7617eb834dfe80833e3fb36b9f13a5f1d3838b392095b42bf",
  ],
  [
    "argon2d",
    256,
    1,
    4,
    "9630bc390d43ae99d4880cb6d8d880a2fce192c1c214732718304b53ef74362bee0b877899c5eb7248c5e1175495c3ffd0ec9975796591fe8ebe14d4b784b939a07dfcb0d8e8180641f2efbdb2a5cd4f",
  ],
] as const;

// With Node 24 and later the first is OpenSSL's, and the second still hash-wasm's.
describe.for([
  ["argon2", argon2],
  ["argon2ByWasm", argon2ByWasm],
] as const)("%s", ([, derive]) => {
  it.for(known)(
    "%s, %i KiB, %i passes, %i lanes",
    async ([variant, memoryKiB, passes, parallelism, expected]) => {
      const cost = { variant, memoryKiB, passes, parallelism };
      const derived = await derive(Buffer.from("fake passphrase"), Buffer.from("sixteen bytes ok"), cost, 80);
      expect(Buffer.from(derived).toString("hex")).toBe(expected);
    },
  );
});
