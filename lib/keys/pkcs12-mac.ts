import { createHmac, timingSafeEqual } from "node:crypto";
import { berChildren, berIdentifier, berOctets, type BerElement } from "./ber.ts";
import type { KeyLimits } from "./limits.ts";
import { derivePkcs12, pkcs12Purpose } from "./pkcs12-kdf.ts";
import { damagedKey, tooCostly } from "./refusals.ts";

const digests: Readonly<Record<string, string>> = {
  "1.3.14.3.2.26": "sha1",
  "2.16.840.1.101.3.4.2.4": "sha224",
  "2.16.840.1.101.3.4.2.1": "sha256",
  "2.16.840.1.101.3.4.2.2": "sha384",
  "2.16.840.1.101.3.4.2.3": "sha512",
};

/** Tells whether a passphrase, encoded for the key derivation of PKCS#12, is the one the MAC was made with. */
export type MacCheck = (encodedPassphrase: Uint8Array) => boolean;

/**
 * Reads MacData (RFC 7292 section 4). Null where there is none, or one of a kind that is not known, such as PBMAC1:
 * then decryption alone tells a wrong passphrase. Throws `BadKeyError` "too-costly" or "damaged".
 */
export function readPkcs12Mac(
  macData: BerElement | undefined,
  content: Uint8Array,
  limits: KeyLimits,
): MacCheck | null {
  if (macData === undefined) return null;
  const [digestInfo, saltElement, iterations] = berChildren(macData);
  const [algorithm, digestElement] = berChildren(digestInfo);
  const digest = digests[berIdentifier(berChildren(algorithm)[0])];
  if (digest === undefined) return null;
  const expected = berOctets(digestElement);
  const salt = berOctets(saltElement);
  const rounds = iterations === undefined ? 1 : roundsOf(berOctets(iterations));
  if (rounds > limits.maxLegacyRounds) {
    throw tooCostly("rounds for its MAC", rounds, "maxLegacyRounds", limits.maxLegacyRounds);
  }
  return (encodedPassphrase) => {
    const key = derivePkcs12(digest, pkcs12Purpose.mac, encodedPassphrase, salt, rounds, expected.length);
    const mac = createHmac(digest, key).update(content).digest();
    key.fill(0);
    return mac.length === expected.length && timingSafeEqual(mac, expected);
  };
}

function roundsOf(digits: Uint8Array): number {
  const rounds =
    digits.length > 6 ? Number.POSITIVE_INFINITY : digits.reduce((value, digit) => value * 256 + digit, 0);
  if (rounds < 1) throw damagedKey("no rounds for its MAC");
  return rounds;
}
