/** What a key file may ask of this machine; a file that asks for more is refused before any work is done. */
export interface KeyLimits {
  /** Bytes of a key file. A PKCS#12 with a long chain of certificates has some 20 KiB. */
  readonly maxFileBytes: number;
  /** Levels of nesting in a BER structure (PKCS#12); real ones have about 12. */
  readonly maxDerDepth: number;
  /** PBKDF2 iterations; 600,000 is today's advice and takes 0.3 s. */
  readonly maxPbkdf2Rounds: number;
  /** Iterations of the older key derivations of PKCS#5 v1 and PKCS#12; 2,048 is usual. */
  readonly maxLegacyRounds: number;
  /** Bytes of memory of scrypt, 128·N·r; OpenSSL's default takes 16 MiB. */
  readonly maxScryptBytes: number;
  /** Parallelism p of scrypt, done one after the other; 1 is usual. */
  readonly maxScryptParallelism: number;
  /** Rounds of bcrypt_pbkdf in an OpenSSH key; 16 or 24 are usual, each takes about 9 ms. */
  readonly maxBcryptRounds: number;
  /** KiB of memory of Argon2 in a PuTTY key; 8,192 is PuTTYgen's default. */
  readonly maxArgon2KiB: number;
  /** KiB of memory times passes of Argon2: its time. PuTTYgen's default is some 100,000, a tenth of a second. */
  readonly maxArgon2KiBPasses: number;
}

/** Generous ceilings: the worst file that passes them takes some tens of seconds and about 1 GiB. */
export const defaultKeyLimits: KeyLimits = {
  maxFileBytes: 1024 * 1024,
  maxDerDepth: 32,
  maxPbkdf2Rounds: 10_000_000,
  maxLegacyRounds: 2_000_000,
  maxScryptBytes: 1024 * 1024 * 1024,
  maxScryptParallelism: 16,
  maxBcryptRounds: 2_000,
  maxArgon2KiB: 1024 * 1024,
  maxArgon2KiBPasses: 16 * 1024 * 1024,
};
