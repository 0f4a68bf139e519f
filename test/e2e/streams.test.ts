import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lacksTool } from "../tools.ts";
import { expectFailure, jsonAnswer, jsonLines } from "./answers.ts";
import { encryptTo, exampleCiphertext, operatorKey, placeKey, strangerKey, workFolder } from "./key-files.ts";
import { runOnTerminal, runProgram, runShell } from "./program.ts";
import {
  bootingServer,
  loginPassword,
  readyServer,
  serverId,
  serverPassword,
  windowsCloud,
} from "./windows-cloud.ts";

const secrets = { canaries: [loginPassword], stdoutOnly: [serverPassword] };

function decryptArgs(folder: string, ...more: string[]): string[] {
  return ["decrypt", "--blob", encryptTo(serverPassword), "--key", placeKey(folder), ...more];
}

describe("one password", () => {
  it("is its exact bytes on a pipe, and stderr stays empty", async () => {
    const run = await runProgram(decryptArgs(workFolder()), secrets);
    expect({ ...run, stdout: run.stdout.toString("utf8") }).toMatchObject({
      code: 0,
      stdout: serverPassword,
      stderr: "",
    });
  });

  it("is its exact bytes in a file that stdout is redirected to", async () => {
    const folder = workFolder();
    const key = placeKey(folder);
    const run = await runShell(
      `winpw decrypt --blob ${encryptTo(serverPassword)} --key ${key} > ${folder}/out`,
    );
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(readFileSync(join(folder, "out"), "utf8")).toBe(serverPassword);
  });

  it("is appended to a file opened for that", async () => {
    const folder = workFolder();
    const key = placeKey(folder);
    writeFileSync(join(folder, "out"), "before\n");
    await runShell(`winpw decrypt --blob ${encryptTo(serverPassword)} --key ${key} >> ${folder}/out`);
    expect(readFileSync(join(folder, "out"), "utf8")).toBe(`before\n${serverPassword}`);
  });

  it("ends with a line feed where --newline asks for it", async () => {
    const run = await runProgram(decryptArgs(workFolder(), "--newline"), secrets);
    expect(run.stdout.toString("utf8")).toBe(`${serverPassword}\n`);
    const folder = workFolder();
    const out = join(folder, "out");
    await runProgram(decryptArgs(folder, "--newline", "--out", out), secrets);
    expect(readFileSync(out, "utf8")).toBe(`${serverPassword}\n`);
  });

  it("comes from the cloud the same way, without a word on stderr", async () => {
    const cloud = await windowsCloud();
    const key = placeKey(workFolder());
    for (const name of ["win-1", serverId(1)]) {
      const run = await runProgram(["get", name, "--key", key], { env: cloud.env, ...secrets });
      expect(run).toMatchObject({ code: 0, stderr: "" });
      expect(run.stdout.toString("utf8")).toBe(serverPassword);
    }
  });

  it("shows facts instead where a file takes it", async () => {
    const folder = workFolder();
    const out = join(folder, "out");
    const run = await runProgram(decryptArgs(folder, "--out", out), { canaries: [serverPassword] });
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout.toString("utf8")).toContain(out);
    expect(run.stdout.toString("utf8")).toContain(operatorKey.sha256);
  });

  it("takes relative paths from the current folder", async () => {
    const folder = workFolder();
    placeKey(folder);
    writeFileSync(join(folder, "blob"), exampleCiphertext());
    const run = await runProgram(["decrypt", "blob", "--key", "pkcs8.pem", "--out", "got"], { cwd: folder });
    expect(run.code, run.stderr).toBe(0);
    expect(readFileSync(join(folder, "got"), "utf8")).toBe(operatorKey.password);
  });

  it("stands in one object under --json, with everything known about it", async () => {
    const cloud = await windowsCloud();
    const key = placeKey(workFolder());
    const run = await runProgram(["get", "win-1", "--key", key, "--json"], { env: cloud.env, ...secrets });
    expect(run).toMatchObject({ code: 0, stderr: "" });
    const answer = jsonAnswer(run);
    expect(answer).toMatchObject({
      ok: true,
      action: "get",
      changed: false,
      server: { api: "v1", region: "loopback-1", id: serverId(1), name: "win-1" },
      key: {
        source: key,
        container: "pkcs8-pem",
        bits: 2048,
        sha256: operatorKey.sha256,
        md5: operatorKey.md5,
      },
      ciphertext: { bytes: 256 },
      password: serverPassword,
      suspicious: null,
      delivered: [{ sink: "stdout", locator: null, durable: false }],
      cleared: false,
      verdict: "ready",
      error: null,
    });
    expect(answer.requestIds.length).toBeGreaterThan(0);
    expect(answer.ciphertext?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(answer.server?.projectId).not.toBeNull();
  });

  it("is not in the object where a file took it, and the file is named as durable", async () => {
    const folder = workFolder();
    const out = join(folder, "out");
    const run = await runProgram(decryptArgs(folder, "--out", out, "--json"), { canaries: [serverPassword] });
    const { password, delivered } = jsonAnswer(run);
    expect(password).toBeNull();
    expect(delivered).toEqual([{ sink: "file", locator: out, durable: true }]);
  });

  it("is said to be durable where stdout is a regular file", async () => {
    const folder = workFolder();
    const key = placeKey(folder);
    await runShell(`winpw decrypt --json --blob ${encryptTo("x")} --key ${key} > ${folder}/out`);
    const answer = JSON.parse(readFileSync(join(folder, "out"), "utf8")) as { delivered: unknown };
    expect(answer.delivered).toEqual([{ sink: "stdout", locator: null, durable: true }]);
  });
});

