import { createHash } from "node:crypto";
import { decodeBase64, encodeHex, EncodingError } from "../encoding.ts";
import { SuspectError } from "../errors.ts";
import type { CiphertextFacts } from "./deliver.ts";

/** The server that a ciphertext belongs to; unknown is null. */
export interface BundleServer {
  readonly api: string | null;
  readonly region: string | null;
  readonly projectId: string | null;
  readonly id: string | null;
  readonly name: string | null;
}

/** The key pair of a server; unknown is null. */
export interface BundleKeyPair {
  readonly name: string | null;
  readonly fingerprint: string | null;
}

/** A ciphertext with all that is needed to decrypt it elsewhere and later. Nothing in it is secret. */
export interface Bundle {
  readonly schema: "winpw-bundle/1";
  /** ISO 8601, UTC. */
  readonly fetchedAt: string;
  readonly server: BundleServer;
  readonly keyPair: BundleKeyPair;
  /** Base64 as the service gave it. */
  readonly ciphertext: string;
  /** Lower-case hex, over the decoded bytes. */
  readonly ciphertextSha256: string;
}

/** What goes into a bundle besides the ciphertext itself. */
export interface BundleFacts {
  readonly server: BundleServer;
  readonly keyPair: BundleKeyPair;
  readonly ciphertext: CiphertextFacts;
  /** Milliseconds since the epoch. */
  readonly fetchedAt: number;
}

/** A bundle of a ciphertext, as the service gave it. */
export function bundleOf(ciphertext: string, facts: BundleFacts): Bundle {
  return {
    schema: "winpw-bundle/1",
    fetchedAt: new Date(facts.fetchedAt).toISOString(),
    server: facts.server,
    keyPair: facts.keyPair,
    ciphertext,
    ciphertextSha256: facts.ciphertext.sha256,
  };
}

/** A ciphertext as it was found in a text, and what stood beside it. */
export interface CiphertextInput {
  readonly ciphertext: string;
  readonly server: BundleServer | null;
  readonly keyPair: BundleKeyPair | null;
}

/**
 * The ciphertexts in a text: bare base64, a JSON string of it, a JSON object that holds one (`password` from OpenStack and Huawei Cloud,
 * `PasswordData` from AWS, `ciphertext` in a bundle), or such objects line by line.
 *
 * An empty text, an empty list and a null value are one empty ciphertext, as the services mean them. Throws
 * `SuspectError` for JSON without a ciphertext and for a bundle whose digest does not fit.
 */
export function readCiphertexts(text: string): readonly CiphertextInput[] {
  const trimmed = text.trim();
  if (!/^[{["]/.test(trimmed)) return [{ ciphertext: trimmed, server: null, keyPair: null }];
  const whole = parseJson(trimmed);
  if (Array.isArray(whole) && whole.length === 0) return [{ ciphertext: "", server: null, keyPair: null }];
  if (whole !== undefined) return (Array.isArray(whole) ? whole : [whole]).map(fromJson);
  const lines = trimmed.split(/\r?\n/).filter((line) => line.trim() !== "");
  return lines.map((line, index) => {
    const value = parseJson(line);
    if (value === undefined) throw new SuspectError(`line ${index + 1} of the input is not complete JSON`);
    return fromJson(value);
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fromJson(value: unknown): CiphertextInput {
  // What `--query PasswordData` of the AWS command line leaves.
  if (typeof value === "string") return { ciphertext: value, server: null, keyPair: null };
  const record = recordOf(value);
  for (const field of ["ciphertext", "password", "PasswordData"]) {
    const found = record?.[field];
    if (found !== null && typeof found !== "string") continue;
    checkDigest(found ?? "", record?.["ciphertextSha256"]);
    return {
      ciphertext: found ?? "",
      server: serverOf(record?.["server"]),
      keyPair: keyPairOf(record?.["keyPair"]),
    };
  }
  throw new SuspectError("the input is JSON, but holds neither password nor PasswordData nor ciphertext");
}

function checkDigest(ciphertext: string, digest: unknown): void {
  if (typeof digest !== "string") return;
  try {
    const found = encodeHex(createHash("sha256").update(decodeBase64(ciphertext)).digest());
    if (found === digest.toLowerCase()) return;
  } catch (error) {
    if (!(error instanceof EncodingError)) throw error;
  }
  throw new SuspectError("the bundle is damaged: its ciphertext does not have the digest it states");
}

function serverOf(value: unknown): BundleServer | null {
  const record = recordOf(value);
  if (record === undefined) return null;
  const text = (field: string): string | null => textOf(record[field]);
  return {
    api: text("api"),
    region: text("region"),
    projectId: text("projectId"),
    id: text("id"),
    name: text("name"),
  };
}

function keyPairOf(value: unknown): BundleKeyPair | null {
  const record = recordOf(value);
  return record === undefined
    ? null
    : { name: textOf(record["name"]), fingerprint: textOf(record["fingerprint"]) };
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}
