import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { exampleKeys } from "../keys/examples.ts";
import { lacksTool } from "../tools.ts";
import { expectFailure, jsonAnswer, jsonLines } from "./answers.ts";
import { encryptTo, exampleCiphertext, operatorKey, placeKey, strangerKey, workFolder } from "./key-files.ts";
import { runOnTerminal, runProgram, type RunResult } from "./program.ts";

const { password } = operatorKey;
const blob = exampleCiphertext();

function wrapped(width: number, lineEnd: string): string {
  return blob.replace(new RegExp(`.{1,${width}}`, "g"), `$&${lineEnd}`);
}

const nova = JSON.stringify({ password: blob });
const amazon = JSON.stringify(
  { InstanceId: "i-0", Timestamp: "2026-01-01T00:00:00Z", PasswordData: blob },
  null,
  4,
);

function bundle(name: string | null, ciphertext: string, fingerprint: string | null = null): string {
  return JSON.stringify({
    schema: "winpw-bundle/1",
    fetchedAt: "2026-01-01T00:00:00.000Z",
    server: { api: "v1", region: "r", projectId: "p", id: `id-${name}`, name },
    keyPair: { name: "ops", fingerprint },
    ciphertext,
  });
}

function utf16(text: string, order: "LE" | "BE"): Buffer {
  const bytes = Buffer.from(`\uFEFF${text}`, "utf16le");
  return order === "LE" ? bytes : bytes.swap16();
}

/** The same input by file, by `-`, and by standard input without an operand. */
async function everyWay(input: string | Uint8Array, ...more: string[]): Promise<readonly RunResult[]> {
  const folder = workFolder();
  const key = placeKey(folder);
  const file = join(folder, "input");
  writeFileSync(file, input);
  return [
    await runProgram(["decrypt", file, "--key", key, ...more]),
    await runProgram(["decrypt", "-", "--key", key, ...more], { stdin: input }),
    await runProgram(["decrypt", "--key", key, ...more], { stdin: input }),
  ];
}

async function byFile(input: string | Uint8Array, ...more: string[]): Promise<RunResult> {
  const folder = workFolder();
  const file = join(folder, "input");
  writeFileSync(file, input);
  return runProgram(["decrypt", file, "--key", placeKey(folder), ...more]);
}

describe("the forms a ciphertext comes in", () => {
  it.each([
    ["bare base64", blob],
    ["bare base64 with a last line feed", `${blob}\n`],
    ["60 columns, LF", wrapped(60, "\n")],
    ["60 columns, CRLF", wrapped(60, "\r\n")],
    ["64 columns, LF", wrapped(64, "\n")],
    ["64 columns, CRLF", wrapped(64, "\r\n")],
    ["76 columns, LF", wrapped(76, "\n")],
    ["76 columns, CRLF", wrapped(76, "\r\n")],
    ["every kind of ASCII whitespace", wrapped(10, " \t\r\n\v\f")],
    ["indented", wrapped(64, "\n").replace(/^/gm, "    ")],
    ["JSON of OpenStack and Huawei Cloud", nova],
    ["the same with a wrapped value", JSON.stringify({ password: wrapped(64, "\r\n") })],
    ["the same with CRLF after it", `${nova}\r\n`],
    ["JSON of aws ec2 get-password-data", amazon],
    ["a bundle", bundle("web", blob)],
    ["a bundle with CRLF after it", `${bundle("web", blob)}\r\n`],
    ["UTF-8 with a BOM", Buffer.from(`\uFEFF${blob}\r\n`)],
    ["JSON in UTF-8 with a BOM", Buffer.from(`\uFEFF${nova}`)],
    ["UTF-16LE with a BOM, as PowerShell writes it", utf16(`${blob}\r\n`, "LE")],
    ["UTF-16BE with a BOM", utf16(`${blob}\r\n`, "BE")],
    ["wrapped, in UTF-16LE", utf16(wrapped(76, "\r\n"), "LE")],
    ["JSON in UTF-16LE", utf16(`${amazon}\r\n`, "LE")],
    ["JSON in UTF-16BE", utf16(nova, "BE")],
    ["a bundle in UTF-16LE", utf16(`${bundle("web", blob)}\r\n`, "LE")],
  ])("%s", async (_name, input) => {
    for (const run of await everyWay(input)) {
      expect(run, run.stderr).toMatchObject({ code: 0, stderr: "" });
      expect(run.stdout.toString("utf8")).toBe(password);
    }
  });

  it("--blob, wrapped or not, and as JSON", async () => {
    const key = placeKey(workFolder());
    for (const text of [blob, wrapped(76, "\n"), nova]) {
      const run = await runProgram(["decrypt", "--blob", text, "--key", key]);
      expect(run.stdout.toString("utf8"), run.stderr).toBe(password);
    }
  });

  it("several bundles are JSON Lines, also with an empty line between and in UTF-16", async () => {
    const lines = [bundle("one", blob), "", bundle("two", encryptTo("two-Pa55word")), ""].join("\r\n");
    for (const input of [lines, utf16(lines, "LE")]) {
      const run = await byFile(input, "--reveal");
      expect(run).toMatchObject({ code: 0, stderr: "" });
      expect(jsonLines(run).map((answer) => [answer.server?.name, answer.password])).toEqual([
        ["one", password],
        ["two", "two-Pa55word"],
      ]);
      expectFailure(await byFile(input), "ERR_USAGE", /--reveal/);
    }
  });

  it("several bundles into --out-dir", async () => {
    const folder = workFolder();
    const run = await byFile(
      `${bundle("one", blob)}\n${bundle("two", encryptTo("two"))}`,
      "--out-dir",
      folder,
    );
    expect(run.code, run.stderr).toBe(0);
    expect(jsonLines(run).map(({ delivered }) => delivered[0]?.durable)).toEqual([true, true]);
  });

  it("a bad one among several is told, the others go on: exit 10", async () => {
    const lines = [bundle("a", ""), bundle("b", blob), bundle("c", encryptTo("x", strangerKey))].join("\n");
    const run = await byFile(lines, "--reveal");
    expect(run.code).toBe(10);
    expect(jsonLines(run).map(({ error }) => error?.exit ?? 0)).toEqual([3, 0, 6]);
  });

  it("an answer under --json names the server of the bundle", async () => {
    const run = await byFile(bundle("web", blob), "--json");
    expect(jsonAnswer(run)).toMatchObject({
      action: "decrypt",
      changed: false,
      cleared: null,
      server: { api: "v1", region: "r", projectId: "p", id: "id-web", name: "web" },
    });
  });
});

