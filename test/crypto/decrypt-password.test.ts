import { beforeAll, describe, expect, it } from "vitest";
import { decodeCiphertext, decryptPassword, openPassword } from "../../lib/crypto/decrypt-password.ts";
import { decodeTextFile } from "../../lib/encoding.ts";
import { NotReadyError, SuspectError, WrongKeyError } from "../../lib/errors.ts";
import { loadPrivateKey } from "../../lib/keys/load.ts";
import type { RsaPrivateKey } from "../../lib/keys/rsa-private-key.ts";
import { encodeBlock } from "./rfc8017-reference.ts";
import { encryptRaw, keyPem, sizes, vectors } from "./test-vectors.ts";

const keys = new Map<number, RsaPrivateKey>();
const keyOf = (bits: number): RsaPrivateKey => keys.get(bits)!;
const ordinary = vectors.find((vector) => vector.bits === 2048 && vector.name === "ordinary")!;
const password = "Fake-Passw0rd-42!";

beforeAll(async () => {
  for (const bits of sizes) keys.set(bits, await loadPrivateKey(keyPem(bits)));
});

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return expect.fail("nothing was thrown");
}

describe("ciphertexts of three other programs", () => {
  it("come from OpenSSL, node-forge and SunJCE in six sizes", () => {
    expect(new Set(vectors.map((vector) => vector.producer))).toEqual(
      new Set(["OpenSSL", "node-forge", "SunJCE"]),
    );
    expect([...new Set(vectors.map((vector) => vector.bits))]).toEqual([1024, 1025, 2047, 2048, 3072, 4096]);
  });

  it.for(vectors.filter((vector) => vector.message !== ""))("$producer, $bits bits, $name", (vector) => {
    const opened = openPassword(decodeCiphertext(vector.ciphertext), keyOf(vector.bits));
    expect(Buffer.from(opened.secret.bytes()).toString("base64")).toBe(vector.message);
    expect(opened.suspicious).toBe(
      Buffer.from(vector.message, "base64").length > 127 ? "longer-than-127-bytes" : null,
    );
  });

  it.for(vectors.filter((vector) => vector.message === ""))(
    "$producer, $bits bits, empty: suspect",
    (vector) => {
      for (const allowUnprintable of [false, true]) {
        expect(() => decryptPassword(vector.ciphertext, keyOf(vector.bits), { allowUnprintable })).toThrow(
          SuspectError,
        );
      }
    },
  );
});

describe("the text of a ciphertext", () => {
  const wrap = (columns: number, end: string): string =>
    ordinary.ciphertext.replace(new RegExp(`.{${columns}}(?=.)`, "g"), `$&${end}`) + end;

  it.for([60, 64, 76].flatMap((columns) => ["\n", "\r\n"].map((end) => ({ columns, end }))))(
    "may be wrapped at $columns columns with $end",
    ({ columns, end }) => {
      const text = wrap(columns, end);
      expect(text.split(end).length).toBeGreaterThan(4);
      expect(decryptPassword(text, keyOf(2048)).reveal()).toBe(password);
    },
  );

  it.for(["utf16le", "utf8"] as const)("may come from a file with BOM in %s", (encoding) => {
    const file = Buffer.from(`\uFEFF${wrap(64, "\r\n")}`, encoding);
    expect(decryptPassword(decodeTextFile(file), keyOf(2048)).reveal()).toBe(password);
  });

  it.for(["", " ", "\r\n", "\t\n "])("%j means that nothing is stored", (text) => {
    expect(() => decodeCiphertext(text)).toThrow(NotReadyError);
  });

  it.for([
    ["a character outside the alphabet", `${ordinary.ciphertext.slice(0, -4)}*A==`],
    ["the URL alphabet", `-_${ordinary.ciphertext.slice(2)}`],
    ["a lost last character", ordinary.ciphertext.slice(0, -1)],
    ["a non-breaking space", `\u00A0${ordinary.ciphertext}`],
    ["a quoted text", `"${ordinary.ciphertext}"`],
    ["stray bits at the end", `${ordinary.ciphertext.slice(0, -3)}B==`],
    ["the shortened example of the BMS documentation", "UHC9+QTVwQ6iDRj3Q1KYXlyz7XwbuTZHx2SrKXwr5w=="],
    ["127 bytes", Buffer.alloc(127, 1).toString("base64")],
    ["2049 bytes", Buffer.alloc(2049, 1).toString("base64")],
    ["a megabyte", "A".repeat(1024 * 1024)],
  ] as const)("%s is suspect", ([, text]) => {
    expect(() => decodeCiphertext(text)).toThrow(SuspectError);
  });

  it.for([128, 129, 2048])("%i bytes are a possible size", (length) => {
    expect(decodeCiphertext(Buffer.alloc(length, 1).toString("base64"))).toHaveLength(length);
  });
});

