import { execFileSync } from "node:child_process";
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  type KeyObject,
} from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BadKeyError } from "../../lib/errors.ts";
import { loadPrivateKey } from "../../lib/keys/load.ts";
import { keyPem } from "../crypto/test-vectors.ts";
import { lacksTool, toolOrSkip } from "../tools.ts";
import { exampleFile, exampleKeys } from "./examples.ts";

async function refusalOf(file: Uint8Array | string, passphrase?: string): Promise<BadKeyError> {
  const error: unknown = await loadPrivateKey(file, passphrase === undefined ? {} : { passphrase }).catch(
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(BadKeyError);
  return error as BadKeyError;
}

const rsa = createPrivateKey(keyPem(2048));
const publicKey = createPublicKey(rsa);
const pem = (key: KeyObject, type: "pkcs8" | "sec1"): string =>
  key.export({ format: "pem", type }).toString();
const curve = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const edwards = generateKeyPairSync("ed25519").privateKey;
const pss = generateKeyPairSync("rsa-pss", { modulusLength: 1024 }).privateKey;
const dsa = generateKeyPairSync("dsa", { modulusLength: 1024, divisorLength: 160 }).privateKey;
const jwk = rsa.export({ format: "jwk" });

describe("files that are no RSA private key are named", () => {
  it.for([
    ["a public key in PEM", publicKey.export({ format: "pem", type: "spki" }), "not-private", /public key/],
    ["an RSA PUBLIC KEY", publicKey.export({ format: "pem", type: "pkcs1" }), "not-private", /public key/],
    ["a public key in DER", publicKey.export({ format: "der", type: "spki" }), "not-private", /public key/],
    [
      "an RSA public key in DER",
      publicKey.export({ format: "der", type: "pkcs1" }),
      "not-private",
      /public key/,
    ],
    ["a public JWK", JSON.stringify(publicKey.export({ format: "jwk" })), "not-private", /public key/],
    [
      "an OpenSSH public key",
      "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC someone@example\n",
      "not-private",
      /public key/,
    ],
    [
      "an RFC 4716 public key",
      "---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----\n",
      "not-private",
      /public/,
    ],
    [
      "an XML public key",
      "<RSAKeyValue><Modulus>AQAB</Modulus><Exponent>AQAB</Exponent></RSAKeyValue>",
      "not-private",
      /public/,
    ],
    ["an RSA-PSS key", pem(pss, "pkcs8"), "not-rsa", /RSA-PSS/],
    ["an EC key in PKCS#8", pem(curve, "pkcs8"), "not-rsa", /elliptic-curve.*nothing can open it/],
    ["an EC key in its own PEM", pem(curve, "sec1"), "not-rsa", /elliptic-curve.*nothing can open it/],
    ["an EC key in DER", curve.export({ format: "der", type: "sec1" }), "not-rsa", /elliptic-curve/],
    ["an EC JWK", JSON.stringify(curve.export({ format: "jwk" })), "not-rsa", /elliptic-curve/],
    ["an Ed25519 key", pem(edwards, "pkcs8"), "not-rsa", /Ed25519.*nothing can open it/],
    ["an Ed25519 JWK", JSON.stringify(edwards.export({ format: "jwk" })), "not-rsa", /Ed25519/],
    ["a DSA key", pem(dsa, "pkcs8"), "not-rsa", /DSA/],
    ["nothing", "", "empty", /empty/],
    ["blank lines", "\n \r\n\t\n", "empty", /empty/],
    ["a BOM and nothing else", "\uFEFF", "empty", /empty/],
    ["random bytes", randomBytes(1000).fill(0x8f, 0, 1), "unrecognised", /no private key/],
    [
      "a program",
      Buffer.concat([Buffer.from("\x7fELF"), randomBytes(1000)]),
      "unrecognised",
      /no private key/,
    ],
    ["prose", "Dear colleague, please find the key attached.\n", "unrecognised", /no private key/],
    ["a web page", "<!DOCTYPE html><html><body>Sign in</body></html>", "unrecognised", /web page/],
    ["other JSON", '{"servers":[]}', "unrecognised", /no private key/],
    ["broken JSON", '{"KeyMaterial":', "damaged", /JSON/],
    [
      "a PEM block of something else",
      "-----BEGIN DH PARAMETERS-----\nAAAA\n-----END DH PARAMETERS-----\n",
      "unrecognised",
      /no/,
    ],
    ["an empty PEM body", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n", "damaged", /empty/],
    [
      "an OpenPGP key",
      "-----BEGIN PGP PRIVATE KEY BLOCK-----\nAAAA\n-----END PGP PRIVATE KEY BLOCK-----\n",
      "unsupported",
      /OpenPGP/,
    ],
    ["a Java keystore", Buffer.from("feedfeed0000000200000001", "hex"), "unsupported", /keytool/],
    ["a key of SSH 1", "SSH PRIVATE KEY FILE FORMAT 1.1\n\0\0", "unsupported", /version 1/],
    [
      "version 1 of PuTTY's format",
      "PuTTY-User-Key-File-1: ssh-rsa\nEncryption: none\n",
      "unsupported",
      /PuTTY/,
    ],
  ] as const)("%s", async ([, file, reason, words]) => {
    const error = await refusalOf(file);
    expect(error.reason).toBe(reason);
    expect(error.message).toMatch(words);
  });
});

describe("keys of the wrong size", () => {
  it.for([512, 1023])("%i bits", async (bits) => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: bits });
    const error = await refusalOf(pem(privateKey, "pkcs8"));
    expect(error.reason).toBe("key-size");
    expect(error.message).toContain(`${bits} bits`);
  });
});

