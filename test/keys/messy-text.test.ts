import { describe, expect, it } from "vitest";
import { loadPrivateKey } from "../../lib/keys/load.ts";
import { keyPem } from "../crypto/test-vectors.ts";
import { exampleKeys } from "./examples.ts";
import { messyBits, messyFiles } from "./messy-text.ts";

describe("text mangled on its way still opens", () => {
  it.for(messyFiles)("$name", async ({ file, container, passphrase }) => {
    const before = Buffer.from(file);
    const key = await loadPrivateKey(file, passphrase === null ? {} : { passphrase });
    const known = [
      ...exampleKeys.map(({ md5 }) => md5),
      (await loadPrivateKey(keyPem(messyBits))).fingerprints.md5,
    ];
    expect(known).toContain(key.fingerprints.md5);
    expect(key.container).toBe(container);
    expect(file.equals(before), "the caller's bytes are untouched").toBe(true);
  });
});

it("a string is read like a file", async () => {
  expect((await loadPrivateKey(keyPem(messyBits))).modulusBits).toBe(messyBits);
});
