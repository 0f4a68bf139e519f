import * as fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { openPassword } from "../../lib/crypto/decrypt-password.ts";
import { WinpwError } from "../../lib/errors.ts";
import { loadPrivateKey } from "../../lib/keys/load.ts";
import type { RsaPrivateKey } from "../../lib/keys/rsa-private-key.ts";
import { keyPem, vectors } from "../crypto/test-vectors.ts";

const slow = (process.env["SLOW"] ?? "") !== "";
const cases = slow ? 50_000 : 2_000;
const sizes = [1024, 1025, 2047, 2048];
const keys = new Map<number, RsaPrivateKey>();

beforeAll(async () => {
  for (const bits of sizes) keys.set(bits, await loadPrivateKey(keyPem(bits)));
});

const samples = vectors.filter((vector) => sizes.includes(vector.bits));

function expectNoPassword(ciphertext: Uint8Array, key: RsaPrivateKey): void {
  try {
    openPassword(ciphertext, key);
  } catch (error) {
    expect(error).toBeInstanceOf(WinpwError);
    return;
  }
  expect.fail("a password came out");
}

it(`any flipped bit ends in an error (${cases} cases)`, () => {
  fc.assert(
    fc.property(fc.constantFrom(...samples), fc.nat(), (vector, position) => {
      const ciphertext = Buffer.from(vector.ciphertext, "base64");
      const bit = position % (ciphertext.length * 8);
      ciphertext[bit >> 3]! ^= 1 << (bit & 7);
      expectNoPassword(ciphertext, keys.get(vector.bits)!);
    }),
    { numRuns: cases },
  );
});

it(`a wrong key ends in an error (${cases} cases)`, () => {
  // 2047 and 2048 bits give ciphertexts of one length, so the length does not give the key away; random bytes stand
  // for the ciphertexts of all other keys.
  const pairs = fc.oneof(
    fc.constantFrom(...samples).map((vector) => Buffer.from(vector.ciphertext, "base64")),
    fc.constantFrom(128, 129, 256).chain((length) => fc.uint8Array({ minLength: length, maxLength: length })),
  );
  fc.assert(
    fc.property(pairs, fc.constantFrom(...sizes), (ciphertext, bits) => {
      const own = samples.some(
        (vector) => vector.bits === bits && Buffer.from(vector.ciphertext, "base64").equals(ciphertext),
      );
      fc.pre(!own);
      expectNoPassword(ciphertext, keys.get(bits)!);
    }),
    { numRuns: cases },
  );
});
