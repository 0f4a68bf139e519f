import { BadKeyError, WrongKeyError } from "../errors.ts";
import { decodeEmePkcs1v15 } from "./pkcs1-v15.ts";
import { admitPlaintext, type OpenedPassword } from "./plaintext-gate.ts";

/** What a key outside this process answers with: the raw RSA block, or the message that it unpadded itself. */
export type ExternalAnswer = "block" | "message";

/**
 * Checks what a key outside this process made of a ciphertext: hardware, an agent, another program.
 *
 * A block is as long as the ciphertext and is decoded like any other (RFC 8017 section 7.2.2). A message has lost its
 * padding, so nothing proves that the key was the right one: it is marked `padding-not-checked`. Takes `answer` over
 * and wipes it. Throws `BadKeyError` for a block of another length, `WrongKeyError` when decoding fails, and
 * `SuspectError` for a plaintext that is no password.
 */
export function openExternalAnswer(
  ciphertext: Uint8Array,
  answer: Uint8Array,
  kind: ExternalAnswer,
  allowUnprintable: boolean,
): OpenedPassword {
  if (kind === "message") {
    const opened = admitPlaintext(Uint8Array.from(answer), allowUnprintable);
    answer.fill(0);
    return { ...opened, suspicious: "padding-not-checked" };
  }
  const message = answer.byteLength === ciphertext.byteLength ? decodeEmePkcs1v15(answer) : undefined;
  const { byteLength } = answer;
  answer.fill(0);
  if (message === undefined) {
    throw new BadKeyError(
      `the decryption command answered ${String(byteLength)} bytes instead of the raw block of ${String(ciphertext.byteLength)}`,
      "unsupported",
    );
  }
  if (message === null)
    throw new WrongKeyError("the key does not open this ciphertext: another key, or a damaged ciphertext");
  return admitPlaintext(message, allowUnprintable);
}
