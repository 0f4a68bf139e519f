import { openPassword, type OpenedPassword } from "../crypto/decrypt-password.ts";
import { openExternalAnswer, type ExternalAnswer } from "../crypto/external-answer.ts";
import { WrongKeyError } from "../errors.ts";
import type { KeyFingerprints } from "../keys/fingerprint.ts";
import type { KeyCandidate } from "../keys/key-ring.ts";
import type { PassphraseSource } from "../keys/passphrase.ts";
import { RsaPrivateKey } from "../keys/rsa-private-key.ts";
import { keyFacts, type KeyFacts } from "./deliver.ts";

/** A password, and the facts of the key that opened it. */
export interface OpenedByRing extends OpenedPassword {
  readonly key: KeyFacts;
}

/** A key in reach: loaded, still locked, or outside this process. */
export interface RingKey {
  /** Trying it may ask for a passphrase. */
  readonly encrypted: boolean;
  /** Null where they are not known, or not before the passphrase. */
  readonly fingerprints: KeyFingerprints | null;
  /** The length of its ciphertexts; null where it is not known. */
  readonly modulusBytes: number | null;
  /**
   * Opens a ciphertext. Throws `WrongKeyError` when it does not, `BadKeyError` when the key itself cannot be had, and
   * `SuspectError` for a plaintext that is no password.
   */
  open(ciphertext: Uint8Array, allowUnprintable: boolean): Promise<OpenedByRing>;
}

/** A key that is loaded. */
export function loadedKey(key: RsaPrivateKey): RingKey {
  return {
    encrypted: false,
    get fingerprints() {
      return key.fingerprints;
    },
    modulusBytes: key.modulusBytes,
    open: async (ciphertext, allowUnprintable) => {
      return { ...openPassword(ciphertext, key, { allowUnprintable }), key: keyFacts(key) };
    },
  };
}

/** A key whose file was read; it is unlocked when it is the one to try. */
export function lockedKey(candidate: KeyCandidate, passphrase: PassphraseSource | undefined): RingKey {
  let opened: RsaPrivateKey | undefined;
  return {
    encrypted: candidate.encrypted,
    get fingerprints() {
      return opened?.fingerprints ?? candidate.fingerprints;
    },
    get modulusBytes() {
      return opened?.modulusBytes ?? candidate.modulusBytes;
    },
    open: async (ciphertext, allowUnprintable) => {
      const { modulusBytes } = candidate;
      if (modulusBytes !== null && modulusBytes !== ciphertext.byteLength) {
        throw new WrongKeyError(
          `the ciphertext has ${String(ciphertext.byteLength)} bytes, the key needs ${String(modulusBytes)}`,
        );
      }
      opened ??= await candidate.open(passphrase);
      return { ...openPassword(ciphertext, opened, { allowUnprintable }), key: keyFacts(opened) };
    },
  };
}

/**
 * A key outside this process: `decrypt` is given the ciphertext and returns the raw RSA block or, less well, the
 * unpadded message. What it throws is passed on.
 */
export function externalKey(
  decrypt: (ciphertext: Uint8Array) => Promise<Uint8Array>,
  answer: ExternalAnswer = "block",
): RingKey {
  return {
    encrypted: false,
    fingerprints: null,
    modulusBytes: null,
    open: async (ciphertext, allowUnprintable) => {
      const opened = openExternalAnswer(ciphertext, await decrypt(ciphertext), answer, allowUnprintable);
      const key: KeyFacts = {
        container: "external",
        bits: ciphertext.byteLength * 8,
        sha256: null,
        md5: null,
      };
      return { ...opened, key };
    },
  };
}

/** Any key as a member of a ring. */
export function asRingKey(key: RsaPrivateKey | RingKey): RingKey {
  return key instanceof RsaPrivateKey ? loadedKey(key) : key;
}
