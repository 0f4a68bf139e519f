import { createHash } from "node:crypto";
import { withoutLeadingZeros } from "./integer.ts";

/** Both common fingerprints of a public key's SSH blob (RFC 4253 section 6.6). */
export interface KeyFingerprints {
  /** MD5 as lower-case hex pairs with colons, as Nova and Huawei Cloud show key pairs. */
  readonly md5: string;
  /** `SHA256:` and unpadded base64, as `ssh-keygen -l` shows it. */
  readonly sha256: string;
}

/** The public half of an RSA key: unsigned big-endian numbers (RFC 8017 section 3.1). */
export interface RsaPublicHalf {
  readonly n: Uint8Array;
  readonly e: Uint8Array;
}

/** The fingerprints of an RSA public key. */
export function fingerprintsOf(publicHalf: RsaPublicHalf): KeyFingerprints {
  const blob = sshBlob(publicHalf);
  const md5 = createHash("md5").update(blob).digest("hex");
  const sha256 = createHash("sha256").update(blob).digest("base64");
  return { md5: md5.replace(/(..)(?!$)/g, "$1:"), sha256: `SHA256:${sha256.replace(/=+$/, "")}` };
}

/** True when a service's or ssh's way of showing a fingerprint, MD5 with or without prefix or SHA256, means this key. */
export function matchesFingerprint(shown: string, fingerprints: KeyFingerprints): boolean {
  return shown === fingerprints.sha256 || shown.toLowerCase().replace(/^md5:/, "") === fingerprints.md5;
}

/** The SSH public key blob (RFC 4253 section 6.6), which in base64 is the middle of a `ssh-rsa` line. */
export function sshBlob(publicHalf: RsaPublicHalf): Uint8Array {
  return Buffer.concat([
    sshString(Buffer.from("ssh-rsa")),
    sshString(mpint(publicHalf.e)),
    sshString(mpint(publicHalf.n)),
  ]);
}

// RFC 4251 section 5: a number whose first bit is set gets a zero byte in front, else it would be negative.
function mpint(number: Uint8Array): Uint8Array {
  const magnitude = withoutLeadingZeros(number);
  return (magnitude[0] ?? 0) < 0x80 ? magnitude : Buffer.concat([Buffer.of(0), magnitude]);
}

function sshString(content: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
}
