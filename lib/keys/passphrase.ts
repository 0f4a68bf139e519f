import { BadKeyError } from "../errors.ts";
import type { Secret } from "../secret.ts";

/** A passphrase as text (taken as UTF-8) or as its bytes. */
export type Passphrase = string | Uint8Array | Secret;

/** A passphrase, or how to ask for it once it is known to be needed. */
export type PassphraseSource = Passphrase | (() => Promise<Passphrase>);

/** A copy of the passphrase's bytes, which the caller wipes. Throws `BadKeyError` "passphrase-missing". */
export async function passphraseBytes(source: PassphraseSource | undefined): Promise<Uint8Array> {
  if (source === undefined) {
    throw new BadKeyError(
      "the private key is protected by a passphrase, and none was given",
      "passphrase-missing",
    );
  }
  const passphrase = typeof source === "function" ? await source() : source;
  if (typeof passphrase === "string") return Buffer.from(passphrase, "utf8");
  return passphrase instanceof Uint8Array ? Uint8Array.from(passphrase) : passphrase.bytes();
}
