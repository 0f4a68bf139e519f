import { createDecipheriv, createHash, createHmac, timingSafeEqual } from "node:crypto";
import sshpk from "sshpk";
import { BadKeyError } from "../errors.ts";
import { argon2 } from "./argon2.ts";
import type { Argon2Cost } from "./argon2-wasm.ts";
import type { RsaPublicHalf } from "./fingerprint.ts";
import type { KeyContainer, KeyProtection } from "./key-container.ts";
import type { KeyLimits } from "./limits.ts";
import { parsePuttyFile, type PuttyArgon2, type PuttyFile } from "./putty-file.ts";
import { damagedKey, tooCostly, unsupported, wrongPassphrase } from "./refusals.ts";
import type { RsaComponents } from "./rsa-components.ts";
import { readPublicBlob, requireRsaType } from "./ssh-key-types.ts";
import { sshString } from "./ssh-wire.ts";
import { componentsFromParts, type NamedPart } from "./sshpk-parts.ts";

/** The keys that a passphrase gives; all empty or zero for an unencrypted file. */
interface PuttyKeys {
  readonly cipherKey: Uint8Array;
  readonly iv: Uint8Array;
  readonly macKey: Uint8Array;
}

const cipherKeyBytes = 32;
const ivBytes = 16;
const macKeyBytes = 32;
const blockBytes = 16;

/**
 * Reads a PuTTY private key of version 2 or 3 (PuTTY manual, appendix C) and checks its MAC.
 *
 * Decryption and MAC are ours: sshpk checks no MAC and opens no encrypted version 3. It parses the plain form.
 * Throws `BadKeyError`.
 */
export function readPuttyKey(text: Uint8Array, limits: KeyLimits): KeyContainer {
  const file = parsePuttyFile(text);
  requireRsaType(file.algorithm);
  const publicHalf = readPublicBlob(file.publicBlob);
  const container = `putty-v${String(file.version)}`;
  if (file.encryption === "none") {
    const unlock = async (): Promise<RsaComponents> => {
      try {
        return open(file, await deriveKeys(file, null, new Uint8Array()), publicHalf);
      } finally {
        file.privateBlob.fill(0);
      }
    };
    return { container, protection: null, needsPassphrase: false, publicHalf, unlock };
  }
  if (file.privateBlob.length % blockBytes !== 0)
    throw damagedKey("its private part is not a whole number of blocks");
  const cost = file.argon2 === null ? null : affordable(file.argon2, limits);
  return {
    container,
    protection: protectionOf(cost),
    needsPassphrase: true,
    publicHalf,
    unlock: async (passphrase) => {
      // PuTTYgen writes no encrypted file for an empty passphrase, and hash-wasm refuses one.
      if (passphrase.length === 0) throw wrongPassphrase();
      return open(file, await deriveKeys(file, cost, passphrase), publicHalf);
    },
  };
}

function protectionOf(cost: Argon2Cost | null): KeyProtection {
  if (cost === null) return { cipher: "aes256-cbc", kdf: "sha1", cost: "1 round" };
  const { variant, memoryKiB, passes, parallelism } = cost;
  return {
    cipher: "aes256-cbc",
    kdf: variant,
    cost: `${String(memoryKiB)} KiB, ${String(passes)} passes, parallelism ${String(parallelism)}`,
  };
}

const mostParallelism = 64; // lanes; PuTTYgen's default is 1, and each lane needs 8 KiB

function affordable(asked: PuttyArgon2, limits: KeyLimits): Argon2Cost {
  const { variant, memoryKiB, passes, parallelism, salt } = asked;
  if (variant !== "argon2d" && variant !== "argon2i" && variant !== "argon2id") {
    throw unsupported(`the key derivation ${variant}`);
  }
  if (memoryKiB > limits.maxArgon2KiB) {
    throw tooCostly("KiB of memory for Argon2", memoryKiB, "maxArgon2KiB", limits.maxArgon2KiB);
  }
  if (memoryKiB * passes > limits.maxArgon2KiBPasses) {
    throw tooCostly(
      "KiB times passes of Argon2",
      memoryKiB * passes,
      "maxArgon2KiBPasses",
      limits.maxArgon2KiBPasses,
    );
  }
  const possible =
    parallelism >= 1 && parallelism <= mostParallelism && passes >= 1 && memoryKiB >= 8 * parallelism;
  if (!possible || salt.length < 8) throw damagedKey("impossible parameters of Argon2");
  return { variant, memoryKiB, passes, parallelism };
}

