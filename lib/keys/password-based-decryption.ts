import { createDecipheriv } from "node:crypto";
import { BadKeyError } from "../errors.ts";
import type { KeyProtection } from "./key-container.ts";
import { wrongPassphrase } from "./refusals.ts";

/** A password-based encryption whose parameters were read and found affordable. */
export interface PasswordBasedDecryption {
  readonly protection: KeyProtection;
  /**
   * Throws `BadKeyError` "passphrase-wrong" or "truncated"; the caller wipes the result. A null passphrase is an
   * absent one, which only the derivation of PKCS#12 tells from an empty one.
   */
  decrypt(passphrase: Uint8Array | null, ciphertext: Uint8Array): Uint8Array;
}

/** Decrypts CBC with PKCS#7 padding and wipes partial results. Throws `BadKeyError` "passphrase-wrong" or "truncated". */
export function decryptBlocks(
  cipher: string,
  key: Uint8Array,
  iv: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array {
  if (ciphertext.length === 0 || ciphertext.length % iv.length !== 0) {
    throw new BadKeyError(
      "the key is truncated: its encrypted part is not a whole number of blocks",
      "truncated",
    );
  }
  const decipher = createDecipheriv(cipher, key, iv);
  const start = decipher.update(ciphertext);
  try {
    const end = decipher.final();
    const decrypted = Buffer.concat([start, end]);
    end.fill(0);
    return decrypted;
  } catch {
    throw wrongPassphrase();
  } finally {
    start.fill(0);
  }
}
