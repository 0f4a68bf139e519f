import { createHash } from "node:crypto";
import type { KeyContainer } from "./key-container.ts";
import { blobHeaderBytes, readBlobNumbers } from "./ms-key-blob.ts";
import { openContainer } from "./open-container.ts";
import { damagedKey, wrongPassphrase } from "./refusals.ts";
import type { RsaComponents } from "./rsa-components.ts";
import { SshReader } from "./ssh-wire.ts";

const magicBytes = 4;
const strongKeyBytes = 16;
const weakKeyBytes = 5; // 40 bits, of the time when stronger encryption could not be exported
const decryptedMagic = Buffer.from("RSA2");

/**
 * Reads Microsoft's private key file, `.pvk`: a key blob, encrypted by RC4 under one SHA-1 of salt and passphrase or
 * not at all (layout as in OpenSSL's crypto/pem/pvkfmt.c). Throws `BadKeyError`.
 */
export function readPvk(file: Uint8Array): KeyContainer {
  const reader = new SshReader(file);
  reader.take(magicBytes);
  const [, , encrypted, saltLength, keyLength] = [0, 1, 2, 3, 4].map(() =>
    Buffer.from(reader.take(4)).readUInt32LE(),
  );
  if (encrypted === undefined || saltLength === undefined || keyLength === undefined)
    throw damagedKey("its header");
  const salt = reader.take(saltLength);
  const blob = reader.take(keyLength);
  if (!reader.atEnd) throw damagedKey("extra bytes after the key");
  if (encrypted === 0 && saltLength === 0) return openContainer("pvk", readBlobNumbers(blob));
  return {
    container: "pvk",
    protection: { cipher: "rc4", kdf: "sha1", cost: "1 round" },
    needsPassphrase: true,
    publicHalf: null,
    unlock: async (passphrase) => decryptBlob(blob, salt, passphrase),
  };
}

function decryptBlob(blob: Uint8Array, salt: Uint8Array, passphrase: Uint8Array): RsaComponents {
  const derived = createHash("sha1").update(salt).update(passphrase).digest().subarray(0, strongKeyBytes);
  try {
    for (const keyBytes of [strongKeyBytes, weakKeyBytes]) {
      derived.fill(0, keyBytes);
      const body = rc4(derived, blob.subarray(blobHeaderBytes));
      if (decryptedMagic.equals(body.subarray(0, decryptedMagic.length))) {
        const plain = Buffer.concat([blob.subarray(0, blobHeaderBytes), body]);
        body.fill(0);
        const components = readBlobNumbers(plain);
        plain.fill(0);
        return components;
      }
    }
    throw wrongPassphrase();
  } finally {
    derived.fill(0);
  }
}

// RC4 is in no default provider of OpenSSL 3.
function rc4(key: Uint8Array, data: Uint8Array): Uint8Array {
  const state = Uint8Array.from({ length: 256 }, (_, index) => index);
  const at = (index: number): number => state[index & 0xff] ?? 0;
  const swap = (left: number, right: number): void => {
    [state[left], state[right]] = [at(right), at(left)];
  };
  let second = 0;
  for (let first = 0; first < state.length; first++) {
    second = (second + at(first) + (key[first % key.length] ?? 0)) & 0xff;
    swap(first, second);
  }
  second = 0;
  const output = data.map((byte, index) => {
    const first = (index + 1) & 0xff;
    second = (second + at(first)) & 0xff;
    swap(first, second);
    return byte ^ at(at(first) + at(second));
  });
  state.fill(0);
  return output;
}
