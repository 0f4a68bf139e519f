import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lacksTool } from "../tools.ts";
import { expectFailure, jsonAnswer, linesOf } from "./answers.ts";
import { encryptTo, placeKey, workFolder } from "./key-files.ts";
import { runOnTerminal, runProgram, runShell, type RunResult } from "./program.ts";
import { readyServer, serverId, windowsCloud } from "./windows-cloud.ts";

async function decrypt(plaintext: string | Uint8Array, ...more: string[]): Promise<RunResult> {
  return runProgram(["decrypt", "--blob", encryptTo(plaintext), "--key", placeKey(workFolder()), ...more]);
}

const hostile: readonly (readonly [string, string | Uint8Array])[] = [
  ["a line feed at the end", "Pa55word\n"],
  ["a line feed inside", "Pa55\nword"],
  ["a carriage return", "Pa55\rword"],
  ["a tab", "Pa55\tword"],
  ["NUL", "Pa55\u0000word"],
  ["ESC", "\u001B[2J\u001B[1;1HPa55word"],
  ["DEL", "Pa55word\u007F"],
  ["a C1 control (CSI in one character)", "\u009B2JPa55word"],
  ["a right-to-left override", "Pa55\u202Edrow"],
  ["a right-to-left mark", "Pa55\u200Fword"],
  ["an isolate", "\u2066Pa55word\u2069"],
  ["a zero-width space", "Pa55\u200Bword"],
  ["a zero-width joiner", "Pa55\u200Dword"],
  ["a soft hyphen", "Pa55\u00ADword"],
  ["a BOM", "\uFEFFPa55word"],
  ["a tag character beyond the BMP", "Pa55\u{E0041}word"],
  ["a line separator", "Pa55\u2028word"],
  ["a paragraph separator", "Pa55\u2029word"],
  ["malformed UTF-8", Buffer.from([0x50, 0xff, 0xfe, 0x50])],
  ["overlong UTF-8", Buffer.from([0x50, 0xc0, 0xaf, 0x50])],
  ["half a surrogate pair in UTF-8", Buffer.from([0x50, 0xed, 0xa0, 0x80, 0x50])],
  ["a cut UTF-8 sequence", Buffer.from([0x50, 0xe2, 0x82])],
];

