import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../../lib/errors.ts";
import { sshBlob } from "../../lib/keys/fingerprint.ts";
import { systemCode } from "../io.ts";

/** File names of the scene, as the printed commands use them. */
export const keyFile = "ops.pem";
export const seedFile = "seed.json";

const bootDelayMs = 3_000; // long enough to be asked too early, short enough to watch

/**
 * Lays out what the demo needs in a folder: a new key pair, and a seed with two Windows servers that were created
 * with it. `web-1` still boots; `db-1` has its password already. Throws `UsageError` where that cannot be written,
 * and rather than replace a file: it could be somebody's key.
 */
export function layOutScene(folder: string): void {
  try {
    writeScene(folder);
  } catch (error) {
    const code = systemCode(error);
    if (code === "unknown") throw error;
    const instead = code === "EEXIST" ? "; --dir takes a new or empty folder" : "";
    throw new UsageError(`the demo cannot be laid out in ${folder} (${code})${instead}`);
  }
}

function writeScene(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  writeFileSync(join(folder, keyFile), privateKey.export({ type: "pkcs8", format: "pem" }), {
    mode: 0o600,
    flag: "wx",
  });
  chmodSync(join(folder, keyFile), 0o600);
  const jwk = createPublicKey(privateKey).export({ format: "jwk" });
  const blob = sshBlob({
    n: Buffer.from(jwk.n ?? "", "base64url"),
    e: Buffer.from(jwk.e ?? "", "base64url"),
  });
  const publicKey = `ssh-rsa ${Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength).toString("base64")} demo`;
  const server = (id: string, name: string, delay: number): object => ({
    id,
    name,
    os: "Windows",
    keyPair: "ops",
    bootDelayMs: delay,
  });
  const seed = {
    schema: "winpw-emulator/1",
    users: [{ name: "demo", password: "demo-login-not-a-secret", role: "member", project: "demo" }],
    keyPairs: [{ name: "ops", publicKey }],
    servers: [
      server("5f1c4f5e-0000-4000-8000-000000000001", "web-1", bootDelayMs),
      server("5f1c4f5e-0000-4000-8000-000000000002", "db-1", 0),
    ],
  };
  writeFileSync(join(folder, seedFile), `${JSON.stringify(seed, undefined, 2)}\n`, { flag: "wx" });
}
