/** Text whose bytes are not what its encoding promises; the caller knows which error that means. */
export class EncodingError extends Error {
  override readonly name = "EncodingError";
}

const base64Alphabet = /^[A-Za-z0-9+/]*={0,2}$/;
const asciiWhitespace = /[\t\n\v\f\r ]+/g;

/**
 * Decodes standard base64 (RFC 4648 section 4) strictly.
 *
 * ASCII whitespace may stand anywhere; any other foreign character, missing or surplus padding and non-zero
 * trailing bits are refused, since Node's own decoder drops all of these silently and so hides truncation.
 * Throws {@link EncodingError}.
 */
export function decodeBase64(text: string): Uint8Array {
  const compact = text.replace(asciiWhitespace, "");
  if (!base64Alphabet.test(compact)) throw new EncodingError("a character outside the base64 alphabet");
  if (compact.length % 4 !== 0) throw new EncodingError("a length that is not a multiple of four: truncated");
  const bytes = Buffer.from(compact, "base64");
  if (bytes.toString("base64") !== compact) throw new EncodingError("stray bits after the last byte");
  return bytes;
}

/** Standard base64 with padding, on one line. */
export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

/** Lower-case hexadecimal. */
export function encodeHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

// As a number: one character outside ASCII makes the whole bundle slower to read.
const byteOrderMark = 0xfeff;

/** Decodes UTF-8, refusing every malformed sequence; a BOM is kept. Throws {@link EncodingError}. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new EncodingError("not UTF-8");
  }
}

/**
 * Decodes a text file: UTF-8 with or without BOM, or UTF-16 with BOM as PowerShell's `>` writes it.
 *
 * The BOM is dropped. Throws {@link EncodingError} for anything else.
 */
export function decodeTextFile(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return decodeUtf16(bytes, "utf-16le");
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return decodeUtf16(bytes, "utf-16be");
  const text = decodeUtf8(bytes);
  return text.charCodeAt(0) === byteOrderMark ? text.slice(1) : text;
}

function decodeUtf16(bytes: Uint8Array, encoding: "utf-16le" | "utf-16be"): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new EncodingError("not UTF-16, though its first bytes say so");
  }
}
