import { DerReader, derTag } from "./der.ts";
import type { KeyContainer, ReaderContext } from "./key-container.ts";
import { openContainer } from "./open-container.ts";
import { readRsaPrivateKey } from "./pkcs1.ts";
import { readDecryptedKeyInfo, readEncryptedKeyInfo, readPrivateKeyInfo } from "./pkcs8.ts";
import { refusal, type NotAKey } from "./refusals.ts";

/**
 * Reads a key structure in DER, told by its shape alone: labels and file names are often wrong.
 *
 * Throws `BadKeyError`.
 */
export async function readDerKey(der: Uint8Array, context: ReaderContext): Promise<KeyContainer> {
  if (isIndefinite(der)) return readPfx(der, context);
  const outer = new DerReader(der);
  const content = outer.expect(derTag.sequence);
  outer.end();
  const shape = shapeOf(content);
  if (shape === "RSAPrivateKey") return openContainer(`pkcs1-${context.armour}`, readRsaPrivateKey(content));
  if (shape === "PrivateKeyInfo")
    return openContainer(`pkcs8-${context.armour}`, readPrivateKeyInfo(content));
  if (shape === "PFX") return readPfx(der, context);
  if (shape === "EncryptedPrivateKeyInfo") return readEncryptedKey(content, context);
  throw refusal(shape);
}

// Of the structures known here only PKCS#12 is ever written with BER's indefinite lengths.
function isIndefinite(der: Uint8Array): boolean {
  return der[0] === derTag.sequence && der[1] === 0x80;
}

async function readPfx(file: Uint8Array, context: ReaderContext): Promise<KeyContainer> {
  const { readPkcs12 } = await import("./pkcs12.ts");
  return readPkcs12(file, context.limits);
}

async function readEncryptedKey(content: Uint8Array, context: ReaderContext): Promise<KeyContainer> {
  const { algorithm, ciphertext } = readEncryptedKeyInfo(content);
  const { readPasswordBasedEncryption } = await import("./pbes.ts");
  const encryption = await readPasswordBasedEncryption(algorithm, context.limits);
  return {
    container: `pkcs8-${context.armour}-encrypted`,
    protection: encryption.protection,
    needsPassphrase: true,
    publicHalf: null,
    unlock: async (passphrase) => readDecryptedKeyInfo(encryption.decrypt(passphrase, ciphertext)),
  };
}

type Shape = "PFX" | "RSAPrivateKey" | "PrivateKeyInfo" | "EncryptedPrivateKeyInfo" | NotAKey;

const versionOfPfx = 3; // RFC 7292 section 4
const integersOfPublicKey = 2; // RFC 8017 appendix A.1.1
const integersOfDsaKey = 6; // OpenSSL's traditional form: version, p, q, g, y, x

function shapeOf(content: Uint8Array): Shape {
  const tags = tagsIn(content);
  const [first, second] = tags;
  if (first === derTag.integer && second === derTag.integer) {
    if (tags.length === integersOfPublicKey) return "public-key";
    return tags.length === integersOfDsaKey ? "dsa" : "RSAPrivateKey";
  }
  if (first === derTag.integer && second === derTag.sequence) {
    return new DerReader(content).count() === versionOfPfx ? "PFX" : "PrivateKeyInfo";
  }
  if (first === derTag.integer && second === derTag.octetString) return "ec";
  if (first !== derTag.sequence) return "unrecognised";
  if (second === derTag.octetString) return "EncryptedPrivateKeyInfo";
  if (second === derTag.bitString) return "public-key";
  return second === derTag.sequence && tags[2] === derTag.bitString ? signedShape(content) : "unrecognised";
}

// Both are SEQUENCE, SEQUENCE, BIT STRING; what is signed has 3 or 4 elements in a request (RFC 2986), 6 or more in a
// certificate (RFC 5280).
function signedShape(content: Uint8Array): Shape {
  const signed = new DerReader(content).expect(derTag.sequence);
  return tagsIn(signed).length <= 4 ? "certificate-request" : "certificate";
}

function tagsIn(content: Uint8Array): readonly number[] {
  const reader = new DerReader(content);
  const tags: number[] = [];
  while (!reader.atEnd) tags.push(reader.next().tag);
  return tags;
}
