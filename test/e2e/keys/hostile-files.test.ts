import { execFileSync } from "node:child_process";
import forge from "node-forge";
import { describe, expect, it } from "vitest";
import { keyPem, vectors } from "../../crypto/test-vectors.ts";
import { exampleFile } from "../../keys/examples.ts";
import { toolOrSkip } from "../../tools.ts";
import { expectFailure } from "../answers.ts";
import { exampleCiphertext, exampleKey, examplePassphrase, workFolder } from "../key-files.ts";
import { runProgram, type RunResult } from "../program.ts";
import { inspections } from "./inspections.ts";
import { expectPassword, placeFile } from "./key-material.ts";

const env = { WINPW_PASSPHRASE: examplePassphrase };
const blob = exampleCiphertext();

/** An example in DER in which every INTEGER of one value has become another. */
function withInteger(name: string, from: number, to: number): Buffer {
  const pem = exampleFile(`keys/${name}`)
    .toString("latin1")
    .replace(/^.*\n(?=-)/, "");
  const body = name.endsWith(".p12")
    ? exampleFile(`keys/${name}`).toString("latin1")
    : forge.pem.decode(pem)[0]?.body;
  const structure = forge.asn1.fromDer(body ?? "");
  replaceInteger(structure, forge.asn1.integerToDer(from).getBytes(), to);
  return Buffer.from(forge.asn1.toDer(structure).getBytes(), "latin1");
}

function replaceInteger(element: forge.asn1.Asn1, from: string, to: number): void {
  if (typeof element.value !== "string") {
    for (const child of element.value) replaceInteger(child, from, to);
  } else if (element.type === forge.asn1.Type.INTEGER && element.value === from) {
    const digits = to.toString(16);
    const even = digits.padStart(digits.length + (digits.length % 2), "0");
    const positive = Number.parseInt(even.slice(0, 2), 16) >= 0x80 ? `00${even}` : even;
    element.value = Buffer.from(positive, "hex").toString("latin1");
  }
}

