import { isAscii, transcode } from "node:buffer";

// Everything here works on bytes, not strings: a string of a private key could not be wiped.

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const backslash = 0x5c;
const slash = 0x2f;
const space = 0x20;
const hyphen = 0x2d;

/**
 * A copy of a text file as UTF-8 without BOM; UTF-16, as PowerShell's `>` writes it, is converted. The caller wipes
 * it. What is no valid UTF-16 comes out as it is.
 */
export function decodeKeyText(file: Uint8Array): Uint8Array {
  const [first, second] = file;
  if (first === 0xff && second === 0xfe) return fromUtf16(file.subarray(2));
  if (first === 0xfe && second === 0xff) return fromSwappedUtf16(file.subarray(2));
  if (second === 0 && first !== undefined && first !== 0) return fromUtf16(file);
  if (first === 0xef && second === 0xbb && file[2] === 0xbf) return Uint8Array.from(file.subarray(3));
  return Uint8Array.from(file);
}

function fromSwappedUtf16(text: Uint8Array): Uint8Array {
  const swapped = Buffer.from(text.subarray(0, text.length - (text.length % 2))).swap16();
  const converted = fromUtf16(swapped);
  swapped.fill(0);
  return converted;
}

function fromUtf16(text: Uint8Array): Uint8Array {
  const whole = text.subarray(0, text.length - (text.length % 2));
  try {
    return transcode(whole, "utf16le", "utf8");
  } catch {
    return Uint8Array.from(whole); // A lone surrogate: this is no text, and detection will say so.
  }
}

/**
 * A copy in which mail programs', editors' and shells' doings are undone: Unicode dashes are hyphens, odd spaces
 * are spaces, invisible characters are gone, CR and CRLF and the two characters `\n` are line feeds, `\/` is a
 * slash. The caller wipes it.
 */
export function foldTypography(text: Uint8Array): Uint8Array {
  // Nearly every key file is already as it should be; three native scans are cheaper than one loop.
  if (isAscii(text) && text.indexOf(carriageReturn) === -1 && text.indexOf(backslash) === -1) {
    return Uint8Array.from(text);
  }
  const folded = new Uint8Array(text.length);
  let length = 0;
  for (let index = 0; index < text.length;) {
    const { width, byte } = foldedCharacter(text, index);
    if (byte !== null) folded[length++] = byte;
    index += width;
  }
  return folded.subarray(0, length);
}

/** A copy whose line ends, CR and CRLF among them, are line feeds; nothing else changes. The caller wipes it. */
export function withLineFeeds(text: Uint8Array): Uint8Array {
  const unified = new Uint8Array(text.length);
  let length = 0;
  for (const [index, byte] of text.entries()) {
    if (byte === lineFeed && text[index - 1] === carriageReturn) continue;
    unified[length++] = byte === carriageReturn ? lineFeed : byte;
  }
  return unified.subarray(0, length);
}

interface FoldedCharacter {
  /** Bytes read. */
  readonly width: number;
  /** The byte to write, or null for none. */
  readonly byte: number | null;
}

const escapes: Readonly<Record<string, number>> = { n: lineFeed, r: lineFeed, t: space, "/": slash };

const typography: Readonly<Record<string, number | null>> = {
  c2a0: space, // no-break space
  e28080: space,
  e2808a: space,
  e280af: space, // narrow no-break space
  e28090: hyphen,
  e28091: hyphen,
  e28092: hyphen,
  e28093: hyphen, // en dash
  e28094: hyphen, // em dash
  e28095: hyphen,
  e28892: hyphen, // minus sign
  efb998: hyphen,
  efb9a3: hyphen,
  efbc8d: hyphen,
  e2808b: null, // zero-width space
  e2808c: null,
  e2808d: null,
  e281a0: null, // word joiner
  efbbbf: null, // byte order mark
};

function foldedCharacter(text: Uint8Array, index: number): FoldedCharacter {
  const byte = text[index] ?? 0;
  const following = text[index + 1];
  if (byte === carriageReturn) return { width: following === lineFeed ? 2 : 1, byte: lineFeed };
  if (byte === backslash && following !== undefined) {
    const meant = escapes[String.fromCharCode(following)];
    return meant === undefined ? { width: 1, byte } : { width: 2, byte: meant };
  }
  if (byte < 0x80) return { width: 1, byte };
  const width = byte >= 0xe0 ? 3 : 2;
  const meant = typography[Buffer.from(text.subarray(index, index + width)).toString("hex")];
  return meant === undefined ? { width: 1, byte } : { width, byte: meant };
}

/** True for the ASCII bytes that separate words and lines. */
export function isBlank(byte: number): boolean {
  return byte === space || (byte >= 0x09 && byte <= carriageReturn);
}

/** A view without blanks and quotation marks at both ends. */
export function trimmed(text: Uint8Array): Uint8Array {
  const isEdge = (byte: number | undefined): boolean =>
    byte !== undefined && (isBlank(byte) || byte === 0x22 || byte === 0x27 || byte === 0x60);
  let start = 0;
  let end = text.length;
  while (start < end && isEdge(text[start])) start++;
  while (end > start && isEdge(text[end - 1])) end--;
  return text.subarray(start, end);
}
