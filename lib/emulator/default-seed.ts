import { generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import { randomAlphanumerics, type Randomness } from "./randomness.ts";
import type { Seed } from "./seed.ts";

/** The id of the default server, fixed so that it can be typed and scripted. */
const serverId = "11111111-1111-4111-8111-111111111111";

/**
 * The cloud that runs when no seed is given: project `demo`, users `demo` (member) and `watcher` (reader) with a random
 * password each, key pair `demo`, and the Windows server `win-1` that posts its password two seconds after the start.
 *
 * The private half of the key pair is thrown away at once: `fetch`, `status` and `clear` have something to work on, and
 * decrypting fails as it does with a wrong key. To decrypt, give a seed with a public key of your own.
 */
export async function defaultSeed(randomness: Randomness): Promise<Seed> {
  const { publicKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  const jwk = publicKey.export({ format: "jwk" });
  const password = (): string => randomAlphanumerics(24, randomness);
  return {
    schema: "winpw-emulator/1",
    users: [
      { name: "demo", password: password(), role: "member", project: "demo" },
      { name: "watcher", password: password(), role: "reader", project: "demo" },
    ],
    keyPairs: [{ name: "demo", publicKey: sshLine(jwk.e ?? "", jwk.n ?? "") }],
    servers: [{ id: serverId, name: "win-1", os: "Windows", keyPair: "demo" }],
  };
}

/** One line in OpenSSH's format, from a JWK's numbers. */
function sshLine(e: string, n: string): string {
  const blob = Buffer.concat([lengthPrefixed(Buffer.from("ssh-rsa")), mpint(e), mpint(n)]);
  return `ssh-rsa ${blob.toString("base64")} demo`;
}

function mpint(base64url: string): Buffer {
  const bytes = Buffer.from(base64url, "base64url");
  return lengthPrefixed((bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes);
}

function lengthPrefixed(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
