// Makes the keys and ciphertexts of this folder with three programs that share no code: OpenSSL, node-forge and
// Java's SunJCE. Run: node test/vectors/make-vectors.mjs (needs openssl and java). The keys are public: never use them.
import { execFileSync } from "node:child_process";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import forge from "node-forge";

const here = dirname(fileURLToPath(import.meta.url));
const work = mkdtempSync(join(tmpdir(), "winpw-vectors-"));
const sizes = [1024, 1025, 2047, 2048, 3072, 4096];
const paddingOverhead = 11;

/** @param {number} bits */
function messagesFor(bits) {
  const longest = Math.ceil(bits / 8) - paddingOverhead;
  return [
    { name: "empty", bytes: Buffer.alloc(0) },
    { name: "one-byte", bytes: Buffer.from("F") },
    { name: "ordinary", bytes: Buffer.from("Fake-Passw0rd-42!") },
    { name: "symbols", bytes: Buffer.from(`fake ~\`!@#$%^&*()-_=+[]{};:'",.<>/?\\|`) },
    { name: "unicode", bytes: Buffer.from("fälschung-пароль-密码-🔑") },
    { name: "longest", bytes: Buffer.from("Fake".repeat(longest).slice(0, longest)) },
  ];
}

/** @param {string} publicPem @param {Buffer} message */
function encryptWithOpenssl(publicPem, message) {
  const keyFile = join(work, "public.pem");
  writeFileSync(keyFile, publicPem);
  const options = ["pkeyutl", "-encrypt", "-pubin", "-inkey", keyFile, "-pkeyopt", "rsa_padding_mode:pkcs1"];
  return execFileSync("openssl", options, { input: message });
}

/** @param {string} publicPem @param {Buffer} message */
function encryptWithForge(publicPem, message) {
  const key = forge.pki.publicKeyFromPem(publicPem);
  return Buffer.from(key.encrypt(message.toString("latin1"), "RSAES-PKCS1-V1_5"), "latin1");
}

/** @param {readonly { publicKey: import('node:crypto').KeyObject, message: { bytes: Buffer } }[]} cases */
function encryptAllWithJava(cases) {
  const lines = cases.map(({ publicKey, message }) => {
    const spki = publicKey.export({ type: "spki", format: "der" }).toString("base64");
    return `${spki} ${message.bytes.toString("base64")}`;
  });
  const answer = execFileSync("java", [join(here, "Encrypt.java")], { input: lines.join("\n"), encoding: "utf8" });
  return answer.trim().split("\n");
}

const keys = sizes.map((bits) => {
  const pem = execFileSync("openssl", ["genrsa", String(bits)], { stdio: ["ignore", "pipe", "ignore"] }).toString();
  return { bits, pem };
});
const cases = keys.flatMap(({ bits, pem }) => {
  const publicKey = createPublicKey(createPrivateKey(pem));
  const publicPem = publicKey.export({ type: "spki", format: "pem" }).toString();
  return messagesFor(bits).map((message) => ({ bits, publicKey, publicPem, message }));
});
const javaAnswers = encryptAllWithJava(cases);
const vectors = cases.flatMap(({ bits, publicPem, message }, index) => {
  /** @param {string} producer @param {string | undefined} ciphertext */
  const of = (producer, ciphertext) => ({
    producer,
    bits,
    name: message.name,
    message: message.bytes.toString("base64"),
    ciphertext,
  });
  return [
    of("OpenSSL", encryptWithOpenssl(publicPem, message.bytes).toString("base64")),
    of("node-forge", encryptWithForge(publicPem, message.bytes).toString("base64")),
    of("SunJCE", javaAnswers[index]),
  ];
});
const warning = "Throw-away keys for tests. They are public: never use them.";
writeFileSync(join(here, "keys.json"), `${JSON.stringify({ warning, keys }, null, 1)}\n`);
writeFileSync(join(here, "ciphertexts.json"), `${JSON.stringify({ vectors }, null, 1)}\n`);
rmSync(work, { recursive: true });
