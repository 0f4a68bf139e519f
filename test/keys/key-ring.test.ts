import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { orderKeys, readKeyCandidate, type KeyHints } from "../../lib/keys/key-ring.ts";
import { keyPem } from "../crypto/test-vectors.ts";
import { exampleFile, exampleKeys } from "./examples.ts";

interface Named {
  readonly name: string;
  readonly encrypted: boolean;
  readonly fingerprints: { readonly md5: string; readonly sha256: string } | null;
  readonly modulusBytes: number | null;
}

const key = (name: string, modulusBytes: number | null, encrypted = false): Named => ({
  name,
  encrypted,
  modulusBytes,
  fingerprints: modulusBytes === null ? null : { md5: `0a:${name}`, sha256: `SHA256:${name}` },
});

const small = key("small", 128);
const large = key("large", 256);
const largeToo = key("large too", 256);
const locked = key("locked", null, true);
const lockedLarge = key("locked large", 256, true);

describe("orderKeys", () => {
  const order = (keys: readonly Named[], hints: KeyHints): string[] =>
    orderKeys(keys, hints).map(({ name }) => name);

  it("without hints: as given, but those without a passphrase first", () => {
    expect(order([locked, large, small], {})).toEqual(["large", "small", "locked"]);
  });

  it("by the ciphertext's length: fitting, unknown, not fitting", () => {
    expect(order([small, locked, lockedLarge, large], { ciphertextBytes: 256 })).toEqual([
      "large",
      "locked large",
      "locked",
      "small",
    ]);
  });

  it("the fingerprint beats everything else", () => {
    const hints = { fingerprint: "SHA256:locked large", ciphertextBytes: 256 };
    expect(order([small, large, locked, lockedLarge], hints)).toEqual([
      "locked large",
      "locked",
      "large",
      "small",
    ]);
  });

  it("MD5 fingerprints count in any case, with or without prefix", () => {
    for (const fingerprint of ["0a:large too", "0A:LARGE TOO", "MD5:0a:large too"]) {
      expect(order([large, largeToo], { fingerprint })[0]).toBe("large too");
    }
  });

  it("loses and invents no key", () => {
    const anyKey = fc.constantFrom(small, large, largeToo, locked, lockedLarge);
    const anyHints = fc.record(
      {
        fingerprint: fc.constantFrom("SHA256:large", "SHA256:none"),
        ciphertextBytes: fc.constantFrom(128, 256, 512),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(anyKey), anyHints, (keys, hints) => {
        expect(order(keys, hints).sort()).toEqual(keys.map(({ name }) => name).sort());
      }),
    );
  });
});

describe("readKeyCandidate", () => {
  it("knows a locked OpenSSH key by its public half, and asks only on opening", async () => {
    const example = exampleKeys.find(({ file }) => file === "keys/openssh-aes128-gcm")!;
    const candidate = await readKeyCandidate(exampleFile(example.file));
    expect(candidate).toMatchObject({
      container: "openssh",
      encrypted: true,
      modulusBytes: 256,
      fingerprints: { md5: example.md5, sha256: example.sha256 },
    });
    let asked = 0;
    const opened = await candidate.open(async () => {
      asked += 1;
      return example.passphrase ?? "";
    });
    expect(asked).toBe(1);
    expect(opened.fingerprints.md5).toBe(example.md5);
  });

  it("does not know a locked PKCS#8 key before its passphrase", async () => {
    const example = exampleKeys.find(({ file }) => file === "keys/pkcs8-scrypt-aes256.pem")!;
    const candidate = await readKeyCandidate(exampleFile(example.file));
    expect(candidate).toMatchObject({ encrypted: true, fingerprints: null, modulusBytes: null });
    await expect(candidate.open("wrong")).rejects.toMatchObject({ reason: "passphrase-wrong" });
    await expect(candidate.open()).rejects.toMatchObject({ reason: "passphrase-missing" });
    await expect(candidate.open(example.passphrase ?? "")).resolves.toMatchObject({ modulusBits: 2048 });
  });

  it("gives the same key when it is opened again", async () => {
    const candidate = await readKeyCandidate(keyPem(2048));
    const opened = await candidate.open();
    expect(await candidate.open()).toBe(opened);
  });
});
