import sshpk from "sshpk";
import { BadKeyError } from "../errors.ts";
import { bcryptPbkdf } from "./bcrypt-pbkdf.ts";
import type { RsaPublicHalf } from "./fingerprint.ts";
import type { KeyContainer } from "./key-container.ts";
import type { KeyLimits } from "./limits.ts";
import { opensshCipher, type OpensshCipher } from "./openssh-cipher.ts";
import { damagedKey, tooCostly, unsupported, wrongPassphrase } from "./refusals.ts";
import type { RsaComponents } from "./rsa-components.ts";
import { componentsFromParts } from "./sshpk-parts.ts";
import { readPublicBlob } from "./ssh-key-types.ts";
import { SshReader, sshString, sshUint32 } from "./ssh-wire.ts";

const magic = Buffer.from("openssh-key-v1\0");

interface Envelope {
  readonly cipher: string;
  readonly kdf: string;
  readonly kdfOptions: Uint8Array;
  readonly publicBlob: Uint8Array;
  readonly encrypted: Uint8Array;
  readonly tag: Uint8Array;
}

/**
 * Reads the content of an `OPENSSH PRIVATE KEY` block (OpenSSH's PROTOCOL.key), with every cipher of ssh-keygen.
 *
 * Decryption is ours, since sshpk knows no authenticated cipher and takes twice the time for bcrypt; the
 * decrypted part goes to sshpk as an unencrypted file. Throws `BadKeyError`.
 */
export function readOpensshKey(file: Uint8Array, limits: KeyLimits): KeyContainer {
  const envelope = readEnvelope(file);
  const publicHalf = readPublicBlob(envelope.publicBlob);
  if (envelope.cipher === "none") {
    return {
      container: "openssh",
      protection: null,
      needsPassphrase: false,
      publicHalf,
      unlock: async () => {
        try {
          return parsePrivatePart(envelope, envelope.encrypted, publicHalf);
        } finally {
          envelope.encrypted.fill(0);
        }
      },
    };
  }
  const cipher = opensshCipher(envelope.cipher);
  const { salt, rounds } = readBcryptOptions(envelope, limits);
  if (envelope.encrypted.length === 0 || envelope.encrypted.length % cipher.blockBytes !== 0) {
    throw damagedKey("its encrypted part is not a whole number of blocks");
  }
  if (envelope.tag.length !== cipher.tagBytes)
    throw damagedKey("its authentication tag has the wrong length");
  return {
    container: "openssh",
    protection: { cipher: envelope.cipher, kdf: "bcrypt", cost: `${String(rounds)} rounds` },
    needsPassphrase: true,
    publicHalf,
    unlock: async (passphrase) => {
      const decrypted = decrypt(
        envelope,
        cipher,
        bcryptPbkdf(passphrase, salt, rounds, cipher.keyBytes + cipher.ivBytes),
      );
      try {
        if (!Buffer.from(decrypted.subarray(0, 4)).equals(decrypted.subarray(4, 8))) throw wrongPassphrase();
        return parsePrivatePart(envelope, decrypted, publicHalf);
      } finally {
        decrypted.fill(0);
      }
    },
  };
}

function readEnvelope(file: Uint8Array): Envelope {
  const reader = new SshReader(file);
  if (!magic.equals(reader.take(magic.length))) throw damagedKey("it does not begin like an OpenSSH key");
  const cipher = reader.name();
  const kdf = reader.name();
  const kdfOptions = reader.string();
  if (reader.uint32() !== 1)
    throw new BadKeyError("the OpenSSH file holds several keys in one", "unsupported");
  return {
    cipher,
    kdf,
    kdfOptions,
    publicBlob: reader.string(),
    encrypted: reader.string(),
    tag: reader.rest(),
  };
}

function readBcryptOptions(
  envelope: Envelope,
  limits: KeyLimits,
): { readonly salt: Uint8Array; readonly rounds: number } {
  if (envelope.kdf !== "bcrypt") throw unsupported(`the key derivation ${envelope.kdf}`);
  const options = new SshReader(envelope.kdfOptions);
  const salt = options.string();
  const rounds = options.uint32();
  if (rounds < 1 || salt.length === 0) throw damagedKey("impossible parameters of bcrypt");
  if (rounds > limits.maxBcryptRounds) {
    throw tooCostly("rounds of bcrypt", rounds, "maxBcryptRounds", limits.maxBcryptRounds);
  }
  return { salt, rounds };
}

function decrypt(envelope: Envelope, cipher: OpensshCipher, derived: Uint8Array): Uint8Array {
  const key = derived.subarray(0, cipher.keyBytes);
  const iv = derived.subarray(cipher.keyBytes);
  try {
    return cipher.decrypt(key, iv, envelope.encrypted, envelope.tag);
  } finally {
    derived.fill(0);
  }
}

function parsePrivatePart(
  envelope: Envelope,
  decrypted: Uint8Array,
  publicHalf: RsaPublicHalf,
): RsaComponents {
  const none = sshString(Buffer.from("none"));
  const plain = Buffer.concat([
    magic,
    none,
    none,
    sshString(new Uint8Array()),
    sshUint32(1),
    sshString(envelope.publicBlob),
    sshString(decrypted),
  ]);
  const label = "OPENSSH PRIVATE KEY";
  const pem = Buffer.from(`-----BEGIN ${label}-----\n${plain.toString("base64")}\n-----END ${label}-----\n`);
  plain.fill(0);
  try {
    // Never "auto", never encrypted, and a fresh options object, which sshpk writes into.
    return componentsFromParts(sshpk.parsePrivateKey(pem, "ssh-private", {}).parts, publicHalf);
  } catch (error) {
    throw error instanceof BadKeyError ? error : damagedKey("its private part cannot be read");
  } finally {
    pem.fill(0);
  }
}
