import { createDecipheriv } from "node:crypto";
import { openChaChaPoly } from "./chacha20-poly1305.ts";
import { unsupported, wrongPassphrase } from "./refusals.ts";

/** A cipher of OpenSSH's private key files. */
export interface OpensshCipher {
  readonly keyBytes: number;
  readonly ivBytes: number;
  readonly blockBytes: number;
  /** The length of the authentication tag that follows the encrypted part; 0 for ciphers without one. */
  readonly tagBytes: number;
  /** Throws `BadKeyError` "passphrase-wrong" where the tag does not fit. The caller wipes the result. */
  decrypt(key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array, tag: Uint8Array): Uint8Array;
}

const aesBlock = 16;
const desBlock = 8;
const tagBytes = 16;

/** The cipher by the name in the file (sshd_config's Ciphers). Throws `BadKeyError` "unsupported". */
export function opensshCipher(name: string): OpensshCipher {
  const aes = /^aes(128|192|256)-(ctr|cbc)$/.exec(name);
  if (aes !== null)
    return unauthenticated(`aes-${aes[1] ?? ""}-${aes[2] ?? ""}`, Number(aes[1]) / 8, aesBlock);
  if (name === "3des-cbc") return unauthenticated("des-ede3-cbc", 24, desBlock);
  if (name === "rijndael-cbc@lysator.liu.se") return unauthenticated("aes-256-cbc", 32, aesBlock);
  if (name === "aes128-gcm@openssh.com") return aesGcm("aes-128-gcm", 16);
  if (name === "aes256-gcm@openssh.com") return aesGcm("aes-256-gcm", 32);
  if (name === "chacha20-poly1305@openssh.com") return chachaPoly;
  throw unsupported(`the cipher ${name}`);
}

function unauthenticated(engine: string, keyBytes: number, blockBytes: number): OpensshCipher {
  return {
    keyBytes,
    ivBytes: blockBytes,
    blockBytes,
    tagBytes: 0,
    // Without padding, since the format pads by itself; final() then has nothing left to give.
    decrypt: (key, iv, ciphertext) =>
      createDecipheriv(engine, key, iv).setAutoPadding(false).update(ciphertext),
  };
}

function aesGcm(engine: "aes-128-gcm" | "aes-256-gcm", keyBytes: number): OpensshCipher {
  return {
    keyBytes,
    ivBytes: 12,
    blockBytes: aesBlock,
    tagBytes,
    decrypt: (key, iv, ciphertext, tag) => {
      const decipher = createDecipheriv(engine, key, iv, { authTagLength: tagBytes }).setAuthTag(tag);
      const decrypted = decipher.update(ciphertext);
      try {
        decipher.final();
        return decrypted;
      } catch {
        decrypted.fill(0);
        throw wrongPassphrase();
      }
    },
  };
}

const chachaPoly: OpensshCipher = {
  keyBytes: 64,
  ivBytes: 0,
  blockBytes: 8,
  tagBytes,
  decrypt: (key, _iv, ciphertext, tag) => {
    const decrypted = openChaChaPoly(key, ciphertext, tag);
    if (decrypted === null) throw wrongPassphrase();
    return decrypted;
  },
};
