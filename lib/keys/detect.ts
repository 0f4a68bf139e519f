import type { NotAKey } from "./refusals.ts";
import { isBlank, trimmed } from "./text.ts";

/** The families of binary files, judged by their first bytes; nothing is parsed. */
export type BinaryKind = "der" | "pvk" | "ms-key-blob" | NotAKey;

/** The families of text files, judged by their first characters; nothing is parsed. */
export type TextKind = "pem" | "putty" | "json" | "rsa-key-value" | "base64" | NotAKey;

const magics: readonly (readonly [readonly number[], BinaryKind])[] = [
  [[0x1e, 0xf1, 0xb5, 0xb0], "pvk"],
  [[0xfe, 0xed, 0xfe, 0xed], "java-keystore"],
  [[0xce, 0xce, 0xce, 0xce], "java-keystore"],
];

/** The family of a binary file, or null for what must be text. */
export function detectBinary(file: Uint8Array): BinaryKind | null {
  if (file.every(isBlank)) return "empty";
  const [first = 0, second = 0] = file;
  if (first === 0x30 && isDerLength(second, file.length)) return "der";
  if (isKeyBlob(file)) return "ms-key-blob";
  return magics.find(([magic]) => magic.every((byte, index) => file[index] === byte))?.[1] ?? null;
}

// The BLOBHEADER of an RSA key in Microsoft's CryptoAPI: private or public, version 2, for exchange or signing.
function isKeyBlob(file: Uint8Array): boolean {
  const [type, version, , , , algorithm, high, highest] = file;
  const isRsa = (algorithm === 0xa4 || algorithm === 0x24) && high === 0 && highest === 0;
  return (type === 6 || type === 7) && version === 2 && isRsa;
}

// A length of several bytes begins with one that no text has after "0", which is SEQUENCE; the length of a short
// structure, such as a key of another algorithm, must fit exactly.
function isDerLength(second: number, fileLength: number): boolean {
  return second >= 0x80 || second + 2 === fileLength;
}

const openings: readonly (readonly [string, TextKind])[] = [
  ["PuTTY-User-Key-File-", "putty"],
  ["SSH PRIVATE KEY FILE FORMAT 1.1", "ssh1"],
  ["{", "json"],
  ["[", "json"],
  ["ssh-", "public-key"],
  ["ecdsa-sha2-", "public-key"],
  ["sk-ssh-", "public-key"],
  ["sk-ecdsa-", "public-key"],
];

/** The family of a text file whose typography was folded. */
export function detectText(text: Uint8Array): TextKind {
  const content = trimmed(text);
  if (content.length === 0) return "empty";
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
  const opening = openings.find(([start]) => bytes.indexOf(start, 0, "latin1") === 0);
  if (opening !== undefined) return opening[1];
  if (bytes.includes("BEGIN ") || bytes.includes("-END ")) return "pem";
  if (bytes.includes("<RSAKeyValue")) return "rsa-key-value";
  if (bytes[0] === 0x3c) return "html";
  return content.every(isBase64) ? "base64" : "unrecognised";
}

function isBase64(byte: number): boolean {
  return isBlank(byte) || /[A-Za-z0-9+/=]/.test(String.fromCharCode(byte));
}
