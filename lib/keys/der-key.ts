import { DerReader, derTag } from "./der.ts";
import type { KeyContainer, ReaderContext } from "./key-container.ts";
import { openContainer } from "./open-container.ts";
import { readPasswordBasedEncryption } from "./pbes.ts";
import { readRsaPrivateKey } from "./pkcs1.ts";
import { readDecryptedKeyInfo, readEncryptedKeyInfo, readPrivateKeyInfo } from "./pkcs8.ts";
import { refusal, type NotAKey } from "./refusals.ts";

/**
 * Reads a key structure in DER, told by its shape alone: labels and file names are often wrong.
 *
 * Throws `BadKeyError`.
 */
export async function readDerKey(der: Uint8Array, context: ReaderContext): Promise<KeyContainer> {
  const outer = new DerReader(der);
  const content = outer.expect(derTag.sequence);
  outer.end();
  const shape = shapeOf(content);
  if (shape === "RSAPrivateKey") return openContainer(`pkcs1-${context.armour}`, readRsaPrivateKey(content));
  if (shape === "PrivateKeyInfo")
    return openContainer(`pkcs8-${context.armour}`, readPrivateKeyInfo(content));
  if (shape === "EncryptedPrivateKeyInfo") return readEncryptedKey(content, context);
  throw refusal(shape);
}

async function readEncryptedKey(content: Uint8Array, context: ReaderContext): Promise<KeyContainer> {
  const { algorithm, ciphertext } = readEncryptedKeyInfo(content);
  const encryption = await readPasswordBasedEncryption(algorithm, context.limits);
  return {
    container: `pkcs8-${context.armour}-encrypted`,
    protection: encryption.protection,
    needsPassphrase: true,
    publicHalf: null,
    unlock: async (passphrase) => readDecryptedKeyInfo(encryption.decrypt(passphrase, ciphertext)),
  };
}

type Shape = "RSAPrivateKey" | "PrivateKeyInfo" | "EncryptedPrivateKeyInfo" | NotAKey;

const integersOfPublicKey = 2; // RFC 8017 appendix A.1.1
const integersOfDsaKey = 6; // OpenSSL's traditional form: version, p, q, g, y, x

function shapeOf(content: Uint8Array): Shape {
  const tags = tagsIn(content);
  const [first, second] = tags;
  if (first === derTag.integer && second === derTag.integer) {
    if (tags.length === integersOfPublicKey) return "public-key";
    return tags.length === integersOfDsaKey ? "dsa" : "RSAPrivateKey";
  }
  if (first === derTag.integer && second === derTag.sequence) return "PrivateKeyInfo";
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
