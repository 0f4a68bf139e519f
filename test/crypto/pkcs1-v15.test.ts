import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeEmePkcs1v15 } from "../../lib/crypto/pkcs1-v15.ts";
import { encodeBlock, referenceDecode } from "./rfc8017-reference.ts";

const slow = (process.env["SLOW"] ?? "") !== "";
const size = 128;
const message = Buffer.from("Fake-Passw0rd");
const nonZero = (length: number): number[] => Array.from({ length }, (_, index) => (index % 255) + 1);
const fillTo = (total: number, rest: number): number[] => nonZero(total - rest);

describe("decodeEmePkcs1v15 accepts", () => {
  it.for([
    ["an empty message", Buffer.alloc(0)],
    ["one byte", Buffer.from("F")],
    ["the longest message, with exactly eight bytes of padding", Buffer.alloc(size - 11, 0x41)],
    ["a message that begins with a zero byte", Buffer.from([0, 0x41, 0, 0])],
    ["an ordinary message", message],
  ] as const)("%s", ([, text]) => {
    const block = encodeBlock({ padding: fillTo(size, 3 + text.length), message: text });
    expect(block).toHaveLength(size);
    expect(decodeEmePkcs1v15(block)).toEqual(Uint8Array.from(text));
  });

  it("the result is a copy that survives the wiping of the block", () => {
    const block = Buffer.from(encodeBlock({ padding: nonZero(20), message }));
    const decoded = decodeEmePkcs1v15(block);
    block.fill(0);
    expect(decoded).toEqual(Uint8Array.from(message));
  });
});

describe("decodeEmePkcs1v15 gives null for", () => {
  const good = { padding: nonZero(40), message };
  it.for([
    ["a first byte of 1", encodeBlock({ ...good, lead: 1 })],
    ["a first byte of 128", encodeBlock({ ...good, lead: 0x80 })],
    ["block type 0", encodeBlock({ ...good, type: 0 })],
    ["block type 1 (signatures)", encodeBlock({ ...good, type: 1 })],
    ["block type 3", encodeBlock({ ...good, type: 3 })],
    ["block type 0x82: all bits count", encodeBlock({ ...good, type: 0x82 })],
    ["no separator at all", encodeBlock({ padding: nonZero(126), separator: [], message: Buffer.alloc(0) })],
    ["seven bytes of padding", encodeBlock({ padding: nonZero(7), message })],
    ["no padding", encodeBlock({ padding: [], message })],
    ["a zero as the first byte of padding", encodeBlock({ padding: [0, ...nonZero(40)], message })],
    [
      "a zero as the eighth byte of padding",
      encodeBlock({ padding: [...nonZero(7), 0, ...nonZero(30)], message }),
    ],
    ["nothing", new Uint8Array()],
    ["one zero byte", Uint8Array.of(0)],
    ["only the two leading bytes", Uint8Array.of(0, 2)],
    ["zeros only", new Uint8Array(size)],
    ["OAEP's leading zero with random bytes", Uint8Array.of(0, ...nonZero(127).toReversed())],
  ] as const)("%s", ([, block]) => {
    expect(decodeEmePkcs1v15(block)).toBeNull();
    expect(referenceDecode(block)).toBe("decryption error");
  });
});

it("agrees with the reference written from RFC 8017 on blocks with few and many faults", () => {
  const byte = fc.oneof(fc.constantFrom(0, 1, 2, 3, 255), fc.nat(255));
  const nearlyGood = fc
    .record({
      lead: fc.constantFrom(0, 0, 0, 1),
      type: fc.constantFrom(2, 2, 2, 1),
      padding: fc.array(fc.oneof({ weight: 20, arbitrary: fc.integer({ min: 1, max: 255 }) }, byte), {
        maxLength: 30,
      }),
      separator: fc.constantFrom([0], [0], []),
      message: fc.uint8Array({ maxLength: 20 }),
    })
    .map(encodeBlock);
  const anything = fc.array(byte, { maxLength: 40 }).map((bytes) => Uint8Array.from(bytes));
  fc.assert(
    fc.property(fc.oneof(nearlyGood, anything), (block) => {
      expect(decodeEmePkcs1v15(block) ?? "decryption error").toEqual(referenceDecode(block));
    }),
    { numRuns: slow ? 200_000 : 5_000 },
  );
});
