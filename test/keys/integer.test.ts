import * as fc from "fast-check";
import { expect, it } from "vitest";
import {
  bitLength,
  integerFromBytes,
  integerToBytes,
  inverseModulo,
  withoutLeadingZeros,
} from "../../lib/keys/integer.ts";

const bytes = fc.uint8Array({ minLength: 1, maxLength: 70 });
const viaHexadecimal = (digits: Uint8Array): bigint => BigInt(`0x${Buffer.from(digits).toString("hex")}`);

it("bytes become the number that hexadecimal gives", () => {
  fc.assert(
    fc.property(bytes, (digits) => {
      expect(integerFromBytes(digits)).toBe(viaHexadecimal(digits));
    }),
  );
});

it("a number becomes its shortest bytes", () => {
  fc.assert(
    fc.property(bytes, (digits) => {
      expect(integerToBytes(viaHexadecimal(digits))).toEqual(Uint8Array.from(withoutLeadingZeros(digits)));
    }),
  );
  expect(integerToBytes(0n)).toEqual(Uint8Array.of(0));
});

it.for([
  [[0], 0],
  [[1], 1],
  [[0x80], 8],
  [[1, 0], 9],
  [[0xff, 0xff], 16],
] as const)("%j has %i bits", ([digits, bits]) => {
  expect(bitLength(Uint8Array.from(digits))).toBe(bits);
});

it("an inverse times its number is one; without an inverse it is null", () => {
  const big = fc.bigInt({ min: 2n, max: 2n ** 200n });
  fc.assert(
    fc.property(big, big, (value, modulus) => {
      const inverse = inverseModulo(value, modulus);
      if (inverse === null) expect(commonDivisor(value, modulus)).not.toBe(1n);
      else expect((value * inverse) % modulus).toBe(1n);
    }),
  );
});

function commonDivisor(left: bigint, right: bigint): bigint {
  return right === 0n ? left : commonDivisor(right, left % right);
}
