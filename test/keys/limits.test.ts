import forge from "node-forge";
import { describe, expect, it } from "vitest";
import { BadKeyError } from "../../lib/errors.ts";
import { defaultKeyLimits, type KeyLimits } from "../../lib/keys/limits.ts";
import { loadPrivateKey } from "../../lib/keys/load.ts";
import { exampleFile } from "./examples.ts";

const passphrase = "example-passphrase-not-secret";

async function refusalOf(file: Uint8Array | string, limits: Partial<KeyLimits> = {}): Promise<BadKeyError> {
  const error: unknown = await loadPrivateKey(file, { passphrase, limits }).catch(
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(BadKeyError);
  return error as BadKeyError;
}

/** Rewrites every INTEGER of that value in a structure. */
function replaceInteger(element: forge.asn1.Asn1, from: number, to: number): void {
  if (typeof element.value !== "string") {
    for (const child of element.value) replaceInteger(child, from, to);
  } else if (
    element.type === forge.asn1.Type.INTEGER &&
    element.value === forge.asn1.integerToDer(from).getBytes()
  ) {
    const digits = Buffer.alloc(8);
    digits.writeBigUInt64BE(BigInt(to));
    element.value = digits.toString("latin1").replace(/^\0+(?=[^\0])(?![\x80-\xff])/, "");
  }
}

function pemWithInteger(name: string, from: number, to: number): Buffer {
  const block = forge.pem.decode(
    exampleFile(`keys/${name}`)
      .toString()
      .replace(/^.*\n(?=-)/, ""),
  )[0]!;
  const structure = forge.asn1.fromDer(block.body);
  replaceInteger(structure, from, to);
  return Buffer.from(forge.asn1.toDer(structure).getBytes(), "latin1");
}

function opensshWithRounds(rounds: number): string {
  const file = exampleFile("keys/openssh-aes256-ctr").toString();
  const body = Buffer.from(file.replace(/-----.*-----|\s/g, ""), "base64");
  const salt = body.indexOf("bcrypt") + "bcrypt".length + 4 + 4;
  body.writeUInt32BE(rounds, salt + 16);
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${body.toString("base64")}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

const puttyWith = (header: string, value: number): string =>
  exampleFile("keys/putty-v3-argon2id.ppk")
    .toString()
    .replace(new RegExp(`(?<=${header}: )\\d+`), String(value));

const fourGiB = 4 * 1024 * 1024; // in KiB
const manyRounds = 2 ** 31;

describe("a file that asks for too much is refused before any work, naming the limit", () => {
  it.for([
    [
      "2^31 rounds of PBKDF2",
      pemWithInteger("pkcs8-pbkdf2-sha256-aes256.pem", 2048, manyRounds),
      "maxPbkdf2Rounds",
    ],
    ["2^31 rounds of PBES1", pemWithInteger("pkcs8-pbe-md5-des.pem", 2048, manyRounds), "maxLegacyRounds"],
    ["scrypt with 2^32 blocks", pemWithInteger("pkcs8-scrypt-aes256.pem", 16384, 2 ** 32), "maxScryptBytes"],
    ["scrypt with 2^20 lanes", pemWithInteger("pkcs8-scrypt-aes256.pem", 1, 2 ** 20), "maxScryptParallelism"],
    ["2^31 rounds of bcrypt", opensshWithRounds(manyRounds), "maxBcryptRounds"],
    ["4 GiB for Argon2", puttyWith("Argon2-Memory", fourGiB), "maxArgon2KiB"],
    ["2^31 passes of Argon2", puttyWith("Argon2-Passes", manyRounds), "maxArgon2KiBPasses"],
  ] as const)("%s", async ([, file, limit]) => {
    const error = await refusalOf(file);
    expect(error.reason).toBe("too-costly");
    expect(error.message).toContain(limit);
    expect(error.message).toContain(String(defaultKeyLimits[limit]));
  });

  it("the MAC of a PKCS#12 file", async () => {
    const pfx = forge.asn1.fromDer(exampleFile("keys/pkcs12-aes256.p12").toString("latin1"));
    replaceInteger(pfx, 2048, manyRounds);
    const error = await refusalOf(Buffer.from(forge.asn1.toDer(pfx).getBytes(), "latin1"));
    expect(error).toMatchObject({ reason: "too-costly" });
    expect(error.message).toContain("maxLegacyRounds");
  });

  it("a file of more than 1 MiB", async () => {
    const error = await refusalOf(new Uint8Array(defaultKeyLimits.maxFileBytes + 1));
    expect(error.reason).toBe("too-large");
    expect(error.message).toContain("maxFileBytes");
  });

  it("a structure nested a hundred thousand levels deep", async () => {
    let deep = Buffer.alloc(0);
    for (let level = 0; level < 5_000; level++) {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(deep.length);
      deep = Buffer.concat([Buffer.from([0x30, 0x84]), length, deep]);
    }
    expect((await refusalOf(deep)).reason).toMatch(/damaged|unrecognised/);
    const indefinite = Buffer.alloc(200_000);
    for (let at = 0; at < indefinite.length; at += 2) indefinite.set([0x30, 0x80], at);
    expect((await refusalOf(indefinite)).reason).toMatch(/damaged|truncated/);
  });

  it("a large file full of BEGIN lines", async () => {
    const lines = "-----BEGIN PRIVATE KEY-----\n".repeat(30_000);
    expect((await refusalOf(lines)).reason).toBe("truncated");
  });

  it("JSON nested a hundred thousand levels deep", async () => {
    expect((await refusalOf("[".repeat(100_000) + "]".repeat(100_000))).reason).toMatch(
      /damaged|unrecognised/,
    );
  });
});

describe("the limits are the caller's to change", () => {
  it.for([
    ["pkcs8-pbkdf2-sha256-aes256.pem", { maxPbkdf2Rounds: 2047 }],
    ["pkcs8-pbe-sha1-3des.pem", { maxLegacyRounds: 2047 }],
    ["pkcs8-scrypt-aes256.pem", { maxScryptBytes: 16 * 1024 * 1024 - 1 }],
    ["openssh-aes256-ctr", { maxBcryptRounds: 15 }],
    ["putty-v3-argon2id.ppk", { maxArgon2KiB: 8191 }],
    ["putty-v3-argon2id.ppk", { maxArgon2KiBPasses: 8192 * 13 - 1 }],
    ["pkcs12-aes256.p12", { maxLegacyRounds: 2047 }],
  ] as const)("%s under %o", async ([name, limits]) => {
    expect((await refusalOf(exampleFile(`keys/${name}`), limits)).reason).toBe("too-costly");
    const raised = Object.fromEntries(Object.entries(limits).map(([limit, value]) => [limit, value + 1]));
    const key = await loadPrivateKey(exampleFile(`keys/${name}`), { passphrase, limits: raised });
    expect(key.modulusBits).toBe(2048);
  });

  it("depth and size too", async () => {
    expect((await refusalOf(exampleFile("keys/pkcs12-aes256.p12"), { maxDerDepth: 3 })).reason).toBe(
      "damaged",
    );
    expect((await refusalOf(exampleFile("keys/pkcs8.pem"), { maxFileBytes: 100 })).reason).toBe("too-large");
  });
});
