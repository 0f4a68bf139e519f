import { decodeBase64Body } from "./base64-body.ts";
import { damagedKey, refusal } from "./refusals.ts";

/** One block between a BEGIN and an END line (RFC 7468), or ssh.com's variant with four dashes. */
export interface PemBlock {
  /** Such as `RSA PRIVATE KEY`. */
  readonly label: string;
  /** The view between the two lines: headers and base64. */
  readonly inner: Uint8Array;
}

interface Marker {
  readonly kind: "BEGIN" | "END";
  readonly label: string;
  readonly start: number;
  readonly end: number;
}

const hyphen = 0x2d;
const longestLabel = 48; // characters; the longest that a key uses has 29
const colon = 0x3a;
const lineFeed = 0x0a;
const backslash = 0x5c;

/**
 * Finds all blocks of a text whose typography was folded; anything before, between and after them is skipped, and
 * the markers need no lines of their own. Throws `BadKeyError` "truncated" for a BEGIN without END or the reverse.
 */
export function findPemBlocks(text: Uint8Array): readonly PemBlock[] {
  const blocks: PemBlock[] = [];
  let open: Marker | null = null;
  for (const marker of findMarkers(text)) {
    if ((marker.kind === "BEGIN") !== (open === null)) throw refusal("unfinished-pem");
    if (open === null) {
      open = marker;
    } else {
      blocks.push({ label: open.label, inner: text.subarray(open.end, marker.start) });
      open = null;
    }
  }
  if (open !== null) throw refusal("unfinished-pem");
  return blocks;
}

/** The bytes of a block; lines up to the last with a colon are headers and are skipped. */
export function decodePemBody(inner: Uint8Array): Uint8Array {
  const body = decodeBase64Body(inner.subarray(headersLength(inner)));
  if (body === null)
    throw damagedKey("its PEM block holds characters that are not base64, or too few of them");
  if (body.length === 0) throw damagedKey("its PEM block is empty");
  return body;
}

// A header line that ends with a backslash goes on in the next (RFC 4716 section 3.3).
function headersLength(inner: Uint8Array): number {
  const lastColon = inner.lastIndexOf(colon);
  if (lastColon === -1) return 0;
  let lineEnd = inner.indexOf(lineFeed, lastColon);
  while (lineEnd !== -1 && inner[lineEnd - 1] === backslash) lineEnd = inner.indexOf(lineFeed, lineEnd + 1);
  return (lineEnd === -1 ? lastColon : lineEnd) + 1;
}

function findMarkers(text: Uint8Array): readonly Marker[] {
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.length);
  const markers: Marker[] = [];
  for (const kind of ["BEGIN", "END"] as const) {
    for (let at = bytes.indexOf(`${kind} `); at !== -1; at = bytes.indexOf(`${kind} `, at + 1)) {
      const marker = markerAt(bytes, kind, at);
      if (marker !== null) markers.push(marker);
    }
  }
  return markers.sort((left, right) => left.start - right.start);
}

function markerAt(bytes: Buffer, kind: Marker["kind"], at: number): Marker | null {
  let start = at;
  while (start > 0 && bytes[start - 1] === 0x20) start--;
  const dashesEnd = start;
  while (start > 0 && bytes[start - 1] === hyphen) start--;
  if (start === dashesEnd) return null;
  const labelStart = at + kind.length + 1;
  const labelEnd = bytes.indexOf(hyphen, labelStart);
  if (labelEnd === -1 || labelEnd - labelStart > longestLabel) return null;
  const label = bytes.toString("latin1", labelStart, labelEnd).trim();
  if (!/^[A-Z0-9][A-Z0-9 ]*$/.test(label)) return null;
  let end = labelEnd;
  while (bytes[end] === hyphen) end++;
  return { kind, label, start, end };
}
