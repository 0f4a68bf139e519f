import { DerReader, derTag } from "./der.ts";
import { readRsaPrivateKey } from "./pkcs1.ts";
import { damagedKey, refusal, wrongPassphrase, type NotAKey } from "./refusals.ts";
import type { RsaComponents } from "./rsa-components.ts";

const rsaEncryption = "1.2.840.113549.1.1.1";

const otherAlgorithms: Readonly<Record<string, NotAKey>> = {
  "1.2.840.113549.1.1.10": "rsa-pss",
  "1.2.840.10040.4.1": "dsa",
  "1.2.840.10045.2.1": "ec",
  "1.3.101.110": "ec",
  "1.3.101.111": "ec",
  "1.3.101.112": "ed25519",
  "1.3.101.113": "ec",
};

/** Reads the content of a PrivateKeyInfo or OneAsymmetricKey SEQUENCE (RFC 5958 section 2). */
export function readPrivateKeyInfo(content: Uint8Array): RsaComponents {
  const reader = new DerReader(content);
  reader.count();
  const algorithm = reader.sequence().objectIdentifier();
  if (algorithm !== rsaEncryption) throw refusal(otherAlgorithms[algorithm] ?? "unrecognised");
  const key = new DerReader(reader.expect(derTag.octetString));
  const components = readRsaPrivateKey(key.expect(derTag.sequence));
  key.end();
  return components;
}

/**
 * Reads a PrivateKeyInfo that was just decrypted and wipes what it does not hand on.
 *
 * A wrong passphrase slips through the cipher's padding once in 256 times; the outer SEQUENCE then does not fit.
 */
export function readDecryptedKeyInfo(decrypted: Uint8Array): RsaComponents {
  return readPrivateKeyInfo(decryptedSequence(decrypted));
}

/** The content of the one SEQUENCE that a decrypted text must be; otherwise the passphrase was wrong. */
export function decryptedSequence(decrypted: Uint8Array): Uint8Array {
  try {
    const reader = new DerReader(decrypted);
    const content = reader.expect(derTag.sequence);
    reader.end();
    return content;
  } catch {
    decrypted.fill(0);
    throw wrongPassphrase();
  }
}

/** The two parts of an EncryptedPrivateKeyInfo SEQUENCE's content (RFC 5958 section 3). */
export function readEncryptedKeyInfo(content: Uint8Array): {
  readonly algorithm: Uint8Array;
  readonly ciphertext: Uint8Array;
} {
  const reader = new DerReader(content);
  const algorithm = reader.expect(derTag.sequence);
  const ciphertext = reader.expect(derTag.octetString);
  reader.end();
  if (ciphertext.length === 0) throw damagedKey("nothing is encrypted in it");
  return { algorithm, ciphertext };
}
