import type { RsaPublicHalf } from "./fingerprint.ts";
import type { KeyLimits } from "./limits.ts";
import type { RsaComponents } from "./rsa-components.ts";

/** How a container hides its private numbers, in the words of its own format. */
export interface KeyProtection {
  /** Such as `aes-256-cbc` or `chacha20-poly1305@openssh.com`. */
  readonly cipher: string;
  /** Such as `pbkdf2-sha256`, `scrypt`, `bcrypt`, `argon2id`. */
  readonly kdf: string;
  /** What the key derivation costs, such as `2048 rounds` or `8192 KiB, 13 passes`. */
  readonly cost: string;
}

/** A key file whose structure was read, but whose private numbers may still be locked. */
export interface KeyContainer {
  /** The stable id of the format, such as `pkcs8-pem-encrypted`. */
  readonly container: string;
  /** Null when the private numbers lie open. */
  readonly protection: KeyProtection | null;
  /** False also for a protected container whose passphrase is known to be empty. */
  readonly needsPassphrase: boolean;
  /** What the container shows without a passphrase; null when it shows nothing. */
  readonly publicHalf: RsaPublicHalf | null;
  /**
   * The private numbers; the caller wipes them. The passphrase stays the caller's and is empty where none is
   * needed. May be called again after a wrong passphrase, but not after a success. Throws `BadKeyError`,
   * "passphrase-wrong" among other reasons.
   */
  unlock(passphrase: Uint8Array): Promise<RsaComponents>;
}

/** What a reader of containers works with. */
export interface ReaderContext {
  readonly limits: KeyLimits;
  /** The first part of the ids of what the reader finds: the armour the bytes came in. */
  readonly armour: "pem" | "der";
}
