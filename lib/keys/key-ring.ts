import { fingerprintsOf, matchesFingerprint, type KeyFingerprints } from "./fingerprint.ts";
import { withoutLeadingZeros } from "./integer.ts";
import { unlockContainer } from "./load.ts";
import type { KeyLimits } from "./limits.ts";
import type { PassphraseSource } from "./passphrase.ts";
import { readContainer } from "./read-container.ts";
import type { RsaPrivateKey } from "./rsa-private-key.ts";

/** A key of a ring: its file was read, but it may still be locked. */
export interface KeyCandidate {
  /** The stable id of the container. */
  readonly container: string;
  /** Opening it needs a passphrase. */
  readonly encrypted: boolean;
  /** Null where only the passphrase would show the public half. */
  readonly fingerprints: KeyFingerprints | null;
  /** The length of the ciphertexts for this key, or null where only the passphrase would show it. */
  readonly modulusBytes: number | null;
  /** Opens and checks the key, once; a passphrase function is called only if it is needed. Throws `BadKeyError`. */
  open(passphrase?: PassphraseSource): Promise<RsaPrivateKey>;
}

/** What is known about the key that is looked for. */
export interface KeyHints {
  /** The fingerprint of the server's key pair, MD5 in colon-hex or `SHA256:` and base64. */
  readonly fingerprint?: string | undefined;
  /** The length of the ciphertext. */
  readonly ciphertextBytes?: number | undefined;
}

/** Reads a key file for a ring without asking for its passphrase. Throws `BadKeyError`. */
export async function readKeyCandidate(
  file: Uint8Array | string,
  limits: Partial<KeyLimits> = {},
): Promise<KeyCandidate> {
  const container = await readContainer(file, limits);
  const { publicHalf } = container;
  let opened: RsaPrivateKey | null = null;
  return {
    container: container.container,
    encrypted: container.needsPassphrase,
    // Digests cost as much as the rest of reading a plain key, and a single key is never compared.
    get fingerprints() {
      return publicHalf === null ? null : fingerprintsOf(publicHalf);
    },
    modulusBytes: publicHalf === null ? null : withoutLeadingZeros(publicHalf.n).length,
    open: async (passphrase) => {
      opened ??= await unlockContainer(container, passphrase);
      return opened;
    },
  };
}

/**
 * The keys in the order in which they should be tried: by the fingerprint of the server's key pair, then by the
 * ciphertext's length; what is known to fit comes before what cannot be told, and that before what is known not to
 * fit. Of equals, those that need no passphrase come first, then the order given.
 */
export function orderKeys<
  Candidate extends Pick<KeyCandidate, "encrypted" | "fingerprints" | "modulusBytes">,
>(keys: readonly Candidate[], hints: KeyHints): readonly Candidate[] {
  if (keys.length < 2) return keys; // and the digests of a single key are never computed
  const rank = (key: Candidate): readonly number[] => [
    fit(hints.fingerprint, key.fingerprints, matchesFingerprint),
    fit(hints.ciphertextBytes, key.modulusBytes, (wanted, own) => wanted === own),
    key.encrypted ? 1 : 0,
  ];
  return keys
    .map((key) => ({ key, rank: rank(key) }))
    .sort((left, right) => compareRanks(left.rank, right.rank))
    .map(({ key }) => key);
}

const fits = 0;
const unknown = 1;
const misses = 2;

function fit<Wanted, Own>(
  wanted: Wanted | undefined,
  own: Own | null,
  matches: (wanted: Wanted, own: Own) => boolean,
): number {
  if (wanted === undefined || own === null) return unknown;
  return matches(wanted, own) ? fits : misses;
}

function compareRanks(left: readonly number[], right: readonly number[]): number {
  for (const [index, rank] of left.entries()) {
    const difference = rank - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
