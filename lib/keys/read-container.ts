import { BadKeyError } from "../errors.ts";
import { decodeBase64Body } from "./base64-body.ts";
import { readDerKey } from "./der-key.ts";
import { detectBinary, detectText } from "./detect.ts";
import type { KeyContainer } from "./key-container.ts";
import { defaultKeyLimits, type KeyLimits } from "./limits.ts";
import { readPem } from "./pem.ts";
import { findPemBlocks } from "./pem-armour.ts";
import { refusal } from "./refusals.ts";
import { decodeKeyText, foldTypography, trimmed, withLineFeeds } from "./text.ts";

const lineFeed = 0x0a;

/**
 * Reads the structure of a key file in any known container, however its text was mangled; asks for no passphrase.
 *
 * `file` stays the caller's. Throws `BadKeyError` with the reason.
 */
export async function readContainer(
  file: Uint8Array | string,
  limits: Partial<KeyLimits> = {},
): Promise<KeyContainer> {
  const bytes = typeof file === "string" ? Buffer.from(file, "utf8") : file;
  const allLimits = { ...defaultKeyLimits, ...limits };
  if (bytes.length > allLimits.maxFileBytes) {
    throw new BadKeyError(
      `the key file has more than ${String(allLimits.maxFileBytes)} bytes (maxFileBytes)`,
      "too-large",
    );
  }
  const binary = detectBinary(bytes);
  if (binary === "empty") throw refusal("empty");
  if (binary === "der") return readDerKey(Uint8Array.from(bytes), { limits: allLimits, armour: "der" });
  const text = decodeKeyText(bytes);
  const folded = foldTypography(text);
  try {
    return await readText(folded, allLimits, text);
  } finally {
    text.fill(0);
    folded.fill(0);
  }
}

async function readText(text: Uint8Array, limits: KeyLimits, original: Uint8Array): Promise<KeyContainer> {
  const kind = detectText(text);
  if (kind === "pem") return readPem(findPemBlocks(text), { limits, armour: "pem" });
  if (kind === "putty") {
    const { readPuttyKey } = await import("./putty.ts");
    return readPuttyKey(puttyLines(original, text), limits);
  }
  if (kind === "base64") return readBareBase64(text, limits);
  throw refusal(kind);
}

// A PuTTY file's MAC covers the bytes of its comment, so its typography stays as it is, unless its line ends are gone.
function puttyLines(original: Uint8Array, folded: Uint8Array): Uint8Array {
  const lines = trimmed(withLineFeeds(original));
  return lines.includes(lineFeed) ? lines : trimmed(folded);
}

async function readBareBase64(text: Uint8Array, limits: KeyLimits): Promise<KeyContainer> {
  const decoded = decodeBase64Body(text);
  if (decoded === null) throw refusal("unrecognised");
  const context = { limits, armour: "pem" } as const;
  if (detectBinary(decoded) === "der") return readDerKey(decoded, context);
  const folded = foldTypography(decoded);
  try {
    if (detectText(folded) === "pem") return await readPem(findPemBlocks(folded), context);
  } finally {
    folded.fill(0);
    decoded.fill(0);
  }
  throw refusal("unrecognised");
}