describe.skipIf(lacksTool("script"))("script: on a terminal", () => {
  it("a password ends with a line feed", async () => {
    const run = await runOnTerminal(decryptArgs(workFolder()));
    expect(run.code).toBe(0);
    expect(run.stdout.toString("utf8")).toBe(`${serverPassword}\r\n`);
  });

  it("one line feed is enough, also with --newline", async () => {
    const run = await runOnTerminal(decryptArgs(workFolder(), "--newline"));
    expect(run.stdout.toString("utf8")).toBe(`${serverPassword}\r\n`);
  });

  it("a file that stdout is redirected to is no terminal", async () => {
    const folder = workFolder();
    const run = await runOnTerminal(decryptArgs(folder), { redirect: `> ${folder}/out` });
    expect(run.stdout.toString("utf8")).toBe("");
    expect(readFileSync(join(folder, "out"), "utf8")).toBe(serverPassword);
  });

  it.each([{ NO_COLOR: "1" }, { TERM: "dumb" }, { TERM: "xterm-256color" }])(
    "no escape sequence is sent with %o",
    async (env) => {
      const folder = workFolder();
      const stranger = placeKey(folder, strangerKey);
      const failed = await runOnTerminal(["decrypt", "--blob", exampleCiphertext(), "--key", stranger], {
        env,
      });
      expect(failed.code).toBe(6);
      const help = await runOnTerminal(["--help"], { env });
      const good = await runOnTerminal(decryptArgs(folder), { env });
      for (const { stdout } of [failed, help, good]) expect(stdout.includes(0x1b)).toBe(false);
    },
  );
});

