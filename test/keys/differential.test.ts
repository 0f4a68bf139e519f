import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { decryptPassword } from "../../lib/crypto/decrypt-password.ts";
import { loadPrivateKey } from "../../lib/keys/load.ts";
import { fingerprintsOf } from "../../lib/keys/fingerprint.ts";
import { lacksTool } from "../tools.ts";
import { exampleFile, exampleKeys, type ExampleKey } from "./examples.ts";
import { nodeForge, openssl, sshpkPeer, type Peer } from "./peers.ts";

const peers: Readonly<Record<string, Peer>> = {
  ...(lacksTool("openssl") ? {} : { openssl }),
  "node-forge": nodeForge,
  sshpk: sshpkPeer,
};
const publicExponent = Uint8Array.of(1, 0, 1); // of every key that openssl genrsa makes

function ask(peer: Peer, key: ExampleKey): ReturnType<Peer> {
  return peer({
    path: fileURLToPath(new URL(`../../keys-example/${key.file}`, import.meta.url)),
    content: exampleFile(key.file),
    passphrase: key.passphrase,
    ciphertext: Buffer.from(exampleFile(key.ciphertext).toString(), "base64"),
  });
}

describe("ours and the peers (openssl, node-forge, sshpk) agree", () => {
  const readable = new Map<string, number>();

  it.for(exampleKeys)("$file", async (key) => {
    const own = await loadPrivateKey(exampleFile(key.file), { passphrase: key.passphrase ?? "" });
    const password = decryptPassword(exampleFile(key.ciphertext).toString(), own).reveal();
    for (const [name, peer] of Object.entries(peers)) {
      const answer = ask(peer, key);
      if (answer === null) continue;
      readable.set(name, (readable.get(name) ?? 0) + 1);
      const modulus = { n: Buffer.from(answer.modulus, "hex"), e: publicExponent };
      expect(fingerprintsOf(modulus), name).toEqual(own.fingerprints);
      expect(Buffer.from(answer.message).toString(), name).toBe(password);
    }
  });

  it("each peer could read a fair share, so the agreement says something", () => {
    const fewest: Readonly<Record<string, number>> = { openssl: 25, "node-forge": 15, sshpk: 8 };
    for (const name of Object.keys(peers)) {
      expect(readable.get(name), name).toBeGreaterThanOrEqual(fewest[name] ?? 1);
    }
  });
});