describe("nothing there: exit 3", () => {
  it.each([
    ["an empty file", ""],
    ["only whitespace", " \r\n\n"],
    ["only a BOM", utf16("", "LE")],
    ["an empty password", JSON.stringify({ password: "" })],
    ["a null password", JSON.stringify({ password: null })],
    ["an empty PasswordData", JSON.stringify({ InstanceId: "i-0", PasswordData: "" })],
    ["an empty bundle", bundle("web", "")],
    ["an empty list", "[]"],
  ])("%s", async (_name, input) => {
    for (const run of await everyWay(input)) expectFailure(run, "ERR_NOT_READY", /./);
  });

  it("an empty --blob", async () => {
    const run = await runProgram(["decrypt", "--blob", "", "--key", placeKey(workFolder())]);
    expectFailure(run, "ERR_NOT_READY", /./);
  });
});

describe("no ciphertext at all: exit 15", () => {
  it.each([
    ["a sentence", "hello, this is no base64"],
    ["URL-safe base64", blob.replaceAll("+", "-").replaceAll("/", "_").replace(/^./, "-")],
    ["a missing padding", blob.replace(/=+$/, "")],
    ["one character too many", `${blob}A`],
    ["a foreign character in it", `${blob.slice(0, 40)}*${blob.slice(41)}`],
    ["a no-break space in it", `${blob.slice(0, 40)}\u00A0${blob.slice(40)}`],
    ["JSON without any", JSON.stringify({ nope: blob })],
    ["JSON that is a number", JSON.stringify({ password: 7 })],
    ["JSON that is cut", nova.slice(0, -9)],
    ["bytes that are no text", Buffer.from([0x80, 0xff, 0x00, 0x12])],
    ["half a UTF-16 character", Buffer.from([0xff, 0xfe, 0x41])],
    ["UTF-16 without a BOM", Buffer.from(blob, "utf16le")],
    [
      "a bundle with another digest",
      bundle("web", blob)
        .replace("}", "")
        .replace('"ciphertext"', `"ciphertextSha256":"${"0".repeat(64)}","ciphertext"`),
    ],
  ])("%s", async (_name, input) => {
    expectFailure(await byFile(input), "ERR_SUSPECT", /./);
  });
});

describe("sizes", () => {
  const ofSize = (bytes: number): string => Buffer.alloc(bytes, 0x5a).toString("base64");

  it.each([
    [1, "ERR_SUSPECT"],
    [127, "ERR_SUSPECT"],
    [128, "ERR_WRONG_KEY"],
    [255, "ERR_WRONG_KEY"],
    [257, "ERR_WRONG_KEY"],
    [2048, "ERR_WRONG_KEY"],
    [2049, "ERR_SUSPECT"],
    [100_000, "ERR_SUSPECT"],
  ] as const)("%i bytes: %s", async (bytes, code) => {
    const run = await byFile(ofSize(bytes));
    expectFailure(run, code, /./);
    if (code === "ERR_WRONG_KEY") expect(run.stderr).toContain(operatorKey.sha256);
  });

  it("a value not below the modulus", async () => {
    expectFailure(await byFile(Buffer.alloc(256, 0xff).toString("base64")), "ERR_WRONG_KEY", /./);
  });

  it("an input without end is refused, not read", async () => {
    const run = await byFile("A".repeat(17 * 1024 * 1024));
    expect([2, 15]).toContain(run.code);
  });
});

