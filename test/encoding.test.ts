import { array, assert, constantFrom, property, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeBase64,
  decodeTextFile,
  decodeUtf8,
  encodeBase64,
  encodeHex,
  EncodingError,
} from "../lib/encoding.ts";

describe("base64", () => {
  // RFC 4648 section 10.
  it.for([
    ["", ""],
    ["f", "Zg=="],
    ["fo", "Zm8="],
    ["foo", "Zm9v"],
    ["foob", "Zm9vYg=="],
    ["fooba", "Zm9vYmE="],
    ["foobar", "Zm9vYmFy"],
  ] as const)("%j is %j", ([text, base64]) => {
    expect(encodeBase64(Buffer.from(text))).toBe(base64);
    expect(Buffer.from(decodeBase64(base64)).toString()).toBe(text);
  });

  it("of any bytes comes back, however it is broken up by ASCII white space", () => {
    const space = array(constantFrom(" ", "\t", "\r", "\n", "\v", "\f"), { maxLength: 3 });
    assert(
      property(uint8Array({ maxLength: 64 }), array(space), (bytes, gaps) => {
        const text = encodeBase64(bytes)
          .split("")
          .map((one, at) => one + (gaps[at] ?? []).join(""))
          .join("");
        expect(decodeBase64(text)).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it.for([
    ["missing padding", "Zg"],
    ["half the padding", "Zg="],
    ["surplus padding", "Zm9v===="],
    ["one more padding", "Zm8=="],
    ["padding in the middle", "Zg==Zg=="],
    ["padding alone", "===="],
    ["stray bits", "Zh=="],
    ["stray bits in the last but one", "Zm9="],
    ["one character", "Z"],
    ["five characters", "Zm9vY"],
    ["the URL alphabet", "_-__"],
    ["a foreign character", "Zm9v*"],
    ["a no-break space", "Zm9v\u00A0"],
    ["a zero-width space", "Zm9v\u200B"],
    ["a line separator", "Zm9v\u2028"],
    ["a NUL", "Zm9v\0"],
    ["a BOM", "\uFEFFZm9v"],
    ["full-width letters", "Ｚｍ９ｖ"],
  ] as const)("%s is refused, though Node would take it", ([, text]) => {
    expect(() => decodeBase64(text)).toThrow(EncodingError);
  });

  it("takes exactly the view it is given", () => {
    const bytes = Uint8Array.of(1, 2, 3, 4).subarray(1, 3);
    expect([encodeBase64(bytes), encodeHex(bytes)]).toEqual(["AgM=", "0203"]);
  });
});

it("hexadecimal is lower case with leading zeros", () => {
  expect(encodeHex(Uint8Array.of(0, 0x0a, 0xff))).toBe("000aff");
});

describe("UTF-8", () => {
  it("keeps a BOM and everything else", () => {
    expect(decodeUtf8(Buffer.from("\uFEFFß密😀\0"))).toBe("\uFEFFß密😀\0");
  });

  it.for([
    ["a lone continuation", [0x80]],
    ["a cut sequence", [0xe5, 0xaf]],
    ["an overlong slash", [0xc0, 0xaf]],
    ["a surrogate", [0xed, 0xa0, 0x80]],
    ["beyond Unicode", [0xf4, 0x90, 0x80, 0x80]],
    ["a byte that never occurs", [0xff]],
  ] as const)("refuses %s", ([, bytes]) => {
    expect(() => decodeUtf8(Uint8Array.from(bytes))).toThrow(EncodingError);
  });
});

describe("a text file", () => {
  const text = "Zm9v\r\nß密😀";
  it.for([
    ["UTF-8", Buffer.from(text)],
    ["UTF-8 with BOM", Buffer.from(`\uFEFF${text}`)],
    ["UTF-16LE with BOM", Buffer.from(`\uFEFF${text}`, "utf16le")],
    ["UTF-16BE with BOM", Buffer.from(`\uFEFF${text}`, "utf16le").swap16()],
  ] as const)("in %s", ([, bytes]) => {
    expect(decodeTextFile(bytes)).toBe(text);
  });

  it("loses one BOM, not two", () => {
    expect(decodeTextFile(Buffer.from("\uFEFF\uFEFFx"))).toBe("\uFEFFx");
  });

  it.for([
    ["UTF-16 without BOM", Buffer.from("Zm9vß", "utf16le")],
    ["Latin-1", Buffer.from("ß", "latin1")],
    ["half a UTF-16 character", Uint8Array.of(0xff, 0xfe, 0x41)],
    ["a lone surrogate", Uint8Array.of(0xff, 0xfe, 0x00, 0xd8)],
  ] as const)("%s is refused", ([, bytes]) => {
    expect(() => decodeTextFile(bytes)).toThrow(EncodingError);
  });

  it("may be empty", () => {
    expect([decodeTextFile(new Uint8Array()), decodeTextFile(Buffer.from("\uFEFF"))]).toEqual(["", ""]);
  });
});
