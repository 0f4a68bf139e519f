import forge from "node-forge";
import { wrongPassphrase } from "./refusals.ts";

/** Decrypts RC2 in CBC mode with padding by node-forge: OpenSSL 3 dropped RC2. Throws `BadKeyError` "passphrase-wrong". */
export function decryptRc2(key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  const effectiveBits = key.length * 8;
  const cipher = forge.rc2.createDecryptionCipher(binaryString(key), effectiveBits);
  cipher.start(binaryString(iv));
  cipher.update(forge.util.createBuffer(binaryString(ciphertext)));
  if (!cipher.finish()) throw wrongPassphrase();
  return Buffer.from(cipher.output.getBytes(), "latin1");
}

function binaryString(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}