describe("a plaintext that no password generator makes", () => {
  it.each(hostile)("%s: exit 15, nothing of it shown", async (_name, plaintext) => {
    for (const more of [[], ["--json"]]) {
      const run = await decrypt(plaintext, ...more);
      expectFailure(run, "ERR_SUSPECT", /./, "any");
      expect(run.stderr).not.toMatch(/Pa55|drow/);
      if (more.length === 0) expect(run.stdout.toString("utf8")).toBe("");
      else expect(jsonAnswer(run)).toMatchObject({ ok: false, password: null, delivered: [] });
    }
  });

  it.each(hostile)("%s: not into a file either", async (_name, plaintext) => {
    const folder = workFolder();
    expectFailure(await decrypt(plaintext, "--out", join(folder, "pw")), "ERR_SUSPECT", /./);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each(hostile)(
    "%s: --allow-unprintable passes the very bytes to a pipe and a file",
    async (_name, plaintext) => {
      const folder = workFolder();
      const out = join(folder, "pw");
      const piped = await decrypt(plaintext, "--allow-unprintable");
      expect(piped.code, piped.stderr).toBe(0);
      expect(piped.stdout.equals(Buffer.from(plaintext))).toBe(true);
      const filed = await decrypt(plaintext, "--allow-unprintable", "--out", out, "--json");
      expect(jsonAnswer(filed).suspicious).not.toBeNull();
      expect(readFileSync(out).equals(Buffer.from(plaintext))).toBe(true);
    },
  );

  it("an empty text: exit 15, also with --allow-unprintable", async () => {
    expectFailure(await decrypt(""), "ERR_SUSPECT", /empty/);
    expectFailure(await decrypt("", "--allow-unprintable"), "ERR_SUSPECT", /empty/);
  });

  it("control characters in an answer object are escaped as JSON does", async () => {
    const run = await decrypt("\u001B[2Jx\u2028", "--allow-unprintable", "--json");
    expect(run.code).toBe(0);
    expect(run.stdout.includes(0x1b)).toBe(false);
    expect(jsonAnswer(run)).toMatchObject({ password: "\u001B[2Jx\u2028", suspicious: "unprintable" });
  });

  it("bytes that are no text cannot stand in JSON: exit 15, one whole object", async () => {
    const run = await decrypt(Buffer.from([0x50, 0xff]), "--allow-unprintable", "--json");
    expectFailure(run, "ERR_SUSPECT", /UTF-8/, "any");
    expect(jsonAnswer(run)).toMatchObject({ ok: false, password: null });
  });

  it("from the cloud with --clear: nothing is cleared", async () => {
    const cloud = await windowsCloud({ servers: [readyServer(1, "Pa55\u202Edrow")] });
    const args = ["get", "win-1", "--key", placeKey(workFolder()), "--clear"];
    expectFailure(await runProgram(args, { env: cloud.env }), "ERR_SUSPECT", /./);
    expect(cloud.passwordCalls(serverId(1))).toEqual(["GET 200"]);
  });
});

describe.skipIf(lacksTool("script"))("script: a terminal", () => {
  it.each(hostile)("never gets %s", async (_name, plaintext) => {
    const folder = workFolder();
    const args = [
      "decrypt",
      "--blob",
      encryptTo(plaintext),
      "--key",
      placeKey(folder),
      "--allow-unprintable",
    ];
    const run = await runOnTerminal(args);
    expect(run.code).toBe(15);
    expect(run.stdout.toString("utf8")).not.toMatch(/Pa55|drow/);
  });

  it("gets no control character of a JSON answer raw", async () => {
    const text = "\u001B[2J\u009B2J\u202Ex\u200B\u2028";
    const args = [
      "decrypt",
      "--blob",
      encryptTo(text),
      "--key",
      placeKey(workFolder()),
      "--allow-unprintable",
    ];
    const run = await runOnTerminal([...args, "--json"]);
    const screen = run.stdout.toString("utf8");
    for (const character of ["\u001B", "\u009B", "\u202E", "\u200B", "\u2028"])
      expect(screen).not.toContain(character);
  });

  it("gets no control character of a server's name raw, in an answer object", async () => {
    const name = "w\u001B\u009B2J\u202E\u200B\u2028\u{E0041}x";
    const cloud = await windowsCloud({ servers: [{ ...readyServer(1), name }] });
    const args = ["get", serverId(1), name, "--key", placeKey(workFolder()), "--reveal"];
    const run = await runOnTerminal(args, { env: cloud.env });
    expect(run.code).toBe(0);
    const screen = run.stdout.toString("utf8");
    for (const character of name.replace(/[\w]/g, "")) expect(screen).not.toContain(character);
    const answers = screen
      .trim()
      .split("\r\n")
      .map((line) => JSON.parse(line) as { server: { name: string | null } });
    expect(answers[1]?.server.name).toBe(name);
  });

  it("gets no hostile password when stdout is a pipe but stderr the terminal", async () => {
    const folder = workFolder();
    const args = [
      "decrypt",
      "--blob",
      encryptTo("\u001B[2Jx"),
      "--key",
      placeKey(folder),
      "--allow-unprintable",
    ];
    const run = await runOnTerminal(args, { redirect: `> ${folder}/pw` });
    expect(run.code).toBe(0);
    expect(run.stdout.includes(0x1b)).toBe(false);
    expect(readFileSync(join(folder, "pw"), "utf8")).toBe("\u001B[2Jx");
  });
});

describe("a plaintext that is only odd", () => {
  it.each([
    ["127 bytes", "x".repeat(127), null],
    ["128 bytes", "x".repeat(128), "longer-than-127-bytes"],
    ["245 bytes, the most that a key of 2048 bits takes", "x".repeat(245), "longer-than-127-bytes"],
    ["127 bytes of two each", `${"é".repeat(63)}x`, null],
    ["128 bytes of two each", "é".repeat(64), "longer-than-127-bytes"],
  ])("%s", async (_name, plaintext, suspicious) => {
    const run = await decrypt(plaintext);
    expect(run.code).toBe(0);
    expect(run.stdout.toString("utf8")).toBe(plaintext);
    expect(linesOf(run).length).toBe(suspicious === null ? 0 : 1);
    expect(jsonAnswer(await decrypt(plaintext, "--json")).suspicious).toBe(suspicious);
  });

  it.each([
    "x",
    " leading and trailing ",
    "é漢字🙂",
    "\u00A0\u3000",
    "-n",
    "--json",
    "%s%n$(id)`id`\\n",
    "'\"<>&|;",
  ])("%j passes as it is", async (plaintext) => {
    const run = await decrypt(plaintext);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout.toString("utf8")).toBe(plaintext);
  });

  it("is the same through a pipeline", async () => {
    const run = await runShell('winpw decrypt --blob "$BLOB" --key "$KEY" | cat', {
      env: { BLOB: encryptTo("$(reboot) *"), KEY: placeKey(workFolder()) },
    });
    expect(run.stdout.toString("utf8")).toBe("$(reboot) *");
  });
});