async function deriveKeys(
  file: PuttyFile,
  cost: Argon2Cost | null,
  passphrase: Uint8Array,
): Promise<PuttyKeys> {
  if (file.argon2 !== null && cost !== null) {
    const derived = await argon2(passphrase, file.argon2.salt, cost, cipherKeyBytes + ivBytes + macKeyBytes);
    return {
      cipherKey: derived.subarray(0, cipherKeyBytes),
      iv: derived.subarray(cipherKeyBytes, cipherKeyBytes + ivBytes),
      macKey: derived.subarray(cipherKeyBytes + ivBytes),
    };
  }
  const none = new Uint8Array();
  if (file.version === 3) return { cipherKey: none, iv: none, macKey: none };
  const sha1 = (...parts: readonly Uint8Array[]): Buffer =>
    createHash("sha1").update(Buffer.concat(parts)).digest();
  return {
    cipherKey: Buffer.concat([
      sha1(Buffer.of(0, 0, 0, 0), passphrase),
      sha1(Buffer.of(0, 0, 0, 1), passphrase),
    ]).subarray(0, cipherKeyBytes),
    iv: new Uint8Array(ivBytes),
    macKey: sha1(Buffer.from("putty-private-key-file-mac-key"), passphrase),
  };
}

function open(file: PuttyFile, keys: PuttyKeys, publicHalf: RsaPublicHalf): RsaComponents {
  const plain =
    file.encryption === "none" ? Uint8Array.from(file.privateBlob) : decrypt(file.privateBlob, keys);
  try {
    if (!hasValidMac(file, plain, keys.macKey)) {
      throw file.encryption === "none" ? damagedKey("its MAC does not fit") : wrongPassphrase();
    }
    return parsePlain(file, plain, publicHalf);
  } finally {
    for (const secret of [plain, ...Object.values<Uint8Array>({ ...keys })]) secret.fill(0);
  }
}

function decrypt(privateBlob: Uint8Array, keys: PuttyKeys): Uint8Array {
  return createDecipheriv("aes-256-cbc", keys.cipherKey, keys.iv).setAutoPadding(false).update(privateBlob);
}

function hasValidMac(file: PuttyFile, plain: Uint8Array, macKey: Uint8Array): boolean {
  const mac = createHmac(file.version === 3 ? "sha256" : "sha1", macKey)
    .update(sshString(Buffer.from(file.algorithm)))
    .update(sshString(Buffer.from(file.encryption)))
    .update(sshString(file.comment))
    .update(sshString(file.publicBlob))
    .update(sshString(plain))
    .digest();
  return mac.length === file.mac.length && timingSafeEqual(mac, file.mac);
}

/** sshpk's types leave the format "putty" out. */
interface PuttyParser {
  parsePrivateKey(
    data: Buffer,
    format: string | undefined,
    options: object,
  ): { readonly parts: readonly NamedPart[] };
}

function parsePlain(file: PuttyFile, plain: Uint8Array, publicHalf: RsaPublicHalf): RsaComponents {
  const parser: PuttyParser = sshpk;
  const base64 = (bytes: Uint8Array): string =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
  const text = Buffer.from(
    `PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nComment: \nPublic-Lines: 1\n${base64(file.publicBlob)}\n` +
      `Private-Lines: 1\n${base64(plain)}\n`,
  );
  try {
    // Never "auto", never encrypted, and a fresh options object, which sshpk writes into.
    return componentsFromParts(parser.parsePrivateKey(text, "putty", {}).parts, publicHalf);
  } catch (error) {
    throw error instanceof BadKeyError ? error : damagedKey("its private part cannot be read");
  } finally {
    text.fill(0);
  }
}
