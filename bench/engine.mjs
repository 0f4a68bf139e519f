// The work itself, in this process: opening a ciphertext of RSA-2048, per second.
import { readFileSync } from "node:fs";
import forge from "node-forge";
import { loadPrivateKey, openPassword } from "./library.mjs";
import { ratioOf } from "./pairs.mjs";
import { isInstalled, timed } from "./processes.mjs";
import { figure, section, skipped } from "./report.mjs";

const sliceMs = 1000; // as long as openssl speed measures

/**
 * @param {import("./material.mjs").PlainKey} key
 * @param {number} pairs
 */
export async function engine({ keyFile, ciphertext, password }, pairs) {
  section(`openPassword per second, RSA-2048 (OpenSSL ${process.versions.openssl} inside Node)`);
  const pem = readFileSync(keyFile, "latin1");
  const key = await loadPrivateKey(pem);
  const block = Buffer.from(ciphertext, "base64");
  const { secret } = openPassword(block, key);
  if (secret.reveal() !== password) throw new Error("another password came out");
  const ours = () => perSecond(() => openPassword(block, key).secret.wipe());

  if (isInstalled("openssl")) {
    figure("openPassword", "openssl speed rsa2048", await ratioOf(pairs, ours, opensslPrivateOperations));
  } else skipped("openPassword", "openssl is not installed");
  const peer = forge.pki.privateKeyFromPem(pem);
  const bytes = block.toString("latin1");
  const theirs = () => perSecond(() => peer.decrypt(bytes, "RSAES-PKCS1-V1_5"));
  figure("openPassword", "node-forge decrypt", await ratioOf(pairs, ours, theirs));
}

/** @param {() => unknown} act */
function perSecond(act) {
  const began = performance.now();
  let times = 0;
  let elapsed = 0;
  for (; elapsed < sliceMs; elapsed = performance.now() - began) {
    act();
    times += 1;
  }
  return (times / elapsed) * 1000;
}

/** Private operations per second, as `openssl speed` counts them: `+F2:…:bits:private:public`, each per second. */
function opensslPrivateOperations() {
  const { stdout } = timed(["openssl", "speed", "-mr", "-seconds", String(sliceMs / 1000), "rsa2048"]);
  const [, perSecondText] = /^\+F2:\d+:2048:([\d.]+):/m.exec(stdout) ?? [];
  if (perSecondText === undefined) throw new Error(`openssl speed answered ${stdout}`);
  return Number(perSecondText);
}
