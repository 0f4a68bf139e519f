import { isUtf8 } from "node:buffer";
import { SuspectError } from "../errors.ts";
import { Secret } from "../secret.ts";

/** A password that came out of a ciphertext and passed the gate. */
export interface OpenedPassword {
  readonly secret: Secret;
  /** `"longer-than-127-bytes"`, `"unprintable"` (only where that was allowed), or null. */
  readonly suspicious: string | null;
}

const longestWindowsPassword = 127; // characters that the Windows sign-in dialogs take
const forbiddenCategories = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const firstPrintable = 0x20;
const asciiDelete = 0x7f;
const firstNonAscii = 0x80;

/**
 * Takes over a decrypted message and lets it through if a password can look like that; otherwise wipes it.
 *
 * The server may be owned by an attacker, so its text must not steer a terminal or hide characters: refused are
 * empty text, malformed UTF-8 and the Unicode categories Cc, Cf, Zl, Zp and Cs. `allowUnprintable` lets all but
 * the empty text through, marked. Throws `SuspectError`.
 */
export function admitPlaintext(message: Uint8Array, allowUnprintable: boolean): OpenedPassword {
  if (message.length === 0)
    throw new SuspectError("the ciphertext holds an empty text instead of a password");
  if (!isPrintable(message)) {
    if (allowUnprintable) return { secret: new Secret(message), suspicious: "unprintable" };
    message.fill(0);
    throw new SuspectError(
      "the decrypted text is not a password: it holds control or invisible characters, or is not UTF-8",
    );
  }
  const suspicious = message.length > longestWindowsPassword ? "longer-than-127-bytes" : null;
  return { secret: new Secret(message), suspicious };
}

// Works on the bytes: a string of the password could not be wiped. Only single non-ASCII characters become one.
function isPrintable(message: Uint8Array): boolean {
  if (!isUtf8(message)) return false;
  for (let index = 0; index < message.length;) {
    const lead = message[index] ?? 0;
    if (lead < firstNonAscii) {
      if (lead < firstPrintable || lead === asciiDelete) return false;
      index += 1;
      continue;
    }
    const length = sequenceLength(lead);
    const character = Buffer.from(message.subarray(index, index + length)).toString("utf8");
    if (forbiddenCategories.test(character)) return false;
    index += length;
  }
  return true;
}

function sequenceLength(lead: number): number {
  if (lead >= 0xf0) return 4;
  return lead >= 0xe0 ? 3 : 2;
}
