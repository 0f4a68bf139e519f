import { BadKeyError } from "../errors.ts";
import {
  berChildren,
  berIdentifier,
  berInner,
  berOctets,
  berToDer,
  parseBer,
  type BerElement,
} from "./ber.ts";
import { DerReader, derTag } from "./der.ts";
import type { KeyContainer, KeyProtection } from "./key-container.ts";
import type { KeyLimits } from "./limits.ts";
import { onlyKeyOf, openContainer } from "./open-container.ts";
import type { PasswordBasedDecryption } from "./password-based-decryption.ts";
import { readPasswordBasedEncryption } from "./pbes.ts";
import { pkcs12Passphrase } from "./pkcs12-kdf.ts";
import { readPkcs12Mac, type MacCheck } from "./pkcs12-mac.ts";
import { readDecryptedKeyInfo, readPrivateKeyInfo } from "./pkcs8.ts";
import { damagedKey, refusal, unsupported, wrongPassphrase } from "./refusals.ts";
import type { RsaComponents } from "./rsa-components.ts";

const data = "1.2.840.113549.1.7.1";
const encryptedData = "1.2.840.113549.1.7.6";
const keyBag = "1.2.840.113549.1.12.10.1.1";
const shroudedKeyBag = "1.2.840.113549.1.12.10.1.2";
const nestedBags = "1.2.840.113549.1.12.10.1.6";

/** Something encrypted inside, and how to open it. */
interface Locked {
  readonly encryption: PasswordBasedDecryption;
  readonly ciphertext: Uint8Array;
}

/** What lies in the safes: keys in the open, keys behind a passphrase, and whole safes behind one. */
interface Contents {
  readonly open: RsaComponents[];
  readonly shrouded: Locked[];
  readonly safes: Locked[];
}

/**
 * Reads a PKCS#12 file (RFC 7292): `.p12` and `.pfx`. Certificates are passed over; encrypted safes are opened only
 * if no key lies outside them, so that the RC2 of old files' certificates costs nothing.
 *
 * Whether an empty passphrase opens it is tried at once, in both of the forms that an empty one has. Throws
 * `BadKeyError`.
 */
export async function readPkcs12(file: Uint8Array, limits: KeyLimits): Promise<KeyContainer> {
  const [, authSafe, macData] = berChildren(parseBer(file, limits.maxDerDepth));
  const content = contentOf(authSafe);
  const mac = readPkcs12Mac(macData, content, limits);
  const contents: Contents = { open: [], shrouded: [], safes: [] };
  for (const part of berChildren(parseBer(content, limits.maxDerDepth)))
    await readSafe(part, contents, limits);
  const [firstOpen, ...otherOpen] = contents.open.map((components) => openContainer("pkcs12", components));
  if (firstOpen !== undefined) return onlyKeyOf(firstOpen, otherOpen);
  const locked = contents.shrouded.length > 0 ? contents.shrouded : contents.safes;
  const [first] = locked;
  if (first === undefined) throw refusal("certificate");
  const open = async (passphrase: Uint8Array | null): Promise<RsaComponents> =>
    unlock(contents, mac, passphrase, limits);
  return (
    (await openedByNothing(first.encryption.protection, open)) ?? {
      container: "pkcs12",
      protection: first.encryption.protection,
      needsPassphrase: true,
      publicHalf: null,
      unlock: open,
    }
  );
}

// An absent passphrase and an empty one are different inputs of the key derivation, and both are in use.
async function openedByNothing(
  protection: KeyProtection,
  open: (passphrase: Uint8Array | null) => Promise<RsaComponents>,
): Promise<KeyContainer | null> {
  for (const nothing of [new Uint8Array(), null]) {
    try {
      return { ...openContainer("pkcs12", await open(nothing)), protection };
    } catch (error) {
      if (!(error instanceof BadKeyError) || error.reason !== "passphrase-wrong") throw error;
    }
  }
  return null;
}

async function unlock(
  contents: Contents,
  mac: MacCheck | null,
  passphrase: Uint8Array | null,
  limits: KeyLimits,
): Promise<RsaComponents> {
  if (mac !== null && !passesMac(mac, passphrase)) throw wrongPassphrase();
  const found: Contents = { open: [], shrouded: [...contents.shrouded], safes: [] };
  if (found.shrouded.length === 0) {
    for (const safe of contents.safes) {
      const bags = safe.encryption.decrypt(passphrase, safe.ciphertext);
      await readBags(parseDecrypted(bags, limits), found, limits);
      bags.fill(0);
    }
  }
  for (const { encryption, ciphertext } of found.shrouded) {
    found.open.push(readDecryptedKeyInfo(encryption.decrypt(passphrase, ciphertext)));
  }
  const [first, ...others] = found.open.map((components) => openContainer("pkcs12", components));
  if (first === undefined) throw refusal("certificate");
  return onlyKeyOf(first, others).unlock(new Uint8Array());
}

function passesMac(mac: MacCheck, passphrase: Uint8Array | null): boolean {
  const encoded = passphrase === null ? new Uint8Array() : pkcs12Passphrase(passphrase);
  const passes = mac(encoded);
  encoded.fill(0);
  return passes;
}

// Padding lets a wrong passphrase through once in 256 times; what comes out is then no structure.
function parseDecrypted(bags: Uint8Array, limits: KeyLimits): BerElement {
  try {
    return parseBer(bags, limits.maxDerDepth);
  } catch {
    throw wrongPassphrase();
  }
}

function contentOf(contentInfo: BerElement | undefined): Uint8Array {
  const [type, content] = berChildren(contentInfo);
  if (berIdentifier(type) !== data)
    throw unsupported("a public key's signature or encryption instead of a passphrase");
  return berOctets(berInner(content));
}

async function readSafe(part: BerElement, contents: Contents, limits: KeyLimits): Promise<void> {
  const [type, content] = berChildren(part);
  const identifier = berIdentifier(type);
  if (identifier === data) {
    await readBags(parseBer(berOctets(berInner(content)), limits.maxDerDepth), contents, limits);
  } else if (identifier === encryptedData) {
    const [, encryptedContent] = berChildren(berInner(content));
    const [, algorithm, ciphertext] = berChildren(encryptedContent);
    contents.safes.push(await readLocked(algorithm, ciphertext, limits));
  }
}

async function readBags(bags: BerElement, contents: Contents, limits: KeyLimits): Promise<void> {
  for (const bag of berChildren(bags)) {
    const [type, value] = berChildren(bag);
    const identifier = berIdentifier(type);
    if (identifier === keyBag) {
      contents.open.push(
        readPrivateKeyInfo(new DerReader(berToDer(berInner(value))).expect(derTag.sequence)),
      );
    } else if (identifier === shroudedKeyBag) {
      const [algorithm, ciphertext] = berChildren(berInner(value));
      contents.shrouded.push(await readLocked(algorithm, ciphertext, limits));
    } else if (identifier === nestedBags) {
      await readBags(berInner(value), contents, limits);
    }
  }
}

async function readLocked(
  algorithm: BerElement | undefined,
  ciphertext: BerElement | undefined,
  limits: KeyLimits,
): Promise<Locked> {
  if (algorithm === undefined) throw damagedKey("an algorithm of its structure is missing");
  const parameters = new DerReader(berToDer(algorithm)).expect(derTag.sequence);
  return {
    encryption: await readPasswordBasedEncryption(parameters, limits),
    ciphertext: berOctets(ciphertext),
  };
}
