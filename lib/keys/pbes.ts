import { pbkdf2Sync, scryptSync } from "node:crypto";
import { DerReader, derTag } from "./der.ts";
import type { KeyLimits } from "./limits.ts";
import { decryptBlocks, type PasswordBasedDecryption } from "./password-based-decryption.ts";
import { damagedKey, tooCostly, unsupported } from "./refusals.ts";

interface Derivation {
  readonly kdf: string;
  readonly cost: string;
  derive(passphrase: Uint8Array, length: number): Uint8Array;
}

interface BlockCipher {
  readonly name: string;
  readonly keyBytes: number;
  readonly blockBytes: number;
}

const pbes2 = "1.2.840.113549.1.5.13";
const pbkdf2 = "1.2.840.113549.1.5.12";
const scrypt = "1.3.6.1.4.1.11591.4.11";

const ciphers: Readonly<Record<string, BlockCipher>> = {
  "2.16.840.1.101.3.4.1.2": { name: "aes-128-cbc", keyBytes: 16, blockBytes: 16 },
  "2.16.840.1.101.3.4.1.22": { name: "aes-192-cbc", keyBytes: 24, blockBytes: 16 },
  "2.16.840.1.101.3.4.1.42": { name: "aes-256-cbc", keyBytes: 32, blockBytes: 16 },
  "1.2.840.113549.3.7": { name: "des-ede3-cbc", keyBytes: 24, blockBytes: 8 },
};

const hmacDigests: Readonly<Record<string, string>> = {
  "1.2.840.113549.2.7": "sha1",
  "1.2.840.113549.2.8": "sha224",
  "1.2.840.113549.2.9": "sha256",
  "1.2.840.113549.2.10": "sha384",
  "1.2.840.113549.2.11": "sha512",
};

/**
 * Reads the content of an AlgorithmIdentifier of password-based encryption (RFC 8018 appendix A).
 *
 * Throws `BadKeyError` "unsupported" or "too-costly" before any work is done.
 */
export async function readPasswordBasedEncryption(
  algorithm: Uint8Array,
  limits: KeyLimits,
): Promise<PasswordBasedDecryption> {
  const reader = new DerReader(algorithm);
  const identifier = reader.objectIdentifier();
  if (identifier !== pbes2) {
    const { readLegacyEncryption } = await import("./pbes1.ts");
    return readLegacyEncryption(identifier, reader, limits);
  }
  const parameters = reader.sequence();
  const derivation = readDerivation(parameters.sequence(), limits);
  const { cipher, iv } = readCipher(parameters.sequence());
  return {
    protection: { cipher: cipher.name, kdf: derivation.kdf, cost: derivation.cost },
    decrypt: (passphrase, ciphertext) => {
      const key = derivation.derive(passphrase ?? new Uint8Array(), cipher.keyBytes);
      try {
        return decryptBlocks(cipher.name, key, iv, ciphertext);
      } finally {
        key.fill(0);
      }
    },
  };
}

function readCipher(reader: DerReader): { readonly cipher: BlockCipher; readonly iv: Uint8Array } {
  const identifier = reader.objectIdentifier();
  const cipher = ciphers[identifier];
  if (cipher === undefined) throw unsupported(`the cipher ${identifier}`);
  const iv = reader.expect(derTag.octetString);
  if (iv.length !== cipher.blockBytes) throw damagedKey("an initialisation vector of the wrong length");
  return { cipher, iv };
}

function readDerivation(reader: DerReader, limits: KeyLimits): Derivation {
  const identifier = reader.objectIdentifier();
  const parameters = reader.sequence();
  if (identifier === pbkdf2) return readPbkdf2(parameters, limits);
  if (identifier === scrypt) return readScrypt(parameters, limits);
  throw unsupported(`the key derivation ${identifier}`);
}

function readPbkdf2(reader: DerReader, limits: KeyLimits): Derivation {
  const salt = reader.expect(derTag.octetString);
  const rounds = reader.count();
  if (reader.nextTag === derTag.integer) reader.count(); // The key length, which the cipher knows as well.
  const prf = reader.atEnd ? "1.2.840.113549.2.7" : reader.sequence().objectIdentifier();
  const digest = hmacDigests[prf];
  if (digest === undefined) throw unsupported(`PBKDF2 with the function ${prf}`);
  if (rounds < 1) throw damagedKey("no rounds of PBKDF2");
  if (rounds > limits.maxPbkdf2Rounds) {
    throw tooCostly("rounds of PBKDF2", rounds, "maxPbkdf2Rounds", limits.maxPbkdf2Rounds);
  }
  return {
    kdf: `pbkdf2-${digest}`,
    cost: `${String(rounds)} rounds`,
    derive: (passphrase, length) => pbkdf2Sync(passphrase, salt, rounds, length, digest),
  };
}

function readScrypt(reader: DerReader, limits: KeyLimits): Derivation {
  const salt = reader.expect(derTag.octetString);
  const [N, r, p] = [reader.count(), reader.count(), reader.count()];
  const bytes = 128 * N * r;
  if (bytes > limits.maxScryptBytes) {
    throw tooCostly("bytes of memory for scrypt", bytes, "maxScryptBytes", limits.maxScryptBytes);
  }
  if (p > limits.maxScryptParallelism) {
    throw tooCostly("parallel runs of scrypt", p, "maxScryptParallelism", limits.maxScryptParallelism);
  }
  if (r < 1 || p < 1 || N < 2 || !Number.isInteger(Math.log2(N)))
    throw damagedKey("impossible parameters of scrypt");
  return {
    kdf: "scrypt",
    cost: `N=${String(N)} r=${String(r)} p=${String(p)}`,
    // OpenSSL counts some blocks more than 128·N·r.
    derive: (passphrase, length) =>
      scryptSync(passphrase, salt, length, { N, r, p, maxmem: bytes + 128 * r * (p + 3) + 4096 }),
  };
}