function opensshWithRounds(rounds: number): string {
  const text = exampleFile("keys/openssh-aes256-ctr").toString("latin1");
  const body = Buffer.from(text.replace(/-----.*-----|\s/g, ""), "base64");
  const salt = body.indexOf("bcrypt") + "bcrypt".length + 8;
  body.writeUInt32BE(rounds, salt + 16);
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${body.toString("base64")}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

function puttyWith(header: string, value: number): string {
  const text = exampleFile("keys/putty-v3-argon2id.ppk").toString("latin1");
  return text.replace(new RegExp(`(?<=${header}: )\\d+`), String(value));
}

/** SEQUENCEs within SEQUENCEs, with indefinite lengths. */
function deepBer(levels: number): Buffer {
  return Buffer.from("3080".repeat(levels), "hex");
}

const billions = 2 ** 31;
const pbkdf2 = "pkcs8-pbkdf2-sha256-aes256.pem";
const scrypt = "pkcs8-scrypt-aes256.pem";

const costly: readonly (readonly [name: string, content: string | Uint8Array, limit: string])[] = [
  ["4 GiB of Argon2 memory", puttyWith("Argon2-Memory", 4 * 1024 * 1024), "maxArgon2KiB"],
  ["2^31 KiB of Argon2 memory", puttyWith("Argon2-Memory", billions), "maxArgon2KiB"],
  ["2^31 passes of Argon2", puttyWith("Argon2-Passes", billions), "maxArgon2KiBPasses"],
  ["2^31 rounds of PBKDF2", withInteger(pbkdf2, 2048, billions), "maxPbkdf2Rounds"],
  ["2^40 rounds of PBKDF2", withInteger(pbkdf2, 2048, 2 ** 40), "maxPbkdf2Rounds"],
  ["2^31 rounds of PBES1", withInteger("pkcs8-pbe-md5-des.pem", 2048, billions), "maxLegacyRounds"],
  ["2^31 rounds in a PKCS#12 file", withInteger("pkcs12-aes256.p12", 2048, billions), "maxLegacyRounds"],
  ["2^31 rounds of bcrypt", opensshWithRounds(billions), "maxBcryptRounds"],
  ["2001 rounds of bcrypt", opensshWithRounds(2001), "maxBcryptRounds"],
  ["scrypt with N of 2^32", withInteger(scrypt, 16384, 2 ** 32), "maxScryptBytes"],
  ["scrypt with p of 2^20", withInteger(scrypt, 1, 2 ** 20), "maxScryptParallelism"],
];

async function decrypt(path: string, ...more: readonly string[]): Promise<RunResult> {
  return runProgram(["decrypt", "--blob", blob, "--key", path, ...more], {
    env,
    canaries: [examplePassphrase],
  });
}

describe("a key file that asks for too much is exit 7 naming the limit", () => {
  it.each(costly)("%s", async (_name, content, limit) => {
    const path = placeFile(workFolder(), "key", content);
    const run = await decrypt(path);
    expectFailure(run, "ERR_BAD_KEY", new RegExp(`asks for \\d+ .*\\(${limit}\\)`));
    expect(run.stderr).toMatch(/^winpw: hint: .*--key-cost/m);
    const inspected = await runProgram(["key", "inspect", path, "--json"], { env });
    expect(inspected).toMatchObject({ code: 7, signal: null, stderr: "" });
    expect(inspections(inspected)).toMatchObject([{ usable: false, reason: "too-costly" }]);
  });

  it.each(costly.filter(([name]) => !name.startsWith("2001")))(
    "%s, also where --key-cost 2 doubles the limits",
    async (_name, content, limit) => {
      const run = await decrypt(placeFile(workFolder(), "key", content), "--key-cost", "2");
      expectFailure(run, "ERR_BAD_KEY", new RegExp(`\\(${limit}\\)`));
    },
  );

  it.each([
    ["4 GiB of Argon2 memory", puttyWith("Argon2-Memory", 4 * 1024 * 1024), "maxArgon2KiB"],
    ["2 GiB of Argon2 memory", puttyWith("Argon2-Memory", 2 * 1024 * 1024), "maxArgon2KiB"],
    ["2^31 rounds of PBKDF2", withInteger(pbkdf2, 2048, billions), "maxPbkdf2Rounds"],
  ])("%s is more than the engines can do, whatever --key-cost says", async (_name, content, limit) => {
    const run = await decrypt(placeFile(workFolder(), "key", content), "--key-cost", "9999");
    expectFailure(run, "ERR_BAD_KEY", new RegExp(`\\(${limit}\\)`));
  });
});

describe("a key file that is built to be hard to read is exit 7", () => {
  it.each([
    ["nothing but nesting", deepBer(100_000)],
    ["nesting that says PKCS#12", Buffer.concat([Buffer.from("3080020103", "hex"), deepBer(100_000)])],
    ["2 MiB of zeros", new Uint8Array(2 * 1024 * 1024)],
    ["2 MiB of a key and then its copies", keyPem(4096).repeat(700)],
    ["30,000 BEGIN lines", "-----BEGIN PRIVATE KEY-----\n".repeat(30_000)],
    ["brackets", "[".repeat(500_000)],
    ["braces of JSON", '{"keys":['.repeat(50_000)],
    ["one line of base64", "A".repeat(1_000_000)],
    ["a length of 4 GiB", Buffer.from("3084ffffffff020100", "hex")],
    ["no rounds", withInteger(pbkdf2, 2048, 0)],
    ["no rounds of bcrypt", opensshWithRounds(0)],
    ["no memory for Argon2", puttyWith("Argon2-Memory", 0)],
    ["scrypt with N that is no power of two", withInteger(scrypt, 16384, 16385)],
    ["scrypt with r of 0", withInteger(scrypt, 8, 0)],
  ])("%s", async (_name, content) => {
    const path = placeFile(workFolder(), "key", content);
    const run = await decrypt(path);
    expect(run.signal).toBeNull();
    expectFailure(run, "ERR_BAD_KEY", /./);
    const inspected = await runProgram(["key", "inspect", path, "--json"], { env });
    expect(inspected).toMatchObject({ code: 7, signal: null, stderr: "" });
    expect(inspections(inspected)).toMatchObject([{ usable: false }]);
  });
});

describe("--key-cost", () => {
  const vector = vectors.find(
    ({ bits, message }) =>
      bits === 1024 && /^[\x21-\x7e]+$/.test(Buffer.from(message, "base64").toString("latin1")),
  );
  const password = Buffer.from(vector?.message ?? "", "base64").toString();

  /** A PKCS#8 file by OpenSSL that costs what these options say. */
  function costing(openssl: string, ...options: readonly string[]): string {
    const folder = workFolder();
    const plain = placeFile(folder, "plain", keyPem(1024));
    const pass = placeFile(folder, "pass", examplePassphrase);
    const args = ["pkcs8", "-topk8", "-in", plain, "-passout", `file:${pass}`, ...options];
    return placeFile(folder, "key", execFileSync(openssl, args));
  }

  it.for([
    [
      "scrypt with p = 17",
      ["-scrypt", "-scrypt_N", "1024", "-scrypt_r", "8", "-scrypt_p", "17"],
      /maxScryptP/,
    ],
    ["2,000,001 rounds of PBES1", ["-v1", "PBE-SHA1-3DES", "-iter", "2000001"], /maxLegacyRounds/],
  ] as const)("2 opens what is slightly above the limit: %s", async ([, options, limit], test) => {
    const path = costing(toolOrSkip("openssl", test), ...options);
    const args = ["decrypt", "--blob", vector?.ciphertext ?? "", "--key", path];
    expectFailure(await runProgram(args, { env }), "ERR_BAD_KEY", limit);
    expectPassword(await runProgram([...args, "--key-cost", "2"], { env }), password);
    const inspected = await runProgram(["key", "inspect", path, "--json", "--key-cost", "2"], { env });
    expect(inspected.code).toBe(0);
    expect(inspections(inspected)).toMatchObject([{ usable: true, bits: 1024 }]);
  });

  it.each(["0", "-1", "1.5", "many", "10000", "", "1e3"])("of %j is exit 2", async (factor) => {
    const path = placeFile(workFolder(), "key", exampleFile("keys/pkcs8.pem"));
    const run = await runProgram(["decrypt", "--blob", blob, "--key", path, `--key-cost=${factor}`]);
    expectFailure(run, "ERR_USAGE", /--key-cost/);
  });

  it("does not change what is within the limits", async () => {
    const key = exampleKey("openssh-aes256-ctr");
    const path = placeFile(workFolder(), "key", exampleFile(key.file));
    for (const factor of ["1", "9999"]) {
      const args = ["decrypt", "--blob", exampleCiphertext(key), "--key", path, "--key-cost", factor];
      expectPassword(await runProgram(args, { env }), key.password);
    }
  });
});
