import { BadKeyError } from "../errors.ts";
import type { RsaPublicHalf } from "./fingerprint.ts";
import type { KeyContainer } from "./key-container.ts";
import { withoutLeadingZeros } from "./integer.ts";
import { publicHalfOf } from "./pkcs1.ts";
import { wipeComponents, type RsaComponents } from "./rsa-components.ts";

/** The container of private numbers that lie open. It can be unlocked once, since its numbers are wiped after use. */
export function openContainer(container: string, components: RsaComponents): KeyContainer {
  let taken = false;
  return {
    container,
    protection: null,
    needsPassphrase: false,
    publicHalf: publicHalfOf(components),
    unlock: async () => {
      if (taken) throw new TypeError("an open key container can be unlocked only once");
      taken = true;
      return components;
    },
  };
}

/**
 * The one key that several containers of one file hold together.
 *
 * Which of two different keys was meant cannot be guessed: taking the first, as all libraries do, would blame the
 * ciphertext. Throws `BadKeyError` "several-keys", at once or, for locked containers, on unlocking.
 */
export function onlyKeyOf(first: KeyContainer, others: readonly KeyContainer[]): KeyContainer {
  if (others.length === 0) return first;
  const all = [first, ...others];
  const shown = all.map((container) => container.publicHalf).filter((half) => half !== null);
  if (!allEqual(shown)) throw severalKeys();
  const locked = all.find((container) => container.needsPassphrase) ?? first;
  return {
    container: locked.container,
    protection: locked.protection,
    needsPassphrase: locked.needsPassphrase,
    publicHalf: shown[0] ?? null,
    unlock: async (passphrase) => {
      const keys = [];
      for (const container of all) keys.push(await container.unlock(passphrase));
      const [kept, ...spare] = keys;
      const equal = allEqual(keys);
      for (const key of spare) wipeComponents(key);
      if (kept === undefined || !equal) throw severalKeys();
      return kept;
    },
  };
}

function allEqual(halves: readonly RsaPublicHalf[]): boolean {
  const [first, ...rest] = halves;
  if (first === undefined) return true;
  return rest.every((half) => equalNumbers(half.n, first.n) && equalNumbers(half.e, first.e));
}

function equalNumbers(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(withoutLeadingZeros(left), withoutLeadingZeros(right)) === 0;
}

function severalKeys(): BadKeyError {
  return new BadKeyError(
    "the file holds two different RSA private keys; keep the one that is meant",
    "several-keys",
  );
}
