import { execFileSync } from "node:child_process";
import { createPrivateKey } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import forge from "node-forge";
import { describe, expect, it } from "vitest";
import { loadPrivateKey } from "../../lib/keys/load.ts";
import { keyPem } from "../crypto/test-vectors.ts";
import { toolOrSkip } from "../tools.ts";
import { exampleFile, exampleKeys } from "./examples.ts";

const examplePassphrase = "example-passphrase-not-secret";
const fingerprintOf = async (pem: string): Promise<string> => (await loadPrivateKey(pem)).fingerprints.md5;
const forgeKey = forge.pki.privateKeyFromPem(
  createPrivateKey(keyPem(1024)).export({ format: "pem", type: "pkcs1" }).toString(),
);
const toBytes = (structure: forge.asn1.Asn1): Buffer =>
  Buffer.from(forge.asn1.toDer(structure).getBytes(), "latin1");

// node-forge takes null where its types do not say so.
const noCertificate = null as unknown as forge.pki.Certificate;

function forgePkcs12(passphrase: string | null, algorithm: "3des" | "aes128" | "aes256"): Buffer {
  return toBytes(forge.pkcs12.toPkcs12Asn1(forgeKey, noCertificate, passphrase, { algorithm }));
}

/** A file whose one key is encrypted under an absent passphrase, and which has no MAC. */
function underAbsentPassphrase(): Buffer {
  const { asn1, pki } = forge;
  const sequence = (...value: forge.asn1.Asn1[]): forge.asn1.Asn1 =>
    asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SEQUENCE, true, value);
  const explicit = (value: forge.asn1.Asn1): forge.asn1.Asn1 =>
    asn1.create(asn1.Class.CONTEXT_SPECIFIC, 0, true, [value]);
  const oid = (dotted: string): forge.asn1.Asn1 =>
    asn1.create(asn1.Class.UNIVERSAL, asn1.Type.OID, false, asn1.oidToDer(dotted).getBytes());
  const contentInfo = (content: forge.asn1.Asn1): forge.asn1.Asn1 => {
    const octets = asn1.create(
      asn1.Class.UNIVERSAL,
      asn1.Type.OCTETSTRING,
      false,
      asn1.toDer(content).getBytes(),
    );
    return sequence(oid(pki.oids["data"]!), explicit(octets));
  };
  const info = pki.wrapRsaPrivateKey(pki.privateKeyToAsn1(forgeKey));
  const shrouded = pki.encryptPrivateKeyInfo(info, null as unknown as string, { algorithm: "3des" });
  const bag = sequence(oid(pki.oids["pkcs8ShroudedKeyBag"]!), explicit(shrouded));
  const version = asn1.create(
    asn1.Class.UNIVERSAL,
    asn1.Type.INTEGER,
    false,
    asn1.integerToDer(3).getBytes(),
  );
  return toBytes(sequence(version, contentInfo(sequence(contentInfo(sequence(bag))))));
}

/** The same structure with an indefinite length on every constructed element, and strings in two pieces. */
function toIndefinite(element: forge.asn1.Asn1, inPieces = true): Buffer {
  const end = Buffer.alloc(2);
  const tag = element.tagClass | element.type | (element.constructed ? 0x20 : 0);
  if (typeof element.value !== "string") {
    return Buffer.concat([Buffer.of(tag, 0x80), ...element.value.map((child) => toIndefinite(child)), end]);
  }
  const whole = element.value;
  if (inPieces && tag === 0x04 && whole.length > 100) {
    const pieces = [whole.slice(0, 100), whole.slice(100)].map((value) =>
      toIndefinite({ ...element, value }, false),
    );
    return Buffer.concat([Buffer.of(0x24, 0x80), ...pieces, end]);
  }
  return toBytes(element);
}

describe("PKCS#12 files of other makers", () => {
  it.for(["3des", "aes128", "aes256"] as const)("node-forge, %s", async (algorithm) => {
    const file = forgePkcs12("fake-passphrase", algorithm);
    const key = await loadPrivateKey(file, { passphrase: "fake-passphrase" });
    expect(key).toMatchObject({ container: "pkcs12", encrypted: true });
    expect(key.fingerprints.md5).toBe(await fingerprintOf(keyPem(1024)));
    await expect(loadPrivateKey(file, { passphrase: "fake" })).rejects.toMatchObject({
      reason: "passphrase-wrong",
    });
  });

  it("node-forge, without a passphrase, which is not an empty one", async () => {
    const key = await loadPrivateKey(forgePkcs12(null, "3des"));
    expect(key).toMatchObject({ container: "pkcs12", encrypted: false });
  });

  it("a key encrypted under an absent passphrase", async () => {
    const key = await loadPrivateKey(underAbsentPassphrase());
    expect(key).toMatchObject({ container: "pkcs12", encrypted: false });
    expect(key.fingerprints.md5).toBe(await fingerprintOf(keyPem(1024)));
  });

  it("node-forge, with an empty passphrase", async () => {
    expect(await loadPrivateKey(forgePkcs12("", "3des"))).toMatchObject({ encrypted: false });
  });

  it.for(["pkcs12-aes256.p12", "pkcs12-rc2-40.p12"])("%s in BER with indefinite lengths", async (name) => {
    const indefinite = toIndefinite(forge.asn1.fromDer(exampleFile(`keys/${name}`).toString("latin1")));
    expect(indefinite.subarray(0, 2)).toEqual(Buffer.of(0x30, 0x80));
    const key = await loadPrivateKey(indefinite, { passphrase: examplePassphrase });
    expect(key.fingerprints.md5).toBe(exampleKeys.find(({ file }) => file === `keys/${name}`)!.md5);
  });

  it("Java's keytool", async (test) => {
    const keytool = toolOrSkip("keytool", test);
    const folder = mkdtempSync(join(tmpdir(), "winpw-keytool-"));
    const path = join(folder, "store.p12");
    const options = [
      "-alias",
      "fake",
      "-dname",
      "CN=fake",
      "-keyalg",
      "RSA",
      "-keysize",
      "2048",
      "-storetype",
      "PKCS12",
    ];
    execFileSync(keytool, ["-genkeypair", ...options, "-keystore", path, "-storepass", "fake-passphrase"], {
      stdio: "ignore",
    });
    const file = readFileSync(path);
    rmSync(folder, { recursive: true });
    const key = await loadPrivateKey(file, { passphrase: "fake-passphrase" });
    expect(key).toMatchObject({ container: "pkcs12", modulusBits: 2048 });
    await expect(loadPrivateKey(file)).rejects.toMatchObject({ reason: "passphrase-missing" });
  });
});

describe("keys without their primes", () => {
  const primeless = (bits: number): string => {
    const { kty, n, e, d } = createPrivateKey(keyPem(bits)).export({ format: "jwk" });
    return JSON.stringify({ kty, n, e, d });
  };

  it.for([1024, 1025, 2047, 4096])("%i bits: the primes are computed", async (bits) => {
    const key = await loadPrivateKey(primeless(bits));
    expect(key.fingerprints.md5).toBe(await fingerprintOf(keyPem(bits)));
  });

  it("more than 8192 bits are refused, since it would take long", async () => {
    const number = (bytes: number): string => Buffer.alloc(bytes, 0xff).toString("base64url");
    const file = JSON.stringify({ kty: "RSA", n: number(1025), e: "AQAB", d: number(1024) });
    await expect(loadPrivateKey(file)).rejects.toMatchObject({ reason: "unsupported" });
  });
});
