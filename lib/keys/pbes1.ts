import { createHash } from "node:crypto";
import { type DerReader, derTag } from "./der.ts";
import type { KeyLimits } from "./limits.ts";
import { decryptBlocks, type PasswordBasedDecryption } from "./password-based-decryption.ts";
import { derivePkcs12, pkcs12Passphrase, pkcs12Purpose } from "./pkcs12-kdf.ts";
import { damagedKey, tooCostly, unsupported } from "./refusals.ts";

interface Scheme {
  readonly kdf: "pbkdf1" | "pkcs12";
  readonly digest: "md5" | "sha1";
  readonly cipher: "des-cbc" | "des-ede3-cbc" | "des-ede-cbc" | "rc2-cbc";
  readonly keyBytes: number;
}

// RFC 8018 appendix A.3 and RFC 7292 appendix C.
const schemes: Readonly<Record<string, Scheme>> = {
  "1.2.840.113549.1.5.3": { kdf: "pbkdf1", digest: "md5", cipher: "des-cbc", keyBytes: 8 },
  "1.2.840.113549.1.5.6": { kdf: "pbkdf1", digest: "md5", cipher: "rc2-cbc", keyBytes: 8 },
  "1.2.840.113549.1.5.10": { kdf: "pbkdf1", digest: "sha1", cipher: "des-cbc", keyBytes: 8 },
  "1.2.840.113549.1.5.11": { kdf: "pbkdf1", digest: "sha1", cipher: "rc2-cbc", keyBytes: 8 },
  "1.2.840.113549.1.12.1.3": { kdf: "pkcs12", digest: "sha1", cipher: "des-ede3-cbc", keyBytes: 24 },
  "1.2.840.113549.1.12.1.4": { kdf: "pkcs12", digest: "sha1", cipher: "des-ede-cbc", keyBytes: 16 },
  "1.2.840.113549.1.12.1.5": { kdf: "pkcs12", digest: "sha1", cipher: "rc2-cbc", keyBytes: 16 },
  "1.2.840.113549.1.12.1.6": { kdf: "pkcs12", digest: "sha1", cipher: "rc2-cbc", keyBytes: 5 },
};

const ivBytes = 8;
const tripleDesKeyBytes = 24;

/**
 * Reads the parameters of the encryption schemes that came before PBES2: PBES1 and those of PKCS#12.
 *
 * Throws `BadKeyError` "unsupported" or "too-costly" before any work is done.
 */
export async function readLegacyEncryption(
  identifier: string,
  reader: DerReader,
  limits: KeyLimits,
): Promise<PasswordBasedDecryption> {
  const scheme = schemes[identifier];
  if (scheme === undefined) throw unsupported(`the scheme ${identifier}`);
  const parameters = reader.sequence();
  const salt = parameters.expect(derTag.octetString);
  const rounds = parameters.count();
  if (salt.length === 0 || rounds < 1) throw damagedKey("impossible parameters of its encryption");
  if (rounds > limits.maxLegacyRounds) {
    throw tooCostly("rounds of an old key derivation", rounds, "maxLegacyRounds", limits.maxLegacyRounds);
  }
  const decryptBy = scheme.cipher === "rc2-cbc" ? (await import("./rc2.ts")).decryptRc2 : decryptDes;
  return {
    protection: {
      cipher: scheme.cipher === "rc2-cbc" ? `rc2-${String(scheme.keyBytes * 8)}-cbc` : scheme.cipher,
      kdf: `${scheme.kdf}-${scheme.digest}`,
      cost: `${String(rounds)} rounds`,
    },
    decrypt: (passphrase, ciphertext) => {
      const { key, iv } = derive(scheme, passphrase, salt, rounds);
      try {
        return decryptBy(key, iv, ciphertext);
      } finally {
        key.fill(0);
      }
    },
  };
}

interface KeyAndIv {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
}

function derive(scheme: Scheme, passphrase: Uint8Array | null, salt: Uint8Array, rounds: number): KeyAndIv {
  if (scheme.kdf === "pbkdf1") return derivePbkdf1(scheme, passphrase ?? new Uint8Array(), salt, rounds);
  const text = passphrase === null ? new Uint8Array() : pkcs12Passphrase(passphrase);
  const key = derivePkcs12(scheme.digest, pkcs12Purpose.key, text, salt, rounds, scheme.keyBytes);
  const iv = derivePkcs12(scheme.digest, pkcs12Purpose.iv, text, salt, rounds, ivBytes);
  text.fill(0);
  return { key, iv };
}

// RFC 8018 section 5.1: the first eight bytes are the key, the next eight the initialisation vector.
function derivePbkdf1(scheme: Scheme, passphrase: Uint8Array, salt: Uint8Array, rounds: number): KeyAndIv {
  let derived = createHash(scheme.digest).update(passphrase).update(salt).digest();
  for (let round = 1; round < rounds; round++) derived = createHash(scheme.digest).update(derived).digest();
  return {
    key: derived.subarray(0, scheme.keyBytes),
    iv: Uint8Array.from(derived.subarray(scheme.keyBytes, scheme.keyBytes + ivBytes)),
  };
}

// One and two keys become three: K1 K1 K1 is single DES, K1 K2 K1 two-key triple DES.
function decryptDes(key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  const three = Buffer.concat([key, key, key]).subarray(0, tripleDesKeyBytes);
  try {
    return decryptBlocks("des-ede3-cbc", three, iv, ciphertext);
  } finally {
    three.fill(0);
  }
}
