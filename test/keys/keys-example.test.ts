import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decryptPassword } from "../../lib/crypto/decrypt-password.ts";
import { BadKeyError } from "../../lib/errors.ts";
import { loadPrivateKey } from "../../lib/keys/load.ts";
import { exampleFile, exampleKeys } from "./examples.ts";

it("every file of keys-example is listed, and the reverse", () => {
  const listed = exampleKeys.map((key) => key.file.replace(/^keys\//, "")).sort();
  const present = readdirSync(new URL("../../keys-example/keys", import.meta.url)).sort();
  expect(present).toEqual(listed);
});

describe.for(exampleKeys)("$file", (key) => {
  const options = key.passphrase === null ? {} : { passphrase: key.passphrase };

  it("opens its ciphertext and shows the fingerprints that ssh-keygen shows", async () => {
    const loaded = await loadPrivateKey(exampleFile(key.file), options);
    expect(loaded.container).toBe(key.container);
    expect(loaded.modulusBits).toBe(key.bits);
    expect(loaded.encrypted).toBe(key.passphrase !== null);
    expect(loaded.fingerprints).toEqual({ md5: key.md5, sha256: key.sha256 });
    expect(decryptPassword(exampleFile(key.ciphertext).toString(), loaded).reveal()).toBe(key.password);
  });

  it("leaves the caller's bytes and passphrase alone", async () => {
    const file = exampleFile(key.file);
    const passphrase = Buffer.from(key.passphrase ?? "");
    await loadPrivateKey(file, { passphrase });
    expect(file).toEqual(exampleFile(key.file));
    expect(passphrase.toString()).toBe(key.passphrase ?? "");
  });
});

describe.for(exampleKeys.filter((key) => key.passphrase !== null))("$file", (key) => {
  it("without a passphrase: says that one is missing", async () => {
    await expect(loadPrivateKey(exampleFile(key.file))).rejects.toMatchObject({
      reason: "passphrase-missing",
    });
  });

  it.for(["wrong", "", "example-passphrase-not-secret ", "пароль"])(
    "with the passphrase %j: wrong",
    async (passphrase) => {
      const error: unknown = await loadPrivateKey(exampleFile(key.file), { passphrase }).catch(
        (caught: unknown) => caught,
      );
      expect(error).toBeInstanceOf(BadKeyError);
      expect(error).toMatchObject({ reason: "passphrase-wrong", code: "ERR_BAD_KEY" });
      expect(String(error)).not.toContain("example-passphrase");
    },
  );

  it("asks for the passphrase once", async () => {
    let asked = 0;
    const passphrase = async (): Promise<string> => {
      asked += 1;
      return key.passphrase ?? "";
    };
    await loadPrivateKey(exampleFile(key.file), { passphrase });
    expect(asked).toBe(1);
  });
});

it.for(exampleKeys.filter((key) => key.passphrase === null))(
  "$file: never asks for a passphrase",
  async (key) => {
    const passphrase = async (): Promise<string> => expect.fail("asked for a passphrase");
    await loadPrivateKey(exampleFile(key.file), { passphrase });
  },
);
