import { createDecipheriv, createHash } from "node:crypto";
import { BadKeyError } from "../errors.ts";
import type { KeyContainer } from "./key-container.ts";
import { openContainer } from "./open-container.ts";
import { damagedKey, refusal, unsupported, wrongPassphrase } from "./refusals.ts";
import type { RsaComponents } from "./rsa-components.ts";
import { SshReader } from "./ssh-wire.ts";

const magic = 0x3f6ff9eb;
const desBlock = 8;
const tripleDesKeyBytes = 24;

/**
 * Reads the content of an `SSH2 ENCRYPTED PRIVATE KEY` block, ssh.com's format, which carries that label even when
 * nothing is encrypted (layout as in PuTTY's import.c). Throws `BadKeyError`.
 */
export function readSshComKey(file: Uint8Array): KeyContainer {
  const reader = new SshReader(file);
  if (reader.uint32() !== magic) throw damagedKey("it does not begin like an ssh.com key");
  if (reader.uint32() > file.length) {
    throw new BadKeyError("the key is truncated: it announces more bytes than there are", "truncated");
  }
  requireRsa(Buffer.from(reader.string()).toString("latin1"));
  const cipher = reader.name();
  const content = reader.string();
  if (cipher === "none") return openContainer("ssh-com", readNumbers(content));
  if (cipher !== "3des-cbc") throw unsupported(`the cipher ${cipher}`);
  if (content.length === 0 || content.length % desBlock !== 0) {
    throw damagedKey("its encrypted part is not a whole number of blocks");
  }
  return {
    container: "ssh-com",
    protection: { cipher, kdf: "md5", cost: "1 round" },
    needsPassphrase: true,
    publicHalf: null,
    unlock: async (passphrase) => decrypt(content, passphrase),
  };
}

function requireRsa(type: string): void {
  if (type.startsWith("if-modn{sign{rsa")) return;
  throw type.startsWith("dl-modp{sign{dsa") ? refusal("dsa") : damagedKey("an unknown key type");
}

function decrypt(content: Uint8Array, passphrase: Uint8Array): RsaComponents {
  const first = createHash("md5").update(passphrase).digest();
  const second = createHash("md5").update(passphrase).update(first).digest();
  const key = Buffer.concat([first, second]).subarray(0, tripleDesKeyBytes);
  const iv = new Uint8Array(desBlock);
  const plain = createDecipheriv("des-ede3-cbc", key, iv).setAutoPadding(false).update(content);
  for (const secret of [first, second, key]) secret.fill(0);
  try {
    return readNumbers(plain);
  } catch {
    // The format has no check of its own; what a wrong passphrase gives has no structure.
    plain.fill(0);
    throw wrongPassphrase();
  }
}

function readNumbers(plain: Uint8Array): RsaComponents {
  const reader = new SshReader(new SshReader(plain).string());
  const number = (): Uint8Array => reader.take(Math.ceil(reader.uint32() / 8));
  const [e, d, n] = [number(), number(), number()];
  number(); // The inverse of p modulo q: the other way round than everywhere else.
  const [p, q] = [number(), number()];
  if (!reader.atEnd) throw damagedKey("extra bytes after its numbers");
  return { n, e, d, p, q };
}
