import type { KeyLimits } from "./limits.ts";
import type { KeyContainer } from "./key-container.ts";
import { passphraseBytes, type PassphraseSource } from "./passphrase.ts";
import { readContainer } from "./read-container.ts";
import { makeRsaPrivateKey, type RsaPrivateKey } from "./rsa-private-key.ts";

export type { Passphrase } from "./passphrase.ts";

/** How to open a key file. */
export interface LoadKeyOptions {
  /** The passphrase, or a function that is called only when the container needs one. */
  readonly passphrase?: PassphraseSource;
  /** Ceilings for what the file may cost; those left out keep their defaults. */
  readonly limits?: Partial<KeyLimits>;
}

/**
 * Loads an RSA private key of 1024 to 16384 bits from the content of a key file in any container, and checks that
 * its numbers belong together.
 *
 * Throws `BadKeyError`; its `reason` tells what is wrong ("passphrase-missing", "passphrase-wrong", "not-rsa", …).
 */
export async function loadPrivateKey(
  file: Uint8Array | string,
  options: LoadKeyOptions = {},
): Promise<RsaPrivateKey> {
  return unlockContainer(await readContainer(file, options.limits), options.passphrase);
}

/** Unlocks a container that was read before; the passphrase is asked for only if it needs one. */
export async function unlockContainer(
  container: KeyContainer,
  source: PassphraseSource | undefined,
): Promise<RsaPrivateKey> {
  const passphrase = container.needsPassphrase ? await passphraseBytes(source) : new Uint8Array();
  try {
    const components = await container.unlock(passphrase);
    return await makeRsaPrivateKey(components, {
      container: container.container,
      encrypted: container.needsPassphrase,
    });
  } finally {
    passphrase.fill(0);
  }
}
