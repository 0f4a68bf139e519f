import { execFileSync } from "node:child_process";
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { keyPem } from "../../crypto/test-vectors.ts";
import { exampleFile } from "../../keys/examples.ts";
import { toolOrSkip } from "../../tools.ts";
import { expectFailure } from "../answers.ts";
import { exampleCiphertext, examplePassphrase, workFolder } from "../key-files.ts";
import { runProgram } from "../program.ts";
import { inspections } from "./inspections.ts";
import { placeFile, privateNumbers } from "./key-material.ts";

const pem = (key: KeyObject, type: "pkcs8" | "sec1"): string =>
  key.export({ format: "pem", type }).toString();
const rsa = createPrivateKey(keyPem(2048));
const publicKey = createPublicKey(rsa);
const curve = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const edwards = generateKeyPairSync("ed25519").privateKey;
const pss = generateKeyPairSync("rsa-pss", { modulusLength: 2048 }).privateKey;
const dsa = generateKeyPairSync("dsa", { modulusLength: 1024, divisorLength: 160 }).privateKey;
const small = generateKeyPairSync("rsa", { modulusLength: 1016 }).privateKey;

/** Never opens a Windows password: the sentence must say so, and why. */
const never = /Windows passwords are encrypted with RSA.*nothing can open it/;

const plain = exampleFile("keys/pkcs8.pem").toString();
const damaged = JSON.stringify({ ...rsa.export({ format: "jwk" }), d: curve.export({ format: "jwk" }).d });

type Refusal = readonly [name: string, content: string | Uint8Array, reason: string, ...words: RegExp[]];

