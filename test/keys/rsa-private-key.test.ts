import { execFileSync } from "node:child_process";
import { createPrivateKey } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { loadPrivateKey } from "../../lib/keys/load.ts";
import { CiphertextOutOfRange } from "../../lib/keys/rsa-private-key.ts";
import { encryptRaw, keyPem, sizes, vectors } from "../crypto/test-vectors.ts";
import { toolOrSkip } from "../tools.ts";

describe("rawDecrypt", () => {
  it.for(sizes)("%i bits: the block that openssl pkeyutl gives without padding", async (bits, test) => {
    const openssl = toolOrSkip("openssl", test);
    const folder = mkdtempSync(join(tmpdir(), "winpw-raw-"));
    const keyFile = join(folder, "key.pem");
    writeFileSync(keyFile, keyPem(bits));
    const ciphertext = Buffer.from(vectors.find((vector) => vector.bits === bits)!.ciphertext, "base64");
    const options = ["pkeyutl", "-decrypt", "-inkey", keyFile, "-pkeyopt", "rsa_padding_mode:none"];
    const expected = execFileSync(openssl, options, { input: ciphertext });
    rmSync(folder, { recursive: true });
    const block = (await loadPrivateKey(keyPem(bits))).rawDecrypt(ciphertext);
    expect(Buffer.from(block)).toEqual(expected);
    expect(block).toHaveLength(Math.ceil(bits / 8));
  });

  it("keeps leading zeros", async () => {
    const plain = Uint8Array.of(...new Uint8Array(127), 7);
    expect(Buffer.from((await loadPrivateKey(keyPem(1024))).rawDecrypt(encryptRaw(1024, plain)))).toEqual(
      Buffer.from(plain),
    );
  });

  it("tells a value that is not below the modulus, and another length", async () => {
    const key = await loadPrivateKey(keyPem(1024));
    const modulus = Buffer.from(
      createPrivateKey(keyPem(1024)).export({ format: "jwk" }).n ?? "",
      "base64url",
    );
    expect(() => key.rawDecrypt(modulus)).toThrow(CiphertextOutOfRange);
    expect(() => key.rawDecrypt(new Uint8Array(128).fill(255))).toThrow(CiphertextOutOfRange);
    for (const length of [0, 127, 129])
      expect(() => key.rawDecrypt(new Uint8Array(length))).toThrow(TypeError);
  });
});

it("prints without its private numbers", async () => {
  const key = await loadPrivateKey(keyPem(1024));
  const jwk = createPrivateKey(keyPem(1024)).export({ format: "jwk" });
  const printed = `${inspect(key, { depth: 10, showHidden: true })} ${JSON.stringify(key)}`;
  expect(printed).toContain("pkcs8-pem");
  for (const name of ["d", "p", "q", "dp", "dq", "qi"] as const) {
    const number = Buffer.from(jwk[name] ?? "", "base64url");
    for (const encoding of ["hex", "base64", "base64url"] as const) {
      expect(printed).not.toContain(number.subarray(3, 30).toString(encoding));
    }
  }
});
