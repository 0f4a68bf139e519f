import type { NotAKey } from "./refusals.ts";
import { isBlank, trimmed } from "./text.ts";

/** The family of formats a text belongs to, judged by its first bytes; nothing is parsed. */
export type TextKind = "pem" | "putty" | "base64" | NotAKey;

/** The family of a binary file, or null for what must be text. */
export function detectBinary(file: Uint8Array): "der" | "empty" | null {
  if (file.every(isBlank)) return "empty";
  const [first = 0, second = 0] = file;
  // SEQUENCE with a length of several bytes: no text begins so, since the second byte is not valid after "0".
  if (first === 0x30 && second >= 0x80) return "der";
  return null;
}

const openings: readonly (readonly [string, TextKind])[] = [
  ["PuTTY-User-Key-File-", "putty"],
  ["ssh-", "public-key"],
  ["ecdsa-sha2-", "public-key"],
  ["sk-ssh-", "public-key"],
  ["sk-ecdsa-", "public-key"],
  ["<", "html"],
];

/** The family of a text file whose typography was folded. */
export function detectText(text: Uint8Array): TextKind {
  const content = trimmed(text);
  if (content.length === 0) return "empty";
  const opening = Buffer.from(content.subarray(0, 32)).toString("latin1");
  for (const [start, kind] of openings) {
    if (opening.startsWith(start)) return kind;
  }
  if (Buffer.from(text.buffer, text.byteOffset, text.length).includes("BEGIN ")) return "pem";
  if (Buffer.from(text.buffer, text.byteOffset, text.length).includes("-END ")) return "pem";
  return content.every(isBase64) ? "base64" : "unrecognised";
}

function isBase64(byte: number): boolean {
  return isBlank(byte) || /[A-Za-z0-9+/=]/.test(String.fromCharCode(byte));
}