describe("several passwords", () => {
  it("are JSON Lines under --reveal, in the order of the operands", async () => {
    const cloud = await windowsCloud({ servers: [readyServer(1), readyServer(2, "second-Pa55word")] });
    const key = placeKey(workFolder());
    const run = await runProgram(["get", "win-2", "win-1", "--key", key, "--reveal"], { env: cloud.env });
    expect(run).toMatchObject({ code: 0, stderr: "" });
    const answers = jsonLines(run);
    expect(answers.map(({ server, password }) => [server?.name, password])).toEqual([
      ["win-2", "second-Pa55word"],
      ["win-1", serverPassword],
    ]);
  });

  it("are refused without --reveal and without a sink, before any request", async () => {
    const cloud = await windowsCloud();
    const key = placeKey(workFolder());
    const run = await runProgram(["get", "win-1", "win-2", "--key", key], { env: cloud.env });
    expectFailure(run, "ERR_USAGE", /--reveal/);
    expect(cloud.entries()).toEqual([]);
  });

  it("go to a file each with --out-dir, and not to stdout", async () => {
    const cloud = await windowsCloud({ servers: [readyServer(1), readyServer(2, "second-Pa55word")] });
    const folder = workFolder();
    const outDir = join(folder, "passwords");
    mkdirSync(outDir);
    const run = await runProgram(["get", "win-1", "win-2", "--key", placeKey(folder), "--out-dir", outDir], {
      env: cloud.env,
      canaries: [serverPassword, "second-Pa55word"],
    });
    expect(run).toMatchObject({ code: 0, stderr: "" });
    const answers = jsonLines(run);
    expect(answers.map(({ password }) => password)).toEqual([null, null]);
    const locators = answers.map(({ delivered }) => delivered[0]?.locator ?? "");
    expect(locators.map((path) => readFileSync(path, "utf8"))).toEqual([serverPassword, "second-Pa55word"]);
    expect(readdirSync(outDir)).toHaveLength(2);
  });

  it("two servers of one name never share a file", async () => {
    const twin = { ...readyServer(2, "second-Pa55word"), name: "win-1" };
    const cloud = await windowsCloud({ servers: [readyServer(1), twin] });
    const folder = workFolder();
    const run = await runProgram(
      ["get", serverId(1), serverId(2), "--key", placeKey(folder), "--out-dir", folder],
      { env: cloud.env },
    );
    expect(run.code, run.stderr).toBe(0);
    const locators = jsonLines(run).map(({ delivered }) => delivered[0]?.locator ?? "");
    expect(locators.map((path) => readFileSync(path, "utf8"))).toEqual([serverPassword, "second-Pa55word"]);
  });

  it.each([
    ["a b", "a_b"],
    ["Web", "web"],
    ["x".repeat(130), `${"x".repeat(129)}y`],
  ])(
    "names that become one file name lose nothing, even with --force --clear: %j, %j",
    async (first, second) => {
      const servers = [
        { ...readyServer(1, "first-Pa55word"), name: first },
        { ...readyServer(2, "second-Pa55word"), name: second },
      ];
      const cloud = await windowsCloud({ servers });
      const folder = workFolder();
      const args = ["--key", placeKey(folder), "--out-dir", folder, "--force", "--clear"];
      const run = await runProgram(["get", first, second, ...args], { env: cloud.env });
      const kept = new Map([
        [serverId(1), "first-Pa55word"],
        [serverId(2), "second-Pa55word"],
      ]);
      for (const { server, delivered, cleared } of jsonLines(run)) {
        const locator = delivered[0]?.locator ?? undefined;
        if (cleared === true) expect(readFileSync(locator ?? "", "utf8")).toBe(kept.get(server?.id ?? ""));
      }
      expect(jsonLines(run)[0]?.cleared).toBe(true);
    },
  );

  it("two operands that mean one server still answer twice", async () => {
    const cloud = await windowsCloud();
    const folder = workFolder();
    const run = await runProgram(["get", "win-1", serverId(1), "--key", placeKey(folder), "--reveal"], {
      env: cloud.env,
    });
    expect(jsonLines(run)).toHaveLength(2);
  });

  it("one that fails does not stop the other; different outcomes are exit 10", async () => {
    const cloud = await windowsCloud({ servers: [readyServer(1), bootingServer(2)] });
    const key = placeKey(workFolder());
    const run = await runProgram(["get", "win-2", "win-1", "nobody", "--key", key, "--reveal"], {
      env: cloud.env,
      ...secrets,
    });
    expect(run.code).toBe(10);
    const answers = jsonLines(run);
    expect(answers.map(({ ok, error }) => [ok, error?.exit ?? 0])).toEqual([
      [false, 3],
      [true, 0],
      [false, 5],
    ]);
  });

  it("all failed with one code is that code", async () => {
    const cloud = await windowsCloud({ servers: [bootingServer(1), bootingServer(2)] });
    const key = placeKey(workFolder());
    const run = await runProgram(["get", "win-1", "win-2", "--key", key, "--reveal"], { env: cloud.env });
    expect(run.code).toBe(3);
    expect(jsonLines(run)).toHaveLength(2);
  });

  it("a single server is no list, whatever else is asked", async () => {
    const cloud = await windowsCloud();
    const key = placeKey(workFolder());
    const run = await runProgram(["get", "win-1", "--key", key, "--reveal"], { env: cloud.env });
    expect(run.stdout.toString("utf8")).toBe(serverPassword);
  });
});