describe("two keys in one file", () => {
  const other = keyPem(1024);
  const locked = exampleFile("keys/pkcs8-pbkdf2-sha256-aes256.pem").toString();
  it.for([
    ["PEM", keyPem(2048) + other],
    ["a JWK set", JSON.stringify({ keys: [jwk, createPrivateKey(other).export({ format: "jwk" })] })],
    ["an open and a locked one", other + locked],
    ["an OpenSSH and a PKCS#8 one", exampleFile("keys/openssh").toString() + other],
  ] as const)("%s: refused, never a guess", async ([, file]) => {
    const error = await refusalOf(file, "example-passphrase-not-secret");
    expect(error.reason).toBe("several-keys");
  });

  it("an RSA key beside keys of other algorithms is the one that is meant", async () => {
    const file = pem(edwards, "pkcs8") + pem(curve, "sec1") + keyPem(2048);
    expect((await loadPrivateKey(file)).modulusBits).toBe(2048);
    const set = JSON.stringify({ keys: [edwards.export({ format: "jwk" }), jwk] });
    expect((await loadPrivateKey(set)).modulusBits).toBe(2048);
  });
});

describe("a damaged key is found by its numbers", () => {
  const changed = (name: string): string => {
    const number = Buffer.from(jwk[name] as string, "base64url");
    number[number.length - 5]! ^= 4;
    return JSON.stringify({ ...jwk, [name]: number.toString("base64url") });
  };
  it.for(["n", "e", "d", "p", "q", "dp", "dq", "qi"])("%s with one changed bit", async (name) => {
    if (name === "e")
      return expect((await refusalOf(JSON.stringify({ ...jwk, e: "AQAD" }))).reason).toBe("damaged");
    return expect((await refusalOf(changed(name))).reason).toBe("damaged");
  });

  it.for([
    ["exponent 1", { e: "AQ", d: "AQ" }],
    ["an even exponent", { e: "AQAA" }],
    ["prime 1", { p: "AQ", q: jwk.n }],
    ["prime 0", { p: "AA" }],
    [
      "exponents that do not fit, and no primes",
      { p: undefined, q: undefined, dp: undefined, dq: undefined, d: "AQAB" },
    ],
  ] as const)("%s", async ([, members]) => {
    expect((await refusalOf(JSON.stringify({ ...jwk, ...members }))).reason).toBe("damaged");
  });

  it("a PuTTY file whose private part was changed under its MAC", async () => {
    for (const name of ["putty-v2.ppk", "putty-v3.ppk"]) {
      const text = exampleFile(`keys/${name}`).toString();
      const at = text.indexOf("Private-Lines") + 100;
      const error = await refusalOf(text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1));
      expect(error.reason).toBe("damaged");
    }
  });

  it("a PuTTY file whose comment was changed: the MAC covers it", async () => {
    const text = exampleFile("keys/putty-v3.ppk").toString();
    expect((await refusalOf(text.replace("public example", "private example"))).reason).toBe("damaged");
  });
});

