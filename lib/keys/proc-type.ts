import { createHash } from "node:crypto";
import type { KeyContainer } from "./key-container.ts";
import { decryptBlocks } from "./password-based-decryption.ts";
import { readRsaPrivateKey } from "./pkcs1.ts";
import { decryptedSequence } from "./pkcs8.ts";
import { damagedKey, unsupported } from "./refusals.ts";

interface DekCipher {
  readonly name: string;
  /** What node:crypto calls it. */
  readonly engine: string;
  readonly keyBytes: number;
  readonly ivBytes: number;
}

const dekCiphers: Readonly<Record<string, DekCipher>> = {
  "AES-128-CBC": { name: "aes-128-cbc", engine: "aes-128-cbc", keyBytes: 16, ivBytes: 16 },
  "AES-192-CBC": { name: "aes-192-cbc", engine: "aes-192-cbc", keyBytes: 24, ivBytes: 16 },
  "AES-256-CBC": { name: "aes-256-cbc", engine: "aes-256-cbc", keyBytes: 32, ivBytes: 16 },
  "DES-EDE3-CBC": { name: "des-ede3-cbc", engine: "des-ede3-cbc", keyBytes: 24, ivBytes: 8 },
  // OpenSSL 3 dropped single DES; triple DES with one key three times is the same function.
  "DES-CBC": { name: "des-cbc", engine: "des-ede3-cbc", keyBytes: 8, ivBytes: 8 },
};

const saltBytes = 8;
const tripleDesKeyBytes = 24;

/**
 * The container of a PEM block with `Proc-Type: 4,ENCRYPTED` (RFC 1421 section 4.6.1.1, OpenSSL's
 * PEM_read_bio). `dekInfo` is the header's value: algorithm, comma, initialisation vector in hex; in a block whose
 * line ends were lost the first base64 characters may follow it, so only as many digits as the cipher needs count.
 *
 * Throws `BadKeyError` "unsupported" or "damaged".
 */
export function readProcTypeKey(dekInfo: DekInfo, ciphertext: Uint8Array): KeyContainer {
  const { cipher, iv } = dekInfo;
  return {
    container: "pkcs1-pem-encrypted",
    protection: { cipher: cipher.name, kdf: "md5", cost: "1 round" },
    needsPassphrase: true,
    publicHalf: null,
    unlock: async (passphrase) => {
      const key = deriveKey(passphrase, iv.subarray(0, saltBytes), cipher);
      try {
        return readRsaPrivateKey(decryptedSequence(decryptBlocks(cipher.engine, key, iv, ciphertext)));
      } finally {
        key.fill(0);
      }
    },
  };
}

/** The parsed `DEK-Info` header. */
export interface DekInfo {
  readonly cipher: DekCipher;
  readonly iv: Uint8Array;
  /** How many characters of the header's value were used. */
  readonly length: number;
}

/** Parses the value of a `DEK-Info` header from its start. Throws `BadKeyError` "unsupported" or "damaged". */
export function parseDekInfo(value: string): DekInfo {
  const [prefix, algorithm, digits] = /^\s*([A-Za-z0-9-]+)\s*,\s*([0-9A-Fa-f]*)/.exec(value) ?? [];
  if (prefix === undefined || algorithm === undefined || digits === undefined)
    throw damagedKey("an odd DEK-Info line");
  const cipher = dekCiphers[algorithm.toUpperCase()];
  if (cipher === undefined) throw unsupported(`the cipher ${algorithm.slice(0, 40)}`);
  const surplus = digits.length - cipher.ivBytes * 2;
  if (surplus < 0) throw damagedKey("an initialisation vector that is too short");
  const iv = Buffer.from(digits.slice(0, cipher.ivBytes * 2), "hex");
  return { cipher, iv, length: prefix.length - surplus };
}

// EVP_BytesToKey with MD5 and one round: each digest covers the one before, the passphrase and the salt.
function deriveKey(passphrase: Uint8Array, salt: Uint8Array, cipher: DekCipher): Uint8Array {
  const key = Buffer.alloc(cipher.name === "des-cbc" ? tripleDesKeyBytes : cipher.keyBytes);
  let digest = new Uint8Array();
  for (let filled = 0; filled < cipher.keyBytes;) {
    digest = createHash("md5").update(digest).update(passphrase).update(salt).digest();
    key.set(digest.subarray(0, cipher.keyBytes - filled), filled);
    filled += digest.length;
  }
  digest.fill(0);
  for (let offset = cipher.keyBytes; offset < key.length; offset += cipher.keyBytes) {
    key.copyWithin(offset, 0, cipher.keyBytes);
  }
  return key;
}