describe("words on stderr", () => {
  it("-q leaves out notices and warnings, not errors", async () => {
    const cloud = await windowsCloud({ servers: [readyServer(1), readyServer(2)] });
    const key = placeKey(workFolder());
    const loud = await runProgram(["get", "win-1", "--key", key, "--clear"], { env: cloud.env, ...secrets });
    expect(loud.code).toBe(0);
    expect(loud.stderr).toMatch(/durable/);
    const quiet = await runProgram(["get", "win-2", "--key", key, "--clear", "-q"], {
      env: cloud.env,
      ...secrets,
    });
    expect(quiet).toMatchObject({ code: 0, stderr: "" });
    const failed = await runProgram(["get", "win-2", "--key", key, "--quiet"], { env: cloud.env });
    expectFailure(failed, "ERR_NOT_READY", /./);
  });

  it("server names are escaped, on stderr and among the facts", async () => {
    const hostile = "web\u001B[2J\u202Etxt";
    const cloud = await windowsCloud({ servers: [{ ...readyServer(1), name: hostile }] });
    const folder = workFolder();
    const run = await runProgram(
      ["get", hostile, "--key", placeKey(folder), "--out-dir", folder, "--debug"],
      { env: cloud.env },
    );
    expect(run.code, run.stderr).toBe(0);
    const shown = run.stdout.toString("utf8") + run.stderr;
    for (const character of ["\u001B", "\u202E"]) expect(shown).not.toContain(character);
    const made = readdirSync(folder).filter((name) => name !== "pkcs8.pem");
    expect(made).toHaveLength(1);
    expect(made[0]).toMatch(/^[\w.-]+$/);
  });

  it.each(["../../escape", ".hidden", "-rf", "..", "CON", "a/b\\c:d"])(
    "the server name %j stays a file in the folder",
    async (name) => {
      const cloud = await windowsCloud({ servers: [{ ...readyServer(1), name }] });
      const folder = workFolder();
      const outDir = join(folder, "in", "here");
      mkdirSync(outDir, { recursive: true });
      const run = await runProgram(["get", "--key", placeKey(folder), "--out-dir", outDir, "--", name], {
        env: cloud.env,
      });
      expect(run.code, run.stderr).toBe(0);
      const made = readdirSync(outDir);
      expect(made).toHaveLength(1);
      expect(made[0]).toMatch(/^[\w][\w.-]*$/);
      expect(made[0]).not.toMatch(/^con(\..*)?$/i);
      expect(readdirSync(join(folder, "in"))).toEqual(["here"]);
    },
  );

  it("API messages are escaped", async () => {
    const rude = {
      path: "/**/os-server-password",
      status: 400,
      body: { error: { code: "X.1", message: "\u001B[31mred" } },
    };
    const cloud = await windowsCloud({ faults: [rude] });
    const key = placeKey(workFolder());
    const run = await runProgram(["get", "win-1", "--key", key], { env: cloud.env });
    expect(run.code).not.toBe(0);
    expect(run.stderr).not.toContain("\u001B");
  });
});

describe("the command line", () => {
  it("ends options at --", async () => {
    const cloud = await windowsCloud({ servers: [{ ...readyServer(1), name: "--json" }] });
    const key = placeKey(workFolder());
    const run = await runProgram(["get", "--key", key, "--", "--json"], { env: cloud.env });
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout.toString("utf8")).toBe(serverPassword);
  });

  it("does not take a word after -- for an option when it fails", async () => {
    const run = await runProgram(["get", "--", "--json"]);
    expectFailure(run, "ERR_USAGE", /./);
  });

  it("takes global options before the command, with values and without", async () => {
    const cloud = await windowsCloud();
    const key = placeKey(workFolder());
    const run = await runProgram(
      [
        "--api",
        "v2.1",
        "-q",
        "--timeout=30s",
        "--region",
        "loopback-1",
        "--json",
        "get",
        "win-1",
        "--key",
        key,
      ],
      { env: cloud.env },
    );
    expect(run.code, run.stderr).toBe(0);
    expect(jsonAnswer(run).server?.api).toBe("v2.1");
  });

  it("takes --opt=value and --opt value", async () => {
    const key = placeKey(workFolder());
    const run = await runProgram(["decrypt", `--blob=${exampleCiphertext()}`, `--key=${key}`]);
    expect(run.stdout.toString("utf8")).toBe(operatorKey.password);
  });
});
