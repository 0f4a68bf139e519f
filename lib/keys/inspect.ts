import { BadKeyError, type BadKeyReason } from "../errors.ts";
import { fingerprintsOf, type KeyFingerprints } from "./fingerprint.ts";
import { bitLength, withoutLeadingZeros } from "./integer.ts";
import type { KeyContainer, KeyProtection } from "./key-container.ts";
import type { LoadKeyOptions } from "./load.ts";
import { unlockContainer } from "./load.ts";
import { readContainer } from "./read-container.ts";
import { checkedModulusBits } from "./rsa-components.ts";

export type { KeyProtection } from "./key-container.ts";

/** What can be said about a key file without showing anything private. */
export interface KeyInspection {
  /** The stable id of the container, or null when the file is no private key container that can be read. */
  readonly container: string | null;
  /** The modulus length, or null where only the passphrase would show it. */
  readonly bits: number | null;
  /** True when a passphrase is needed, null when nothing is known about the file. */
  readonly encrypted: boolean | null;
  /** Cipher, key derivation and its cost; null when the private numbers lie open. */
  readonly protection: KeyProtection | null;
  /** Of the public half, or null where only the passphrase would show it. */
  readonly fingerprints: KeyFingerprints | null;
  /** True or false; null when it cannot be told without the passphrase. */
  readonly usable: boolean | null;
  /** One sentence that says why. */
  readonly because: string;
  /** Why the key cannot be used, or null. */
  readonly reason: BadKeyReason | null;
}

/**
 * Tells what a key file is, as far as it goes without the passphrase, or fully with one. No private part is shown,
 * and a passphrase callback is not called: only a given passphrase is tried.
 *
 * A file that is of no use is an answer, not an error.
 */
export async function inspectKey(file: Uint8Array, options: LoadKeyOptions = {}): Promise<KeyInspection> {
  let container: KeyContainer;
  try {
    container = await readContainer(file, options.limits);
  } catch (error) {
    const { message, reason } = asBadKey(error);
    const nothing = { container: null, bits: null, encrypted: null, protection: null, fingerprints: null };
    return { ...nothing, usable: false, because: message, reason };
  }
  return inspectContainer(container, options);
}

async function inspectContainer(container: KeyContainer, options: LoadKeyOptions): Promise<KeyInspection> {
  const { publicHalf } = container;
  const shown = {
    container: container.container,
    encrypted: container.needsPassphrase,
    protection: container.protection,
    bits: publicHalf === null ? null : bitLength(withoutLeadingZeros(publicHalf.n)),
    fingerprints: publicHalf === null ? null : fingerprintsOf(publicHalf),
  };
  const { passphrase } = options;
  const withheld = passphrase === undefined || typeof passphrase === "function";
  try {
    if (container.needsPassphrase && withheld) {
      if (publicHalf === null) {
        return {
          ...shown,
          usable: null,
          because: "only its passphrase would show what kind of key it is",
          reason: null,
        };
      }
      checkedModulusBits(publicHalf.n);
      return {
        ...shown,
        usable: true,
        because: "it is an RSA key; its passphrase was not tried",
        reason: null,
      };
    }
    const key = await unlockContainer(container, passphrase);
    return {
      ...shown,
      bits: key.modulusBits,
      fingerprints: key.fingerprints,
      usable: true,
      because: "it is an RSA key, and its numbers belong together",
      reason: null,
    };
  } catch (error) {
    const { message, reason } = asBadKey(error);
    return { ...shown, usable: false, because: message, reason };
  }
}

function asBadKey(error: unknown): BadKeyError {
  if (error instanceof BadKeyError) return error;
  throw error;
}