const refusals: readonly Refusal[] = [
  ["a public key in PEM", publicKey.export({ format: "pem", type: "spki" }), "not-private", /public key/],
  ["an RSA PUBLIC KEY", publicKey.export({ format: "pem", type: "pkcs1" }), "not-private", /public key/],
  ["an OpenSSH public key", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC me\n", "not-private", /public key/],
  ["an RSA-PSS key", pem(pss, "pkcs8"), "not-rsa", /RSA-PSS/],
  ["a DSA key", pem(dsa, "pkcs8"), "not-rsa", /DSA/, never],
  ["an EC key in PKCS#8", pem(curve, "pkcs8"), "not-rsa", /ECDSA/, never],
  ["an EC key in SEC 1", pem(curve, "sec1"), "not-rsa", /ECDSA/, never],
  ["an Ed25519 key in PKCS#8", pem(edwards, "pkcs8"), "not-rsa", /Ed25519/, never],
  ["an Ed25519 JWK", JSON.stringify(edwards.export({ format: "jwk" })), "not-rsa", /Ed25519/, never],
  ["an empty file", "", "empty", /empty/],
  ["blank lines", " \r\n\n", "empty", /empty/],
  ["a program", readFileSync(process.execPath).subarray(0, 4096), "unrecognised", /no private key/],
  ["zeros", new Uint8Array(4096), "unrecognised", /no private key/],
  ["prose", "The key is in the other folder.\n", "unrecognised", /no private key/],
  ["a web page", "<!DOCTYPE html><title>Sign in</title>", "unrecognised", /web page/],
  ["a PEM without its END line", plain.slice(0, 900), "truncated", /truncated/],
  ["a DER file cut short", exampleFile("keys/pkcs8.der").subarray(0, 700), "truncated", /truncated/],
  ["an OpenSSH key cut short", exampleFile("keys/openssh").subarray(0, 700), "truncated", /truncated/],
  ["a PuTTY key cut short", exampleFile("keys/putty-v3.ppk").subarray(0, 700), "truncated", /truncated/],
  ["a PKCS#12 cut short", exampleFile("keys/pkcs12-aes256.p12").subarray(0, 700), "truncated", /truncated/],
  ["numbers that do not belong together", damaged, "damaged", /damaged/],
  ["two keys", keyPem(2048) + keyPem(3072), "several-keys", /two|several|more than one/],
  ["an RSA key of 1016 bits", pem(small, "pkcs8"), "key-size", /1016 bits.*1024/],
];

/** `key inspect` says no and why, in text and in JSON; `decrypt` says the same as its error. */
async function expectRefused(
  path: string,
  reason: string,
  words: readonly RegExp[],
  env: Record<string, string> = {},
  canaries: readonly string[] = [],
): Promise<void> {
  const options = { env, canaries };
  const text = await runProgram(["key", "inspect", path, "--debug"], options);
  expect(text).toMatchObject({ code: 7, signal: null, stderr: "" });
  const usable = /^usable {5}no: (.+)$/m.exec(text.stdout.toString("utf8"))?.[1] ?? "";
  for (const word of words) expect(usable).toMatch(word);
  const json = await runProgram(["key", "inspect", path, "--json"], options);
  expect(json).toMatchObject({ code: 7, stderr: "" });
  expect(inspections(json)).toMatchObject([{ file: path, usable: false, because: usable, reason }]);
  const decrypt = await runProgram(["decrypt", "--blob", exampleCiphertext(), "--key", path], options);
  expectFailure(decrypt, "ERR_BAD_KEY", words[0] ?? /./);
  expect(decrypt.stderr).toContain(path);
  expect(decrypt.stderr).toContain(usable);
  expect(decrypt.stderr.trimEnd().split("\n").length).toBeLessThanOrEqual(2);
}

describe("what is no usable key is exit 7 with its name, in key inspect and in decrypt", () => {
  it.for(refusals)("%s", async ([, content, reason, ...words]) => {
    const path = placeFile(workFolder(), "file", content);
    const canaries = [rsa, curve, edwards, pss, dsa, small].flatMap((key) =>
      privateNumbers(Buffer.from(pem(key, "pkcs8"))),
    );
    await expectRefused(path, reason, words, {}, canaries);
  });

  it("a folder", async () => {
    const path = join(workFolder(), "folder");
    mkdirSync(path);
    await expectRefused(path, "unreadable", [/folder/]);
  });

  it("a file that is not there", async () => {
    await expectRefused(join(workFolder(), "missing"), "unreadable", [/ENOENT/]);
  });

  it("a locked key of another kind says so with its passphrase, and not before", async () => {
    const locked = curve.export({
      format: "pem",
      type: "pkcs8",
      cipher: "aes-256-cbc",
      passphrase: examplePassphrase,
    });
    const path = placeFile(workFolder(), "locked", locked);
    const before = await runProgram(["key", "inspect", path, "--json"]);
    expect(before.code).toBe(0);
    expect(inspections(before)).toMatchObject([{ usable: null, reason: null }]);
    const canaries = [examplePassphrase];
    await expectRefused(path, "not-rsa", [/ECDSA/, never], { WINPW_PASSPHRASE: examplePassphrase }, canaries);
  });

  it("a public key hints at the private half", async () => {
    const path = placeFile(workFolder(), "id.pub", publicKey.export({ format: "pem", type: "spki" }));
    const run = await runProgram(["decrypt", "--blob", exampleCiphertext(), "--key", path]);
    expect(run.stderr).toMatch(/^winpw: hint: .*private/m);
  });
});

describe("made by other programs", () => {
  it.for([
    ["ed25519", "", /Ed25519/],
    ["ed25519", "fake-passphrase", /Ed25519/],
    ["ecdsa", "", /ECDSA/],
    ["ecdsa", "fake-passphrase", /ECDSA/],
  ] as const)(
    "ssh-keygen -t %s -N '%s': told without the passphrase",
    async ([type, passphrase, word], test) => {
      const keygen = toolOrSkip("ssh-keygen", test);
      const path = join(workFolder(), "id");
      execFileSync(keygen, ["-q", "-t", type, "-N", passphrase, "-a", "1", "-C", "example", "-f", path]);
      await expectRefused(path, "not-rsa", [word, never]);
      await expectRefused(`${path}.pub`, "not-private", [/public key/]);
    },
  );

  it.for([
    ["ed25519", "", /Ed25519/],
    ["ed25519", "fake-passphrase", /Ed25519/],
    ["ecdsa", "", /ECDSA/],
    ["dsa", "", /DSA/],
  ] as const)("puttygen -t %s, passphrase '%s': told without it", async ([type, passphrase, word], test) => {
    const puttygen = toolOrSkip("puttygen", test);
    const folder = workFolder();
    const pass = placeFile(folder, "pass", passphrase);
    const path = join(folder, "id.ppk");
    execFileSync(puttygen, ["-q", "-t", type, "--new-passphrase", pass, "-o", path]);
    await expectRefused(path, "not-rsa", [word, never]);
  });

  it.for([
    ["certificate", ["-x509"], /certificate;/],
    ["certificate request", ["-new"], /certificate request/],
  ] as const)("openssl: a %s in PEM and DER", async ([, options, word], test) => {
    const openssl = toolOrSkip("openssl", test);
    const folder = workFolder();
    const key = placeFile(folder, "key.pem", keyPem(1024));
    for (const form of ["PEM", "DER"]) {
      const path = join(folder, `made-${form}`);
      const args = ["req", ...options, "-key", key, "-subj", "/CN=example", "-outform", form, "-out", path];
      execFileSync(openssl, args);
      await expectRefused(path, "not-private", [word]);
    }
  });
});
