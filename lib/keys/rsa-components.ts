import { BadKeyError } from "../errors.ts";
import { derEncode, derTag } from "./der.ts";
import type { RsaPublicHalf } from "./fingerprint.ts";
import {
  bitLength,
  integerFromBytes,
  integerToBytes,
  inverseModulo,
  withoutLeadingZeros,
} from "./integer.ts";

/**
 * The numbers of an RSA private key as a container holds them, by their names in RFC 8017 section 3.2: unsigned,
 * big-endian. Containers leave out what can be computed.
 */
export interface RsaComponents extends RsaPublicHalf {
  readonly d: Uint8Array;
  readonly p?: Uint8Array;
  readonly q?: Uint8Array;
  readonly dP?: Uint8Array;
  readonly dQ?: Uint8Array;
  readonly qInv?: Uint8Array;
}

const fewestBits = 1024;
const mostBits = 16384; // OpenSSL refuses larger moduli

const largestPublicExponent = 0xffff_ffff_ffff_ffffn; // OpenSSL's bound for moduli above 3072 bits

interface CheckedNumbers {
  readonly d: bigint;
  readonly p: bigint;
  readonly q: bigint;
  readonly dP: bigint;
  readonly dQ: bigint;
  readonly qInv: bigint;
}

/** Overwrites all numbers of a private key. */
export function wipeComponents(components: RsaComponents): void {
  for (const number of Object.values<Uint8Array>({ ...components })) number.fill(0);
}

/** The modulus length in bits; throws `BadKeyError` "key-size" outside 1024 to 16384. */
export function checkedModulusBits(n: Uint8Array): number {
  const bits = bitLength(withoutLeadingZeros(n));
  if (bits >= fewestBits && bits <= mostBits) return bits;
  throw new BadKeyError(
    `the RSA key has ${String(bits)} bits; ${String(fewestBits)} to ${String(mostBits)} are supported`,
    "key-size",
  );
}

/**
 * Checks that the numbers belong together, computes those left out, and returns the key as RSAPrivateKey DER
 * (RFC 8017 appendix A.1.2), which the caller wipes.
 *
 * No parser does this check; a key with one changed digit loads everywhere and then opens nothing. Throws
 * `BadKeyError` "damaged" or "key-size".
 */
export async function encodeCheckedKey(components: RsaComponents): Promise<Uint8Array> {
  checkedModulusBits(components.n);
  const numbers = await checkNumbers(components);
  const { d, p, q, dP, dQ, qInv } = numbers;
  const encoded = [d, p, q, dP, dQ, qInv].map((number) => {
    const digits = integerToBytes(number);
    const element = derNumber(digits);
    digits.fill(0);
    return element;
  });
  const version = derNumber(Uint8Array.of(0));
  const der = derEncode(
    derTag.sequence,
    version,
    derNumber(withoutLeadingZeros(components.n)),
    derNumber(withoutLeadingZeros(components.e)),
    ...encoded,
  );
  for (const part of encoded) part.fill(0);
  return der;
}

async function checkNumbers(components: RsaComponents): Promise<CheckedNumbers> {
  const { n: modulus } = components;
  const wide = Object.values<Uint8Array>({ ...components }).some(
    (number) => withoutLeadingZeros(number).length > modulus.length,
  );
  if (wide) throw damaged();
  const [n, e, d] = [components.n, components.e, components.d].map(integerFromBytes);
  if (n === undefined || e === undefined || d === undefined || e < 3n || e % 2n === 0n) throw damaged();
  if (e > largestPublicExponent) {
    throw new BadKeyError(
      "the RSA key's public exponent has more than 64 bits; OpenSSL does not use it",
      "unsupported",
    );
  }
  const [p, q] = await primesOf(components, n, e, d);
  if (p < 3n || q < 3n || p * q !== n) throw damaged();
  const qInv = components.qInv === undefined ? inverseModulo(q, p) : integerFromBytes(components.qInv);
  const dP = components.dP === undefined ? d % (p - 1n) : integerFromBytes(components.dP);
  const dQ = components.dQ === undefined ? d % (q - 1n) : integerFromBytes(components.dQ);
  if (qInv === null || (q * qInv) % p !== 1n) throw damaged();
  if (dP !== d % (p - 1n) || dQ !== d % (q - 1n)) throw damaged();
  if ((e * dP) % (p - 1n) !== 1n || (e * dQ) % (q - 1n) !== 1n) throw damaged();
  return { d, p, q, dP, dQ, qInv };
}

async function primesOf(
  components: RsaComponents,
  n: bigint,
  e: bigint,
  d: bigint,
): Promise<readonly [bigint, bigint]> {
  if (components.p !== undefined && components.q !== undefined) {
    return [integerFromBytes(components.p), integerFromBytes(components.q)];
  }
  const { mostFactoringBits, primesFromExponents } = await import("./rsa-factoring.ts");
  if (checkedModulusBits(components.n) > mostFactoringBits) {
    throw new BadKeyError(
      `the key lacks its primes, which can be computed for at most ${String(mostFactoringBits)} bits`,
      "unsupported",
    );
  }
  return primesFromExponents(n, e, d) ?? [0n, 0n];
}

function derNumber(digits: Uint8Array): Uint8Array {
  const sign = (digits[0] ?? 0) < 0x80 ? [] : [Uint8Array.of(0)];
  return derEncode(derTag.integer, ...sign, digits);
}

function damaged(): BadKeyError {
  return new BadKeyError("the RSA key is damaged: its numbers do not belong together", "damaged");
}
