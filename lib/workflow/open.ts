import { openPassword, type OpenedPassword } from "../crypto/decrypt-password.ts";
import { SuspectError, WrongKeyError } from "../errors.ts";
import type { RsaPrivateKey } from "../keys/rsa-private-key.ts";

/** Settings of {@link openWithKeys}. */
export interface OpenWithKeysOptions {
  readonly allowUnprintable: boolean;
  /** Fingerprint of the server's key pair; asked for only when no key opens the ciphertext. Must not throw. */
  readonly serverFingerprint: () => Promise<string | undefined>;
}

/** A password and the key that opened it. */
export interface OpenedWithKey extends OpenedPassword {
  readonly key: RsaPrivateKey;
}

/**
 * Opens a ciphertext with the first of several keys that can.
 *
 * Throws `WrongKeyError` when none does (with the fingerprints given and, where known, needed), `SuspectError` when
 * the server's own key does not open it (damaged), or when what it opens is no password.
 */
export async function openWithKeys(
  ciphertext: Uint8Array,
  keys: readonly RsaPrivateKey[],
  options: OpenWithKeysOptions,
): Promise<OpenedWithKey> {
  const { allowUnprintable } = options;
  const fitting = keys.filter((key) => key.modulusBytes === ciphertext.byteLength);
  let suspect: SuspectError | undefined;
  for (const key of fitting) {
    try {
      return { ...openPassword(ciphertext, key, { allowUnprintable }), key };
    } catch (error) {
      // A wrong key passes the padding check once in some 70,000 times: only the last word of all keys counts.
      if (error instanceof SuspectError) suspect ??= error;
      else if (!(error instanceof WrongKeyError)) throw error;
    }
  }
  if (suspect !== undefined) throw suspect;
  const needed = await options.serverFingerprint();
  const own = fitting.find(
    ({ fingerprints }) => needed === fingerprints.md5 || needed === fingerprints.sha256,
  );
  if (own !== undefined) {
    throw new SuspectError("the ciphertext is damaged: it was made for this key and does not open with it");
  }
  const given = keys.map((key) => key.fingerprints.sha256);
  throw new WrongKeyError(whyNotOpened(ciphertext, keys), { given, needed });
}

function whyNotOpened(ciphertext: Uint8Array, keys: readonly RsaPrivateKey[]): string {
  const [only] = keys;
  if (only === undefined || keys.length > 1) return `none of the ${keys.length} keys opens the ciphertext`;
  try {
    openPassword(ciphertext, only).secret.wipe();
  } catch (error) {
    if (error instanceof WrongKeyError) return error.message;
  }
  return "the key does not open the ciphertext";
}
