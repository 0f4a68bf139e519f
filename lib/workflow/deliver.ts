import { createHash } from "node:crypto";
import { encodeHex } from "../encoding.ts";
import type { RsaPrivateKey } from "../keys/rsa-private-key.ts";
import type { Secret } from "../secret.ts";

/** Where a password went. */
export interface Delivery {
  /** Kind of the place: `stdout`, `file`, … */
  readonly sink: string;
  /** Which one of its kind: a path, a program's name; null where the kind says it all. */
  readonly locator: string | null;
  /** It survives the end of this process and a crash of the machine. */
  readonly durable: boolean;
}

/** The key that opened a ciphertext, by its public facts. */
export interface KeyFacts {
  readonly container: string;
  /** Of the modulus. */
  readonly bits: number;
  /** `SHA256:` and base64 of the SSH public key blob's digest; null where the public half is not known. */
  readonly sha256: string | null;
  /** Colon-hex of the SSH public key blob's digest, as clouds show it. */
  readonly md5: string | null;
}

/** What is known at the moment of delivery; nothing of it is secret. */
export interface DeliveryFacts {
  readonly serverId: string;
  readonly key: KeyFacts;
  /** Which of the given keys it is. */
  readonly keyIndex: number;
  readonly ciphertext: CiphertextFacts;
  /** Why the plaintext looks odd although it passed; null when it does not. */
  readonly suspicious: string | null;
}

/** A ciphertext by its public facts. */
export interface CiphertextFacts {
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/**
 * Hands a password over. It must resolve only when the password has arrived, and durably so where it says `durable`:
 * a throw means "not delivered", and then nothing is cleared. The secret is wiped afterwards; copy what you keep.
 */
export type Deliver = (secret: Secret, facts: DeliveryFacts) => Promise<Delivery | readonly Delivery[]>;

/** The public facts of a key. */
export function keyFacts(key: RsaPrivateKey): KeyFacts {
  return {
    container: key.container,
    bits: key.modulusBits,
    // Only some answers show digests, and OpenSSL's first one costs as much as opening a ciphertext.
    get sha256() {
      return key.fingerprints.sha256;
    },
    get md5() {
      return key.fingerprints.md5;
    },
  };
}

/** The public facts of a ciphertext. */
export function ciphertextFacts(ciphertext: Uint8Array): CiphertextFacts {
  return {
    bytes: ciphertext.byteLength,
    get sha256() {
      return encodeHex(createHash("sha256").update(ciphertext).digest());
    },
  };
}
