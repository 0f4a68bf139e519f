import { describe, expect, it } from "vitest";
import { admitPlaintext } from "../../lib/crypto/plaintext-gate.ts";
import { SuspectError } from "../../lib/errors.ts";

const fromText = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "utf8"));

describe("a plaintext that passes", () => {
  it.for([
    "Fake-Passw0rd",
    "a b c",
    " ~",
    "пароль",
    "密码🔑",
    "e\u0301 combining",
    "\u00A0no-break space",
    "\uE000 private use",
    "\uFFFD",
    "\u{10FFFD}",
  ])("%j", (text) => {
    const admitted = admitPlaintext(fromText(text), false);
    expect(admitted.secret.reveal()).toBe(text);
    expect(admitted.suspicious).toBeNull();
  });

  it.for([
    [127, null],
    [128, "longer-than-127-bytes"],
  ] as const)("%i bytes: %s", ([length, suspicious]) => {
    expect(admitPlaintext(new Uint8Array(length).fill(0x41), false).suspicious).toBe(suspicious);
  });

  it("127 bytes are counted, not characters", () => {
    expect(admitPlaintext(fromText("ä".repeat(64)), false).suspicious).toBe("longer-than-127-bytes");
  });
});

const hostile: readonly (readonly [string, Uint8Array])[] = [
  ["NUL", fromText("a\0b")],
  ["TAB", fromText("a\tb")],
  ["a newline at the end", fromText("password\n")],
  ["an escape sequence for terminals", fromText("\u001B[2J")],
  ["DEL", fromText("a\u007F")],
  ["a C1 control", fromText("a\u0085")],
  ["CSI as C1", fromText("\u009B31m")],
  ["a right-to-left override", fromText("a\u202Eb")],
  ["a zero-width space", fromText("a\u200Bb")],
  ["a zero-width joiner", fromText("a\u200Db")],
  ["a byte order mark", fromText("\uFEFFabc")],
  ["a soft hyphen", fromText("a\u00ADb")],
  ["a tag character beyond 16 bits", fromText("a\u{E0041}")],
  ["a line separator", fromText("a\u2028b")],
  ["a paragraph separator", fromText("a\u2029b")],
  ["a lone surrogate", Uint8Array.of(0x61, 0xed, 0xa0, 0x80)],
  ["a cut UTF-8 sequence", Uint8Array.of(0x61, 0xe2, 0x82)],
  ["an overlong sequence", Uint8Array.of(0xc0, 0xaf)],
  ["a byte that UTF-8 never uses", Uint8Array.of(0x61, 0xff)],
  ["UTF-16", Uint8Array.from(Buffer.from("Fake", "utf16le"))],
];

describe("a plaintext that is refused", () => {
  it.for(hostile)("%s", ([, message]) => {
    const bytes = Uint8Array.from(message);
    expect(() => admitPlaintext(bytes, false)).toThrow(SuspectError);
    expect(
      [...bytes].every((byte) => byte === 0),
      "the refused text is wiped",
    ).toBe(true);
  });

  it.for(hostile)("%s passes, marked, where unprintable text is allowed", ([, message]) => {
    const admitted = admitPlaintext(Uint8Array.from(message), true);
    expect(admitted.suspicious).toBe("unprintable");
    expect(admitted.secret.bytes()).toEqual(message);
  });

  it("an empty text never passes", () => {
    expect(() => admitPlaintext(new Uint8Array(), true)).toThrow(SuspectError);
  });
});