describe("a truncated file", () => {
  const cuts = exampleKeys.flatMap((key) => [0.3, 0.6, 0.95].map((part) => ({ ...key, part })));
  it.for(cuts)("$file, the first $part of it", async ({ file, part, passphrase }) => {
    const whole = exampleFile(file);
    const error = await refusalOf(
      whole.subarray(0, Math.floor(whole.length * part)),
      passphrase ?? undefined,
    );
    expect(["truncated", "damaged", "unrecognised"]).toContain(error.reason);
  });

  it("says so for the usual containers", async () => {
    for (const name of [
      "pkcs1.pem",
      "pkcs8.pem",
      "pkcs8.der",
      "openssh",
      "putty-v3.ppk",
      "pkcs12-aes256.p12",
      "ssh-com",
    ]) {
      const whole = exampleFile(`keys/${name}`);
      expect((await refusalOf(whole.subarray(0, whole.length - 200))).reason, name).toBe("truncated");
    }
  });

  it("also when the END line is still there", async () => {
    const whole = keyPem(2048).split("\n");
    whole.splice(10, 5);
    expect((await refusalOf(whole.join("\n"))).reason).toBe("truncated");
  });
});

describe("no error shows the file, the passphrase or a library's words", () => {
  it.for(exampleKeys.filter(({ passphrase }) => passphrase !== null))("$file", async ({ file }) => {
    const error = await refusalOf(exampleFile(file), "canary-passphrase-4711");
    const everything = `${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`;
    expect(error.cause).toBeUndefined();
    expect(everything).not.toContain("canary");
    expect(error.message).toBe("the passphrase does not open this private key");
  });
});

describe.skipIf(lacksTool("ssh-keygen"))("made with ssh-keygen and puttygen", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "winpw-refusals-"));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it.for([
    ["ed25519", "Ed25519"],
    ["ecdsa", "elliptic-curve"],
  ] as const)(
    "OpenSSH %s, open and locked: told without asking for the passphrase",
    async ([type, words]) => {
      for (const passphrase of ["", "fake-passphrase"]) {
        const path = join(folder, `${type}-${passphrase}`);
        execFileSync("ssh-keygen", ["-q", "-t", type, "-N", passphrase, "-a", "1", "-f", path]);
        const error = await refusalOf(readFileSync(path));
        expect(error.reason).toBe("not-rsa");
        expect(error.message).toContain(words);
        expect((await refusalOf(readFileSync(`${path}.pub`))).reason).toBe("not-private");
      }
    },
  );

  it("PuTTY Ed25519", async (test) => {
    const puttygen = toolOrSkip("puttygen", test);
    const source = join(folder, "for-putty");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", source]);
    const none = join(folder, "no-passphrase");
    writeFileSync(none, "");
    const target = join(folder, "ed25519.ppk");
    execFileSync(puttygen, [source, "-o", target, "--new-passphrase", none]);
    const error = await refusalOf(readFileSync(target));
    expect(error.reason).toBe("not-rsa");
    expect(error.message).toContain("Ed25519");
  });

  it("a certificate and a certificate request, in PEM and DER", async (test) => {
    const openssl = toolOrSkip("openssl", test);
    const keyFile = join(folder, "key.pem");
    writeFileSync(keyFile, keyPem(1024));
    for (const [options, words] of [
      [["-x509"], /certificate;/],
      [["-new"], /certificate request/],
    ] as const) {
      for (const form of ["PEM", "DER"]) {
        const made = execFileSync(openssl, [
          "req",
          ...options,
          "-key",
          keyFile,
          "-subj",
          "/CN=fake",
          "-outform",
          form,
        ]);
        const error = await refusalOf(made);
        expect(error.reason).toBe("not-private");
        expect(error.message).toMatch(words);
      }
    }
  });

  it("a PKCS#12 file with certificates only", async (test) => {
    const openssl = toolOrSkip("openssl", test);
    const keyFile = join(folder, "key2.pem");
    writeFileSync(keyFile, keyPem(1024));
    const certificate = join(folder, "certificate.pem");
    execFileSync(openssl, ["req", "-x509", "-key", keyFile, "-subj", "/CN=fake", "-out", certificate]);
    const made = execFileSync(openssl, [
      "pkcs12",
      "-export",
      "-nokeys",
      "-in",
      certificate,
      "-passout",
      "pass:fake",
    ]);
    expect((await refusalOf(made, "fake")).reason).toBe("not-private");
  });
});
