import { isBlank } from "./text.ts";

const padding = 0x3d;
const unused = 0xff;

/**
 * Decodes base64 from bytes to bytes, without a string in between that could not be wiped. Blanks are skipped,
 * missing padding is tolerated; null for any other character or an impossible length.
 */
export function decodeBase64Body(text: Uint8Array): Uint8Array | null {
  const values = new Uint8Array(text.length);
  let count = 0;
  let padded = 0;
  for (const byte of text) {
    if (isBlank(byte)) continue;
    if (byte === padding) {
      padded += 1;
      continue;
    }
    const value = sextet(byte);
    if (value === unused || padded > 0) return null;
    values[count++] = value;
  }
  if (padded > 2 || count % 4 === 1) return null;
  const bytes = joinSextets(values.subarray(0, count));
  values.fill(0);
  return bytes;
}

function joinSextets(values: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(Math.floor((values.length * 6) / 8));
  let bits = 0;
  let pending = 0;
  let length = 0;
  for (const value of values) {
    pending = ((pending << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[length++] = (pending >> bits) & 0xff;
  }
  return bytes;
}

function sextet(byte: number): number {
  if (byte >= 0x41 && byte <= 0x5a) return byte - 0x41; // A-Z
  if (byte >= 0x61 && byte <= 0x7a) return byte - 0x61 + 26; // a-z
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30 + 52; // 0-9
  if (byte === 0x2b) return 62; // +
  return byte === 0x2f ? 63 : unused; // /
}