describe("a ciphertext that does not open", () => {
  function flipped(bit: number): string {
    const bytes = Buffer.from(blob, "base64");
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return bytes.toString("base64");
  }

  it.each([0, 7, 1024, 2047])("with bit %i flipped: 6, one sentence for all", async (bit) => {
    const run = await byFile(flipped(bit));
    expectFailure(run, "ERR_WRONG_KEY", /another key, or a damaged ciphertext/);
    expect(run.stderr).toContain(operatorKey.sha256);
  });

  it.each([
    ["MD5", operatorKey.md5],
    ["SHA-256", operatorKey.sha256],
  ])("damaged, and the bundle knows that the key is the right one by %s: 15", async (_name, fingerprint) => {
    expectFailure(await byFile(bundle("web", flipped(9), fingerprint)), "ERR_SUSPECT", /damaged/);
  });

  it("a bundle of another key pair: 6, both fingerprints", async () => {
    const run = await byFile(bundle("web", encryptTo("x", strangerKey), strangerKey.md5));
    expectFailure(run, "ERR_WRONG_KEY", /./);
    expect(run.stderr).toContain(operatorKey.sha256);
    expect(run.stderr).toContain(strangerKey.md5);
  });

  it("a bundle whose fingerprint is hostile text is escaped", async () => {
    const run = await byFile(bundle("web", flipped(9), "\u001B[2J\u202Eaa"));
    expect(run.code).toBe(6);
    expect(run.stderr).not.toContain("\u001B");
    expect(run.stderr).not.toContain("\u202E");
  });

  it("every example key opens its own ciphertext, and no other key's", async () => {
    const folder = workFolder();
    const [own, other] = exampleKeys.filter(({ passphrase }) => passphrase === null);
    if (own === undefined || other === undefined) throw new Error("two keys without passphrase are needed");
    const wrong = await runProgram([
      "decrypt",
      "--blob",
      exampleCiphertext(other),
      "--key",
      placeKey(folder, own),
    ]);
    expectFailure(wrong, "ERR_WRONG_KEY", /./);
  });

  it("two keys: the one that fits opens it and is named", async () => {
    const folder = workFolder();
    const keys = ["--key", placeKey(folder, strangerKey), "--key", placeKey(folder)];
    const run = await runProgram(["decrypt", "--blob", blob, ...keys, "--json"]);
    expect(jsonAnswer(run)).toMatchObject({ password, key: { source: keys[3], sha256: operatorKey.sha256 } });
    const none = await runProgram([
      "decrypt",
      "--blob",
      encryptTo("x", operatorKey).replace(/^..../, "AAAA"),
      ...keys,
    ]);
    expectFailure(none, "ERR_WRONG_KEY", /./);
    expect(none.stderr).toContain(strangerKey.sha256);
    expect(none.stderr).toContain(operatorKey.sha256);
  });
});

describe("where the input comes from", () => {
  it.skipIf(lacksTool("script"))("script: no FILE on a terminal is exit 2, and says what to do", async () => {
    const run = await runOnTerminal(["decrypt", "--key", placeKey(workFolder())]);
    expect(run.code).toBe(2);
    expect(run.stdout.toString("utf8")).toMatch(/winpw: error ERR_USAGE: .*(--blob|file)/);
  });

  it("a folder is no file", async () => {
    const folder = workFolder();
    expectFailure(await runProgram(["decrypt", folder, "--key", placeKey(folder)]), "ERR_USAGE", /EISDIR/);
  });

  it("--blob and standard input are not both asked for", async () => {
    const run = await runProgram(["decrypt", "-", "--blob", blob, "--key", placeKey(workFolder())]);
    expectFailure(run, "ERR_USAGE", /--blob/);
  });

  it("needs no network and no credentials, and takes none from the environment", async () => {
    const env = { OS_AUTH_URL: "http://203.0.113.1/v3", OS_USERNAME: "x", OS_PASSWORD: "y", OS_TOKEN: "z" };
    const run = await runProgram(["decrypt", "--blob", blob, "--key", placeKey(workFolder())], { env });
    expect(run).toMatchObject({ code: 0, stderr: "" });
  });
});
