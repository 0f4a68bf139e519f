import type { RsaPublicHalf } from "./fingerprint.ts";
import { damagedKey, refusal, type NotAKey } from "./refusals.ts";
import { SshReader } from "./ssh-wire.ts";

const otherTypes: readonly (readonly [string, NotAKey])[] = [
  ["ssh-ed25519", "ed25519"],
  ["ssh-ed448", "ec"],
  ["ecdsa-sha2-", "ec"],
  ["ssh-dss", "dsa"],
  ["sk-", "security-key"],
];

/** Throws the refusal for an SSH key type that is not RSA. */
export function requireRsaType(type: string): void {
  if (type === "ssh-rsa") return;
  const other = otherTypes.find(([start]) => type.startsWith(start));
  throw other === undefined ? damagedKey("an unknown key type") : refusal(other[1]);
}

/** The numbers of an `ssh-rsa` public blob (RFC 4253 section 6.6). Throws `BadKeyError`, "not-rsa" among others. */
export function readPublicBlob(blob: Uint8Array): RsaPublicHalf {
  const reader = new SshReader(blob);
  requireRsaType(reader.name());
  const e = Uint8Array.from(reader.string());
  const n = Uint8Array.from(reader.string());
  if (!reader.atEnd) throw damagedKey("extra bytes after its public half");
  return { n, e };
}
