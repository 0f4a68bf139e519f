import { BadKeyError, SuspectError, WrongKeyError } from "../errors.ts";
import { matchesFingerprint } from "../keys/fingerprint.ts";
import { orderKeys } from "../keys/key-ring.ts";
import type { RsaPrivateKey } from "../keys/rsa-private-key.ts";
import { asRingKey, type OpenedByRing, type RingKey } from "./ring.ts";

/** Settings of {@link openWithKeys}. */
export interface OpenWithKeysOptions {
  readonly allowUnprintable: boolean;
  /**
   * Fingerprint of the server's key pair. Asked for only when it can spare a passphrase or explain a failure. Must not
   * throw.
   */
  readonly serverFingerprint: () => Promise<string | undefined>;
}

/** A password, the facts of the key that opened it, and which of the given ones it was. */
export interface OpenedWithKeys extends OpenedByRing {
  readonly index: number;
}

/**
 * Opens a ciphertext with the first of several keys that can.
 *
 * Keys of another length are passed over; of the rest the server's own is tried first where it is known, and a locked
 * one last. Throws `WrongKeyError` when none opens it (with the fingerprints given and, where known, needed),
 * `SuspectError` when the server's own key does not (damaged) or when what it opens is no password, and `BadKeyError`
 * when the key to try could not be had.
 */
export async function openWithKeys(
  ciphertext: Uint8Array,
  keys: readonly (RsaPrivateKey | RingKey)[],
  options: OpenWithKeysOptions,
): Promise<OpenedWithKeys> {
  const ring = keys.map(asRingKey);
  const fitting = ring.filter(
    ({ modulusBytes }) => modulusBytes === null || modulusBytes === ciphertext.byteLength,
  );
  const choice = fitting.length > 1 && fitting.some(({ encrypted }) => encrypted);
  let needed = choice ? await options.serverFingerprint() : undefined;
  // The key's fingerprints are digests, computed when they are read; most runs need none.
  const isOwn = (key: RingKey): boolean =>
    needed !== undefined && key.fingerprints !== null && matchesFingerprint(needed, key.fingerprints);

  let failure: SuspectError | BadKeyError | undefined;
  let wrong: WrongKeyError | undefined;
  // Where the server's own key is in the ring, no passphrase is worth asking for on behalf of another.
  const worthTrying = fitting.some(isOwn) ? fitting.filter((key) => isOwn(key) || !key.encrypted) : fitting;
  for (const key of orderKeys(worthTrying, { fingerprint: needed, ciphertextBytes: ciphertext.byteLength })) {
    try {
      return { ...(await key.open(ciphertext, options.allowUnprintable)), index: ring.indexOf(key) };
    } catch (error) {
      if (error instanceof WrongKeyError) wrong = error;
      // A wrong key passes the padding check once in some 70,000 times: only the last word of all keys counts.
      else if (error instanceof SuspectError) failure ??= error;
      // A key of a ring that cannot be opened leaves the others; the server's own does not.
      else if (error instanceof BadKeyError && !isOwn(key)) failure ??= error;
      else throw error;
    }
  }
  if (failure !== undefined) throw failure;
  needed ??= await options.serverFingerprint();
  if (fitting.some(isOwn)) {
    throw new SuspectError("the ciphertext is damaged: it was made for this key and does not open with it");
  }
  const message =
    ring.length === 1
      ? await whyNotOpened(ring, wrong, ciphertext)
      : `none of the ${ring.length} keys opens the ciphertext`;
  // Also in the form of the one that is needed, so that the two can be compared.
  const byMd5 = needed !== undefined && !needed.startsWith("SHA256:");
  const given = ring.flatMap(({ fingerprints }) => {
    if (fingerprints === null) return [];
    return byMd5 ? [fingerprints.sha256, fingerprints.md5] : [fingerprints.sha256];
  });
  throw new WrongKeyError(message, { given, needed });
}

/** The one key's own words; a key of another length has not been tried yet and says so when it is. */
async function whyNotOpened(
  [only]: readonly RingKey[],
  wrong: WrongKeyError | undefined,
  ciphertext: Uint8Array,
): Promise<string> {
  if (wrong !== undefined) return wrong.message;
  try {
    (await only?.open(ciphertext, false))?.secret.wipe();
  } catch (error) {
    if (error instanceof WrongKeyError) return error.message;
  }
  return "the key does not open the ciphertext";
}
