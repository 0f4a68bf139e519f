import { createHash, createPublicKey, type KeyObject } from "node:crypto";

/** A public key as a cloud's key pair holds it. */
export interface SshPublicKey {
  /** The one line, `type base64 comment`. */
  readonly line: string;
  /** `ssh-rsa`, `ssh-ed25519`, … */
  readonly type: string;
  /** MD5 of the blob in colon-separated hex, as Nova computes it (nova/crypto.py, generate_fingerprint). */
  readonly fingerprint: string;
  /** The RSA key, or undefined for every other type: only RSA can encrypt. */
  readonly rsa: KeyObject | undefined;
}

/** Reads one line of OpenSSH's public key format (RFC 4253 section 6.6); undefined when it is none. */
export function parseSshPublicKey(text: string): SshPublicKey | undefined {
  const line = text.trim();
  const [type, encoded] = line.split(/[ \t]+/);
  if (type === undefined || encoded === undefined || /[\r\n]/.test(line)) return undefined;
  const blob = Buffer.from(encoded, "base64");
  if (blob.length === 0 || blob.toString("base64") !== encoded) return undefined;
  const fields = readFields(blob);
  if (fields?.[0]?.toString("latin1") !== type) return undefined;
  const fingerprint = createHash("md5").update(blob).digest("hex").match(/../g)?.join(":") ?? "";
  if (type !== "ssh-rsa") return { line, type, fingerprint, rsa: undefined };
  const [, e, n] = fields;
  if (e === undefined || n === undefined) return undefined;
  try {
    const rsa = createPublicKey({ key: { kty: "RSA", e: unsigned(e), n: unsigned(n) }, format: "jwk" });
    return { line, type, fingerprint, rsa };
  } catch {
    return undefined;
  }
}

/** The length-prefixed strings of a blob; undefined when the last one is cut short. */
function readFields(blob: Buffer): Buffer[] | undefined {
  const fields: Buffer[] = [];
  for (let at = 0; at < blob.length;) {
    if (at + 4 > blob.length) return undefined;
    const end = at + 4 + blob.readUInt32BE(at);
    if (end > blob.length) return undefined;
    fields.push(blob.subarray(at + 4, end));
    at = end;
  }
  return fields;
}

/** An mpint without its sign byte, as JWK wants it. */
function unsigned(mpint: Buffer): string {
  return (mpint[0] === 0 ? mpint.subarray(1) : mpint).toString("base64url");
}
