import { BadKeyError } from "../errors.ts";
import { readDerKey } from "./der-key.ts";
import type { KeyContainer, ReaderContext } from "./key-container.ts";
import { onlyKeyOf } from "./open-container.ts";
import { decodePemBody, type PemBlock } from "./pem-armour.ts";
import { refusal, type NotAKey } from "./refusals.ts";

type BlockReader = (block: PemBlock, context: ReaderContext) => Promise<KeyContainer>;

const readers: Readonly<Record<string, BlockReader>> = {
  "RSA PRIVATE KEY": readStructure,
  "PRIVATE KEY": readStructure,
  "ENCRYPTED PRIVATE KEY": readStructure,
  "ANY PRIVATE KEY": readStructure,
  "OPENSSH PRIVATE KEY": readOpenssh,
  "SSH2 ENCRYPTED PRIVATE KEY": readSshCom,
  "EC PRIVATE KEY": async () => refuse("ec"),
  "DSA PRIVATE KEY": async () => refuse("dsa"),
};

const notPrivate: Readonly<Record<string, NotAKey>> = {
  "PUBLIC KEY": "public-key",
  "RSA PUBLIC KEY": "public-key",
  "SSH2 PUBLIC KEY": "public-key",
  CERTIFICATE: "certificate",
  "X509 CERTIFICATE": "certificate",
  "TRUSTED CERTIFICATE": "certificate",
  "CERTIFICATE REQUEST": "certificate-request",
  "NEW CERTIFICATE REQUEST": "certificate-request",
  "PGP PRIVATE KEY BLOCK": "pgp",
};

/**
 * Reads the one RSA private key among the blocks of a PEM text; certificates, parameters and keys of other
 * algorithms beside it are passed over. Throws `BadKeyError` for the first fault, or for what is there instead.
 */
export async function readPem(blocks: readonly PemBlock[], context: ReaderContext): Promise<KeyContainer> {
  const found: KeyContainer[] = [];
  let otherKey: BadKeyError | null = null;
  for (const block of blocks) {
    const reader = readers[block.label];
    if (reader === undefined) continue;
    try {
      found.push(await reader(block, context));
    } catch (error) {
      if (!(error instanceof BadKeyError) || error.reason !== "not-rsa") throw error;
      otherKey ??= error;
    }
  }
  const [first, ...others] = found;
  if (first !== undefined) return onlyKeyOf(first, others);
  throw otherKey ?? refusal(whatElse(blocks));
}

async function readStructure(block: PemBlock, context: ReaderContext): Promise<KeyContainer> {
  const marker = "DEK-Info:";
  const inner = Buffer.from(block.inner.buffer, block.inner.byteOffset, block.inner.length);
  const header = inner.indexOf(marker);
  if (header === -1) return readDerKey(decodePemBody(inner), context);
  const longestValue = 80; // characters: algorithm, comma, 32 digits and what follows them
  const start = header + marker.length;
  const { parseDekInfo, readProcTypeKey } = await import("./proc-type.ts");
  const dekInfo = parseDekInfo(inner.toString("latin1", start, start + longestValue));
  return readProcTypeKey(dekInfo, decodePemBody(inner.subarray(start + dekInfo.length)));
}

async function readOpenssh(block: PemBlock, context: ReaderContext): Promise<KeyContainer> {
  const { readOpensshKey } = await import("./openssh.ts");
  return readOpensshKey(decodePemBody(block.inner), context.limits);
}

async function readSshCom(block: PemBlock): Promise<KeyContainer> {
  const { readSshComKey } = await import("./ssh-com.ts");
  return readSshComKey(decodePemBody(block.inner));
}

function whatElse(blocks: readonly PemBlock[]): NotAKey {
  for (const { label } of blocks) {
    const what = notPrivate[label];
    if (what !== undefined) return what;
  }
  return "unrecognised";
}

async function refuse(what: NotAKey): Promise<never> {
  throw refusal(what);
}
