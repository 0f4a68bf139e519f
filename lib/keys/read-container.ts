import { BadKeyError } from "../errors.ts";
import { decodeBase64Body } from "./base64-body.ts";
import { readDerKey } from "./der-key.ts";
import { detectBinary, detectText, type BinaryKind } from "./detect.ts";
import type { KeyContainer, ReaderContext } from "./key-container.ts";
import { defaultKeyLimits, type KeyLimits } from "./limits.ts";
import { readPem } from "./pem.ts";
import { findPemBlocks } from "./pem-armour.ts";
import { damagedKey, refusal } from "./refusals.ts";
import { decodeKeyText, foldTypography, trimmed, withLineFeeds } from "./text.ts";

const lineFeed = 0x0a;
const deepestNesting = 2; // A PEM inside base64, or inside JSON; anything deeper is no accident.

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
  return readFile(bytes, { limits: allLimits, armour: "der" }, 0);
}

async function readFile(bytes: Uint8Array, context: ReaderContext, depth: number): Promise<KeyContainer> {
  if (depth > deepestNesting) throw refusal("unrecognised");
  const binary = detectBinary(bytes);
  if (binary !== null) return readBinary(binary, Uint8Array.from(bytes), context);
  const text = decodeKeyText(bytes);
  const folded = foldTypography(text);
  try {
    return await readText(text, folded, { ...context, armour: "pem" }, depth);
  } finally {
    text.fill(0);
    folded.fill(0);
  }
}

async function readBinary(kind: BinaryKind, file: Uint8Array, context: ReaderContext): Promise<KeyContainer> {
  if (kind === "der") return readDerKey(file, context);
  if (kind === "pvk") return (await import("./pvk.ts")).readPvk(file);
  if (kind === "ms-key-blob") return (await import("./ms-key-blob.ts")).readKeyBlob(file);
  throw refusal(kind);
}

async function readText(
  text: Uint8Array,
  folded: Uint8Array,
  context: ReaderContext,
  depth: number,
): Promise<KeyContainer> {
  const kind = detectText(folded);
  if (kind === "pem") return readPem(findPemBlocks(folded), context);
  if (kind === "putty") {
    const { readPuttyKey } = await import("./putty.ts");
    const lines = puttyLines(text, folded);
    try {
      return readPuttyKey(lines, context.limits);
    } finally {
      lines.fill(0);
    }
  }
  if (kind === "json") {
    const { parseJson, readJson } = await import("./json.ts");
    const root = parseJson(text);
    if (root !== undefined) return readJson(root, async (inner) => readFile(inner, context, depth + 1));
    const blocks = findPemBlocks(folded); // A cut answer of a cloud may still hold the whole key.
    if (blocks.length > 0) return readPem(blocks, context);
    throw damagedKey("it begins like JSON, but is not valid");
  }
  if (kind === "rsa-key-value") return (await import("./rsa-key-value.ts")).readRsaKeyValue(folded);
  if (kind === "base64") return readBareBase64(folded, context, depth);
  throw refusal(kind);
}

// A PuTTY file's MAC covers the bytes of its comment, so its typography stays as it is, unless its line ends are gone.
function puttyLines(text: Uint8Array, folded: Uint8Array): Uint8Array {
  const lines = trimmed(withLineFeeds(text));
  return lines.includes(lineFeed) ? lines : trimmed(folded);
}

// The body of a PEM without its first and last line, or a whole file that was encoded for transport.
async function readBareBase64(
  folded: Uint8Array,
  context: ReaderContext,
  depth: number,
): Promise<KeyContainer> {
  const decoded = decodeBase64Body(trimmed(folded));
  if (decoded === null) throw refusal("unrecognised");
  try {
    return await readFile(decoded, context, depth + 1);
  } finally {
    decoded.fill(0);
  }
}