describe("a ciphertext of another length than the key's", () => {
  it.for([255, 257, 384])("%i bytes for 2048 bits: wrong key, with both sizes named", (length) => {
    const error = thrownBy(() => openPassword(new Uint8Array(length), keyOf(2048)));
    expect(error).toBeInstanceOf(WrongKeyError);
    expect(String(error)).toContain(`${length} bytes`);
    expect(String(error)).toContain("256 (2048 bits)");
  });

  it("is the wrong key even where the fingerprint is the server's", () => {
    const serverFingerprint = keyOf(2048).fingerprints.md5;
    const error = thrownBy(() => openPassword(new Uint8Array(255), keyOf(2048), { serverFingerprint }));
    expect(error).toMatchObject({ code: "ERR_WRONG_KEY", needed: serverFingerprint });
  });

  it("a length of 1025 or 2047 bits is rounded up to whole bytes", () => {
    expect(keyOf(1025).modulusBytes).toBe(129);
    expect(keyOf(2047).modulusBytes).toBe(256);
  });
});

describe("faults from the RSA operation on", () => {
  const ones = (length: number): number[] => Array.from({ length }, () => 1);
  const block = (padding: number, type = 2): Uint8Array =>
    encodeBlock({ type, padding: ones(padding), message: Buffer.alloc(256 - 3 - padding, 0x41) });
  const faults = [
    ["padding of seven bytes", encryptRaw(2048, block(7))],
    ["block type 1", encryptRaw(2048, block(100, 1))],
    [
      "no separator",
      encryptRaw(2048, encodeBlock({ padding: ones(254), separator: [], message: Buffer.alloc(0) })),
    ],
    ["zeros only", new Uint8Array(256)],
    ["the number one", Uint8Array.of(...new Uint8Array(255), 1)],
    ["a value above the modulus", new Uint8Array(256).fill(255)],
    [
      "a damaged ciphertext",
      Uint8Array.from(Buffer.from(ordinary.ciphertext, "base64"), (byte, at) => byte ^ (at === 99 ? 1 : 0)),
    ],
  ] as const;

  it("padding of exactly eight bytes opens", () => {
    expect(openPassword(encryptRaw(2048, block(8)), keyOf(2048)).secret.reveal()).toBe("A".repeat(245));
  });

  it("all end in the same error", () => {
    const errors = faults.map(
      ([, ciphertext]) => thrownBy(() => openPassword(ciphertext, keyOf(2048))) as WrongKeyError,
    );
    expect(new Set(errors.map((error) => `${error.code} ${error.message} ${error.given.join()}`)).size).toBe(
      1,
    );
    expect(errors[0]).toMatchObject({ code: "ERR_WRONG_KEY", given: [keyOf(2048).fingerprints.sha256] });
    expect(errors.every((error) => error.cause === undefined)).toBe(true);
  });

  it.for(faults)("%s: damaged where the key is known to be the server's", ([, ciphertext]) => {
    const { md5, sha256 } = keyOf(2048).fingerprints;
    for (const serverFingerprint of [md5, md5.toUpperCase(), `MD5:${md5}`, sha256]) {
      const error = thrownBy(() => openPassword(ciphertext, keyOf(2048), { serverFingerprint }));
      expect(error).toBeInstanceOf(SuspectError);
      expect(String(error)).toContain("damaged");
    }
  });

  it("names the fingerprint that is needed where the key is not the server's", () => {
    const serverFingerprint = keyOf(1024).fingerprints.md5;
    const error = thrownBy(() => openPassword(new Uint8Array(256), keyOf(2048), { serverFingerprint }));
    expect(error).toMatchObject({ code: "ERR_WRONG_KEY", needed: serverFingerprint });
  });
});

it("a ciphertext cut to Nova's 1020 characters is explained", async () => {
  const { generateKeyPairSync } = await import("node:crypto");
  const pem = generateKeyPairSync("rsa", { modulusLength: 6144 }).privateKey.export({
    type: "pkcs8",
    format: "pem",
  });
  const large = await loadPrivateKey(pem);
  const error = thrownBy(() => openPassword(new Uint8Array(765), large));
  expect(error).toBeInstanceOf(WrongKeyError);
  expect(String(error)).toContain("1020 characters");
  expect(String(thrownBy(() => openPassword(new Uint8Array(764), large)))).not.toContain("1020");
  expect(String(thrownBy(() => openPassword(new Uint8Array(765), keyOf(2048))))).not.toContain("1020");
});
