import { constants, createPrivateKey, createPublicKey, publicEncrypt } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { openPassword } from "../../lib/crypto/decrypt-password.ts";
import { openExternalAnswer } from "../../lib/crypto/external-answer.ts";
import { BadKeyError, SuspectError, WrongKeyError } from "../../lib/errors.ts";
import { loadPrivateKey } from "../../lib/keys/load.ts";
import type { RsaPrivateKey } from "../../lib/keys/rsa-private-key.ts";
import { encryptRaw, keyPem, vectors } from "./test-vectors.ts";

// The cases of Wycheproof's rsa_pkcs1_*_test.json by their comments, with messages and keys of our own.
const bits = 2048;
const size = bits / 8;
const message = Buffer.from("Fake-Passw0rd");
let key: RsaPrivateKey;
beforeAll(async () => {
  key = await loadPrivateKey(keyPem(bits));
});

const paddingLength = size - 3 - message.length;
const ones = Buffer.alloc(paddingLength, 1);
const withByte = (at: number, value: number): Buffer => {
  const changed = Buffer.from(ones);
  changed[at] = value;
  return changed;
};
const block = (...parts: readonly (Buffer | number)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === "number" ? Buffer.of(part) : part)));

const invalid: readonly (readonly [string, Buffer])[] = [
  ["ps is all 0", block(0, 2, Buffer.alloc(paddingLength), 0, message)],
  ["ps terminated by 0xff", block(0, 2, ones, 0xff, message)],
  ["byte 0 of ps is 0", block(0, 2, withByte(0, 0), 0, message)],
  ["byte 1 of ps is 0", block(0, 2, withByte(1, 0), 0, message)],
  ["byte 7 of ps is 0", block(0, 2, withByte(7, 0), 0, message)],
  ["ps truncated", block(0, 2, Buffer.alloc(7, 1), 0, Buffer.alloc(size - 10, 0x41))],
  ["ps missing", block(0, 2, 0, Buffer.alloc(size - 3, 0x41))],
  ["Block type = 0", block(0, 0, ones, 0, message)],
  ["Block type = 1", block(0, 1, ones, 0, message)],
  ["Block type = 0xff", block(0, 0xff, ones, 0, message)],
  ["First byte is not zero", block(1, 2, ones, 0, message)],
  ["signature padding", block(0, 1, Buffer.alloc(paddingLength, 0xff), 0, message)],
  ["no zero after padding", block(0, 2, Buffer.alloc(size - 2, 1))],
  ["no padding", block(Buffer.alloc(size - message.length), message)],
  ["m = 0", Buffer.alloc(size)],
  ["m = 1", block(Buffer.alloc(size - 1), 1)],
  ["m = 2", block(Buffer.alloc(size - 1), 2)],
];

describe("invalid blocks", () => {
  it.for(invalid)("%s", ([, plain]) => {
    expect(plain).toHaveLength(size);
    expect(() => openPassword(encryptRaw(bits, plain), key)).toThrow(WrongKeyError);
    expect(() => openExternalAnswer(Buffer.alloc(size), Buffer.from(plain), "block", false)).toThrow(
      WrongKeyError,
    );
  });
});

describe("valid blocks", () => {
  it.for([
    ["ps is all 1", block(0, 2, ones, 0, message)],
    ["ps is all 0xff", block(0, 2, Buffer.alloc(paddingLength, 0xff), 0, message)],
    ["byte 8 of ps is 0: the message is longer", block(0, 2, withByte(8, 0), 0x41, message)],
  ] as const)("%s", ([, plain]) => {
    expect(plain).toHaveLength(size);
    const allowUnprintable = true;
    const opened = openPassword(encryptRaw(bits, plain), key, { allowUnprintable });
    const expected = plain.subarray(plain.indexOf(0, 2) + 1);
    expect(Buffer.from(opened.secret.bytes())).toEqual(expected);
    expect(
      Buffer.from(
        openExternalAnswer(Buffer.alloc(size), Buffer.from(plain), "block", allowUnprintable).secret.bytes(),
      ),
    ).toEqual(expected);
  });
});

describe("ciphertexts at the edges", () => {
  const n = Buffer.from(createPrivateKey(keyPem(bits)).export({ format: "jwk" }).n ?? "", "base64url");
  const plus = (difference: number): Buffer => {
    const value = BigInt(`0x${n.toString("hex")}`) + BigInt(difference);
    return Buffer.from(value.toString(16).padStart(size * 2, "0"), "hex");
  };
  const good = Buffer.from(
    vectors.find((vector) => vector.bits === bits && vector.name === "ordinary")!.ciphertext,
    "base64",
  );
  it.for([
    ["c = 0", Buffer.alloc(size)],
    ["c = 1", block(Buffer.alloc(size - 1), 1)],
    ["c = n-1", plus(-1)],
    ["c = n", plus(0)],
    ["c = n+1", plus(1)],
    ["c is all 0xff", Buffer.alloc(size, 0xff)],
    ["ciphertext is empty", Buffer.alloc(0)],
    ["prepended bytes", block(0, good)],
    ["appended bytes", block(good, 0)],
    ["truncated", good.subarray(0, -1)],
    ["the first byte lost", good.subarray(1)],
    ["OAEP with SHA-1", oaep("sha1")],
    ["OAEP with SHA-256", oaep("sha256")],
  ] as const)("%s", ([, ciphertext]) => {
    expect(() => openPassword(ciphertext, key)).toThrow(WrongKeyError);
  });

  function oaep(oaepHash: string): Buffer {
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    return publicEncrypt({ key: createPublicKey(keyPem(bits)), padding, oaepHash }, message);
  }
});

describe("the answer of a key that stays in its hardware", () => {
  const plain = block(0, 2, ones, 0, message);

  it("opens like any other, and the block is wiped", () => {
    const answer = Buffer.from(plain);
    expect(openExternalAnswer(Buffer.alloc(size), answer, "block", false).secret.reveal()).toBe(
      message.toString(),
    );
    expect(answer.every((byte) => byte === 0)).toBe(true);
  });

  it.for([
    ["one byte short", plain.subarray(1)],
    ["one byte long", block(0, plain)],
    ["the message alone", message],
    ["nothing", Buffer.alloc(0)],
  ] as const)("%s: refused", ([, answer]) => {
    expect(() => openExternalAnswer(Buffer.alloc(size), Buffer.from(answer), "block", false)).toThrow(
      BadKeyError,
    );
  });

  it("hostile plaintext is refused", () => {
    const hostile = block(0, 2, Buffer.alloc(size - 3 - 4, 1), 0, Buffer.from("\u001b[2J"));
    expect(() => openExternalAnswer(Buffer.alloc(size), hostile, "block", false)).toThrow(SuspectError);
  });
});
