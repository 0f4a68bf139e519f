import { decodeBase64, EncodingError } from "../encoding.ts";
import { NotReadyError, SuspectError, WrongKeyError } from "../errors.ts";
import { matchesFingerprint } from "../keys/fingerprint.ts";
import { CiphertextOutOfRange, type RsaPrivateKey } from "../keys/rsa-private-key.ts";
import type { Secret } from "../secret.ts";
import { decodeEmePkcs1v15 } from "./pkcs1-v15.ts";
import { admitPlaintext, type OpenedPassword } from "./plaintext-gate.ts";

export type { OpenedPassword } from "./plaintext-gate.ts";

/** How to judge a ciphertext. */
export interface OpenOptions {
  /** Lets control characters and malformed UTF-8 through, marked as suspicious; for pipes and files only. */
  readonly allowUnprintable?: boolean;
  /** The fingerprint of the server's key pair, MD5 in colon-hex or `SHA256:` and base64, where it is known. */
  readonly serverFingerprint?: string;
}

const shortestCiphertext = 128; // bytes: RSA of 1024 bits
const longestCiphertext = 2048; // bytes: RSA of 16384 bits
const longestText = 64 * 1024; // characters: many times the longest ciphertext in base64 with any wrapping
const novaSlotBytes = 765; // four slots of 255 characters hold 1020 characters of base64: 765 bytes

/**
 * Decodes the base64 text of a ciphertext strictly; ASCII whitespace may stand anywhere in it.
 *
 * Throws `NotReadyError` for an empty text, which is how the services say "nothing stored", and `SuspectError`
 * for what is not base64 or has a size of no RSA key from 1024 to 16384 bits.
 */
export function decodeCiphertext(base64: string): Uint8Array {
  if (base64.length > longestText) throw new SuspectError("the ciphertext is far longer than any RSA block");
  const ciphertext = decodeStrictly(base64);
  if (ciphertext.length === 0) throw new NotReadyError("no password is stored: the ciphertext is empty");
  if (ciphertext.length < shortestCiphertext || ciphertext.length > longestCiphertext) {
    throw new SuspectError(
      `the ciphertext has ${String(ciphertext.length)} bytes, but RSA blocks have ${String(shortestCiphertext)} to ${String(longestCiphertext)}`,
    );
  }
  return ciphertext;
}

function decodeStrictly(base64: string): Uint8Array {
  try {
    return decodeBase64(base64);
  } catch (error) {
    if (!(error instanceof EncodingError)) throw error;
    throw new SuspectError(`the ciphertext is not valid base64: ${error.message}`);
  }
}

/**
 * Opens a ciphertext (RSAES-PKCS1-v1_5, RFC 8017 section 7.2.2) and checks that a password came out.
 *
 * Throws `WrongKeyError` when the length is not the key's. From the RSA operation on there is one error for every
 * fault: `SuspectError` ("damaged") if `serverFingerprint` is this key's, else `WrongKeyError`. Throws
 * `SuspectError` for a plaintext that is no password, see {@link OpenOptions.allowUnprintable}.
 */
export function openPassword(
  ciphertext: Uint8Array,
  key: RsaPrivateKey,
  options: OpenOptions = {},
): OpenedPassword {
  if (ciphertext.length !== key.modulusBytes) throw wrongLength(ciphertext.length, key, options);
  const message = openBlock(ciphertext, key);
  if (message === null) throw opaqueFailure(key, options);
  return admitPlaintext(message, options.allowUnprintable ?? false);
}

/** Decodes, decrypts and checks a password in one step; throws as {@link decodeCiphertext} and {@link openPassword} do. */
export function decryptPassword(base64: string, key: RsaPrivateKey, options: OpenOptions = {}): Secret {
  return openPassword(decodeCiphertext(base64), key, options).secret;
}

function openBlock(ciphertext: Uint8Array, key: RsaPrivateKey): Uint8Array | null {
  let block: Uint8Array | undefined;
  try {
    block = key.rawDecrypt(ciphertext);
    return decodeEmePkcs1v15(block);
  } catch (error) {
    if (error instanceof CiphertextOutOfRange) return null;
    throw error;
  } finally {
    block?.fill(0);
  }
}

function wrongLength(length: number, key: RsaPrivateKey, options: OpenOptions): WrongKeyError {
  const facts = { given: [key.fingerprints.sha256], needed: options.serverFingerprint };
  const sizes = `the ciphertext has ${String(length)} bytes, the key needs ${String(key.modulusBytes)} (${String(key.modulusBits)} bits)`;
  if (length === novaSlotBytes && key.modulusBytes > novaSlotBytes) {
    return new WrongKeyError(
      `${sizes}: the service keeps at most 1020 characters, so the ciphertext of a larger key is cut and cannot be opened`,
      facts,
    );
  }
  return new WrongKeyError(`${sizes}: it was made for another key`, facts);
}

function opaqueFailure(key: RsaPrivateKey, options: OpenOptions): SuspectError | WrongKeyError {
  const needed = options.serverFingerprint;
  if (needed !== undefined && matchesFingerprint(needed, key.fingerprints)) {
    return new SuspectError("the ciphertext is damaged: the key is the server's, but it does not open it");
  }
  return new WrongKeyError(
    "the private key does not open this ciphertext: another key, or a damaged ciphertext",
    {
      given: [key.fingerprints.sha256],
      needed,
    },
  );
}
