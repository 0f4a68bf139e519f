import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { inspectKey } from "../../lib/keys/inspect.ts";
import { toolOrSkip } from "../tools.ts";
import { exampleFile, exampleKeys, type ExampleKey } from "./examples.ts";

const example = (name: string): ExampleKey => exampleKeys.find((key) => key.file === `keys/${name}`)!;
const showsPublicHalf = (key: ExampleKey): boolean =>
  key.passphrase === null || /^(openssh|putty)/.test(key.container);

describe("without the passphrase", () => {
  it.for(exampleKeys)("$file: as much as the container shows", async (key) => {
    const inspection = await inspectKey(exampleFile(key.file));
    expect(inspection.container).toBe(key.container);
    expect(inspection.encrypted).toBe(key.passphrase !== null);
    expect(inspection.reason).toBeNull();
    const shown = showsPublicHalf(key);
    expect(inspection.bits).toBe(shown ? key.bits : null);
    expect(inspection.fingerprints).toEqual(shown ? { md5: key.md5, sha256: key.sha256 } : null);
    expect(inspection.usable).toBe(shown ? true : null);
  });

  it.for([
    ["pkcs1-proc-type-aes192.pem", "aes-192-cbc", "md5", "1 round"],
    ["pkcs1-proc-type-des.pem", "des-cbc", "md5", "1 round"],
    ["pkcs8-pbkdf2-sha512-aes256.pem", "aes-256-cbc", "pbkdf2-sha512", "2048 rounds"],
    ["pkcs8-pbkdf2-des3.pem", "des-ede3-cbc", "pbkdf2-sha256", "2048 rounds"],
    ["pkcs8-scrypt-aes256.pem", "aes-256-cbc", "scrypt", "N=16384 r=8 p=1"],
    ["pkcs8-pbe-md5-des.pem", "des-cbc", "pbkdf1-md5", "2048 rounds"],
    ["pkcs8-pbe-sha1-rc2-40.pem", "rc2-40-cbc", "pkcs12-sha1", "2048 rounds"],
    ["openssh-aes256-ctr", "aes256-ctr", "bcrypt", "16 rounds"],
    ["openssh-3des-cbc", "3des-cbc", "bcrypt", "2 rounds"],
    ["openssh-aes128-cbc", "aes128-cbc", "bcrypt", "2 rounds"],
    ["openssh-aes128-gcm", "aes128-gcm@openssh.com", "bcrypt", "2 rounds"],
    ["openssh-aes256-gcm", "aes256-gcm@openssh.com", "bcrypt", "2 rounds"],
    ["openssh-chacha20-poly1305", "chacha20-poly1305@openssh.com", "bcrypt", "2 rounds"],
    ["putty-v2-aes256.ppk", "aes256-cbc", "sha1", "1 round"],
    ["putty-v3-argon2id.ppk", "aes256-cbc", "argon2id", "8192 KiB, 13 passes, parallelism 1"],
    ["putty-v3-argon2d.ppk", "aes256-cbc", "argon2d", "8192 KiB, 2 passes, parallelism 1"],
    ["pkcs12-aes256.p12", "aes-256-cbc", "pbkdf2-sha256", "2048 rounds"],
    ["pkcs12-rc2-40.p12", "des-ede3-cbc", "pkcs12-sha1", "2048 rounds"],
    ["ssh-com-des3", "3des-cbc", "md5", "1 round"],
    ["pvk-rc4.pvk", "rc4", "sha1", "1 round"],
  ] as const)("%s: %s, %s, %s", async ([name, cipher, kdf, cost]) => {
    const inspection = await inspectKey(exampleFile(example(name).file));
    expect(inspection.protection).toEqual({ cipher, kdf, cost });
  });

  it("does not call a passphrase function", async () => {
    const passphrase = async (): Promise<string> => expect.fail("asked for a passphrase");
    const inspection = await inspectKey(exampleFile(example("openssh-aes256-ctr").file), { passphrase });
    expect(inspection).toMatchObject({
      usable: true,
      because: "it is an RSA key; its passphrase was not tried",
    });
  });
});

describe("with the passphrase", () => {
  it.for(exampleKeys.filter((key) => key.passphrase !== null))("$file: everything", async (key) => {
    const inspection = await inspectKey(exampleFile(key.file), { passphrase: key.passphrase ?? "" });
    expect(inspection).toMatchObject({
      bits: key.bits,
      usable: true,
      fingerprints: { md5: key.md5, sha256: key.sha256 },
    });
  });

  it("a wrong one is told, with what the container shows", async () => {
    const inspection = await inspectKey(exampleFile(example("putty-v2-aes256.ppk").file), {
      passphrase: "wrong",
    });
    expect(inspection).toMatchObject({ bits: 2048, usable: false, reason: "passphrase-wrong" });
  });
});

it("what is no key is an answer, not an error", async () => {
  expect(await inspectKey(Buffer.from("ssh-ed25519 AAAA someone\n"))).toEqual({
    container: null,
    bits: null,
    encrypted: null,
    protection: null,
    fingerprints: null,
    usable: false,
    because: "this is a public key; the private key of the same pair is needed",
    reason: "not-private",
  });
});

it("nothing private is shown: all of it is in the public key", async (test) => {
  const openssl = toolOrSkip("openssl", test);
  const key = example("pkcs8.pem");
  const path = fileURLToPath(new URL(`../../keys-example/${key.file}`, import.meta.url));
  const text = execFileSync(openssl, ["pkey", "-in", path, "-noout", "-text"]).toString();
  const numbers = ["privateExponent", "prime1", "prime2", "exponent1", "exponent2", "coefficient"].map(
    (name) => {
      const [, digits = ""] = new RegExp(`${name}:\\s+([0-9a-f:\\s]+)`).exec(text) ?? [];
      return Buffer.from(digits.replace(/[\s:]/g, ""), "hex");
    },
  );
  expect(numbers.every((number) => number.length > 100)).toBe(true);
  const shown = JSON.stringify(await inspectKey(exampleFile(key.file)));
  for (const number of numbers) {
    for (const encoding of ["hex", "base64", "base64url"] as const) {
      expect(shown).not.toContain(number.subarray(8, 32).toString(encoding));
    }
  }
});
