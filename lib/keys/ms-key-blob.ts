import type { KeyContainer } from "./key-container.ts";
import { damagedKey, refusal } from "./refusals.ts";
import { openContainer } from "./open-container.ts";
import type { RsaComponents } from "./rsa-components.ts";
import { SshReader } from "./ssh-wire.ts";

/** The length of a BLOBHEADER. */
export const blobHeaderBytes = 8;
const privateMagic = "RSA2";
const publicMagic = "RSA1";

/** Reads a bare PRIVATEKEYBLOB of Microsoft's CryptoAPI. Throws `BadKeyError`. */
export function readKeyBlob(blob: Uint8Array): KeyContainer {
  return openContainer("ms-key-blob", readBlobNumbers(blob));
}

/**
 * The numbers of a PRIVATEKEYBLOB (Microsoft's "Base Provider Key BLOBs"), which are little-endian in the file.
 * Throws `BadKeyError`.
 */
export function readBlobNumbers(blob: Uint8Array): RsaComponents {
  const reader = new SshReader(blob);
  reader.take(blobHeaderBytes);
  const magic = Buffer.from(reader.take(4)).toString("latin1");
  if (magic === publicMagic) throw refusal("public-key");
  if (magic !== privateMagic) throw damagedKey("it is no RSA key blob");
  const bits = Buffer.from(reader.take(4)).readUInt32LE();
  if (bits % 16 !== 0) throw damagedKey("its length in bits is odd");
  const bigEndian = (length: number): Uint8Array => reader.take(length).toReversed();
  const e = bigEndian(4);
  const n = bigEndian(bits / 8);
  const [p, q, dP, dQ, qInv] = [0, 1, 2, 3, 4].map(() => bigEndian(bits / 16));
  const d = bigEndian(bits / 8);
  if (p === undefined || q === undefined || dP === undefined || dQ === undefined || qInv === undefined) {
    throw damagedKey("a number is missing");
  }
  return { n, e, d, p, q, dP, dQ, qInv };
}
