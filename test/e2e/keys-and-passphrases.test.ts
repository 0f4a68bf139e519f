import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { exampleFile } from "../keys/examples.ts";
import { lacksTool } from "../tools.ts";
import { expectFailure, jsonAnswer, linesOf } from "./answers.ts";
import {
  exampleCiphertext,
  exampleKey,
  examplePassphrase,
  lockedKey,
  operatorKey,
  placeKey,
  workFolder,
} from "./key-files.ts";
import { runOnTerminal, runProgram, runShell, type RunOptions, type RunResult } from "./program.ts";
import { readyServer, serverId, windowsCloud } from "./windows-cloud.ts";

const blob = exampleCiphertext(lockedKey);
const plainBlob = exampleCiphertext(operatorKey);

/** Decrypts with the locked key and these options. */
async function unlock(more: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const key = placeKey(workFolder(), lockedKey);
  return runProgram(["decrypt", "--blob", blob, "--key", key, ...more], {
    canaries: [examplePassphrase],
    ...options,
  });
}

function expectOpened(run: RunResult): void {
  expect(run, run.stderr).toMatchObject({ code: 0, stderr: "" });
  expect(run.stdout.toString("utf8")).toBe(lockedKey.password);
}

function passphraseFile(content: string | Uint8Array): string {
  const path = join(workFolder(), "passphrase");
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}

describe("where a passphrase comes from", () => {
  it.each([
    ["no line end", examplePassphrase],
    ["one line feed", `${examplePassphrase}\n`],
    ["one CR LF", `${examplePassphrase}\r\n`],
  ])("--passphrase-file with %s", async (_name, content) => {
    expectOpened(await unlock(["--passphrase-file", passphraseFile(content)]));
    expectOpened(await unlock(["--passphrase-file", "-"], { stdin: content }));
  });

  it.each([
    ["two line feeds", `${examplePassphrase}\n\n`],
    ["a space at the end", `${examplePassphrase} `],
    ["a line feed before it", `\n${examplePassphrase}`],
    ["nothing", ""],
    ["only a line feed", "\n"],
  ])("--passphrase-file with %s is a wrong passphrase: 7", async (_name, content) => {
    expectFailure(await unlock(["--passphrase-file", passphraseFile(content)]), "ERR_BAD_KEY", /passphrase/);
  });

  it("--passphrase-file relative to the current folder", async () => {
    const folder = workFolder();
    placeKey(folder, lockedKey);
    writeFileSync(join(folder, "pass"), examplePassphrase);
    const args = [
      "decrypt",
      "--blob",
      blob,
      "--key",
      "pkcs8-pbkdf2-sha256-aes256.pem",
      "--passphrase-file",
      "pass",
    ];
    expectOpened(await runProgram(args, { cwd: folder }));
  });

  it("--passphrase-fd", async () => {
    const key = placeKey(workFolder(), lockedKey);
    for (const feed of ['3< <(printf %s "$P")', '3<<< "$P"', `3< "${passphraseFile(examplePassphrase)}"`]) {
      expectOpened(
        await runShell(`winpw decrypt --blob ${blob} --key ${key} --passphrase-fd 3 ${feed}`, {
          env: { P: examplePassphrase },
        }),
      );
    }
    expectOpened(await unlock(["--passphrase-fd", "0"], { stdin: examplePassphrase }));
  });

  it("--passphrase-fd that is not open: 2", async () => {
    expectFailure(await unlock(["--passphrase-fd", "99"]), "ERR_USAGE", /EBADF/);
    expectFailure(await unlock(["--passphrase-fd", "many"]), "ERR_USAGE", /--passphrase-fd/);
  });

  it("WINPW_PASSPHRASE", async () => {
    expectOpened(await unlock([], { env: { WINPW_PASSPHRASE: examplePassphrase } }));
    expectOpened(await unlock([], { env: { WINPW_PASSPHRASE: `${examplePassphrase}\n` } }));
  });

  it("an option stands above WINPW_PASSPHRASE", async () => {
    const env = { WINPW_PASSPHRASE: "Canary-Not-This-One" };
    expectOpened(await unlock(["--passphrase-file", passphraseFile(examplePassphrase)], { env }));
  });

  it("a wrong one is exit 7 and names the passphrase", async () => {
    const env = { WINPW_PASSPHRASE: "Canary-Wrong-Passphrase" };
    const run = await unlock([], { env, canaries: ["Canary-Wrong-Passphrase"] });
    expectFailure(run, "ERR_BAD_KEY", /passphrase/);
    const json = jsonAnswer(await unlock(["--json"], { env, canaries: ["Canary-Wrong-Passphrase"] }));
    expect(json.error).toMatchObject({ code: "ERR_BAD_KEY", exit: 7 });
  });

  it.each([
    ["none", {}],
    ["an empty variable", { WINPW_PASSPHRASE: "" }],
  ])("%s and no terminal is exit 2 and names the passphrase and the ways to give it", async (_name, env) => {
    const run = await unlock([], { env });
    expectFailure(run, "ERR_USAGE", /passphrase/);
    expect(run.stderr).toMatch(/^winpw: hint: .*--passphrase-file/m);
  });

  it("a missing file is exit 2", async () => {
    expectFailure(
      await unlock(["--passphrase-file", "/nonexistent/pass"]),
      "ERR_USAGE",
      /passphrase.*ENOENT/,
    );
    expectFailure(await unlock(["--passphrase-file", workFolder()]), "ERR_USAGE", /passphrase.*EISDIR/);
  });

  it("two at once are exit 2", async () => {
    const file = passphraseFile(examplePassphrase);
    expectFailure(
      await unlock(["--passphrase-file", file, "--passphrase-fd", "3"]),
      "ERR_USAGE",
      /passphrase/,
    );
  });

  it("for a key that needs none it is ignored, with a notice", async () => {
    const key = placeKey(workFolder());
    const env = { WINPW_PASSPHRASE: "Canary-Needless" };
    const run = await runProgram(["decrypt", "--blob", plainBlob, "--key", key], {
      env,
      canaries: ["Canary-Needless"],
    });
    expect(run.code).toBe(0);
    expect(linesOf(run)).toHaveLength(1);
    expect(run.stderr).toMatch(/^winpw: .*passphrase.*ignored/);
    const quiet = await runProgram(["decrypt", "--blob", plainBlob, "--key", key, "-q"], { env });
    expect(quiet.stderr).toBe("");
  });

  it("bytes that are no UTF-8 reach the key as they are", async () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x41, 0x0a]);
    expectFailure(await unlock(["--passphrase-file", passphraseFile(bytes)]), "ERR_BAD_KEY", /passphrase/);
  });
});

describe.skipIf(lacksTool("script"))("script: the prompt on the controlling terminal", () => {
  const asked = "Passphrase for ";
  async function onTerminal(
    type: readonly string[],
    more: readonly string[] = [],
    redirect = "",
    env: Record<string, string> = {},
  ): Promise<RunResult> {
    const key = placeKey(workFolder(), lockedKey);
    return runOnTerminal(["decrypt", "--blob", blob, "--key", key, ...more], {
      steps: type.map((keys) => ({ expect: asked, type: keys })),
      redirect,
      env,
      canaries: [examplePassphrase],
    });
  }

  it("asks once, shows nothing that is typed, and opens", async () => {
    const run = await onTerminal([`${examplePassphrase}\r`]);
    expect(run.code).toBe(0);
    const screen = run.stdout.toString("utf8");
    expect(screen).toContain(lockedKey.password);
    expect(screen.match(/Passphrase for /g)).toHaveLength(1);
    expect(screen).toContain("pkcs8-pbkdf2-sha256-aes256.pem");
  });

  it("asks also when stdin, stdout and stderr are all elsewhere", async () => {
    const folder = workFolder();
    const run = await onTerminal(
      [`${examplePassphrase}\r`],
      [],
      `< /dev/null > ${folder}/pw 2> ${folder}/err`,
    );
    expect(run.code).toBe(0);
    expect(run.stdout.toString("utf8")).not.toContain(lockedKey.password);
    const shown = await runShell(`cat ${folder}/pw; echo; cat ${folder}/err`);
    expect(shown.stdout.toString("utf8")).toBe(`${lockedKey.password}\n`);
  });

  it("leaves stdin to the ciphertext", async () => {
    const folder = workFolder();
    writeFileSync(join(folder, "blob"), blob);
    const key = placeKey(folder, lockedKey);
    const run = await runOnTerminal(["decrypt", "-", "--key", key], {
      steps: [{ expect: asked, type: `${examplePassphrase}\r` }],
      redirect: `< ${folder}/blob`,
    });
    expect(run.code).toBe(0);
    expect(run.stdout.toString("utf8")).toContain(lockedKey.password);
  });

  it("gives three tries; the third may be right", async () => {
    const run = await onTerminal(["wrong one\r", "wrong two\r", `${examplePassphrase}\r`]);
    expect(run.code).toBe(0);
    const screen = run.stdout.toString("utf8");
    expect(screen).toContain(lockedKey.password);
    expect(screen).not.toMatch(/wrong (one|two)/);
  });

  it("gives no fourth: exit 7", async () => {
    const run = await onTerminal(["wrong one\r", "wrong two\r", "wrong three\r"]);
    expect(run.code).toBe(7);
    expect(run.stdout.toString("utf8")).toMatch(/winpw: error ERR_BAD_KEY: .*passphrase/);
  });

  it("takes Backspace, Ctrl-U and a line feed as Enter", async () => {
    const keys = `rubbish\u0015${examplePassphrase}xé\u007F\u007F\n`;
    expect((await onTerminal([keys])).code).toBe(0);
  });

  it.each([
    ["Ctrl-C", "half\u0003"],
    ["Ctrl-D", "\u0004"],
  ])("%s ends with 130, and nothing of it is shown", async (_name, keys) => {
    const run = await onTerminal([keys]);
    expect(run.code).toBe(130);
    expect(run.stdout.toString("utf8")).not.toContain("half");
  });

  it("leaves the terminal as it was", async () => {
    const key = placeKey(workFolder(), lockedKey);
    for (const keys of [`${examplePassphrase}\r`, "\u0003", "a\rb\rc\r"]) {
      const run = await runShell(
        `export -f winpw; export KEYS KEY BLOB; (sleep 1; printf %s "$KEYS"; sleep 1) |
         script -qec 'before=$(stty -g); bash -c "winpw decrypt --blob $BLOB --key $KEY"; [ "$before" = "$(stty -g)" ] && echo unchanged' /dev/null`,
        { env: { KEYS: keys, KEY: key, BLOB: blob } },
      );
      expect(run.stdout.toString("utf8")).toContain("unchanged");
    }
  });

  it("--no-input never asks: exit 2", async () => {
    const run = await onTerminal([], ["--no-input"]);
    expect(run.code).toBe(2);
    expect(run.stdout.toString("utf8")).not.toContain(asked);
  });

  it("does not ask when the variable has it", async () => {
    const run = await onTerminal([], [], "", { WINPW_PASSPHRASE: examplePassphrase });
    expect(run.code).toBe(0);
    expect(run.stdout.toString("utf8")).not.toContain(asked);
  });

  it("asks for each of two locked keys, by name", async () => {
    const folder = workFolder();
    const other = placeKey(folder, exampleKey("pkcs1-proc-type-aes128.pem"));
    const key = placeKey(folder, lockedKey);
    const run = await runOnTerminal(["decrypt", "--blob", blob, "--key", other, "--key", key], {
      steps: [
        { expect: "aes128.pem: ", type: `${examplePassphrase}\r` },
        { expect: "aes256.pem: ", type: `${examplePassphrase}\r` },
      ],
    });
    expect(run.code).toBe(0);
  });
});

describe("where a key comes from", () => {
  it("--key - is standard input", async () => {
    const run = await runProgram(["decrypt", "--blob", plainBlob, "--key", "-"], {
      stdin: exampleFile(operatorKey.file),
    });
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout.toString("utf8")).toBe(operatorKey.password);
    const json = await runProgram(["decrypt", "--blob", plainBlob, "--key", "-", "--json"], {
      stdin: exampleFile(operatorKey.file),
    });
    expect(jsonAnswer(json).key.source).toBe("-");
  });

  it("standard input is used once: a clash is exit 2 before anything is read", async () => {
    const key = placeKey(workFolder(), lockedKey);
    const stdin = exampleFile(lockedKey.file);
    for (const args of [
      ["decrypt", "-", "--key", "-"],
      ["decrypt", "--key", "-"],
      ["decrypt", "--blob", blob, "--key", "-", "--passphrase-file", "-"],
      ["decrypt", "-", "--key", key, "--passphrase-file", "-"],
      ["decrypt", "--blob", blob, "--key", "-", "--passphrase-fd", "0"],
      ["decrypt", "--blob", blob, "--key", "-", "--key", "-"],
    ])
      expectFailure(await runProgram(args, { stdin }), "ERR_USAGE", /standard input/);
  });

  it("a clash in get is told before any request", async () => {
    const cloud = await windowsCloud();
    const run = await runProgram(["get", "win-1", "--key", "-", "--passphrase-file", "-"], {
      env: cloud.env,
      stdin: "x",
    });
    expectFailure(run, "ERR_USAGE", /standard input/);
    expect(cloud.entries()).toEqual([]);
  });

  it("WINPW_KEY_FILE, below --key; an empty one is unset", async () => {
    const key = placeKey(workFolder());
    const by = async (value: string, ...more: string[]): Promise<RunResult> =>
      runProgram(["decrypt", "--blob", plainBlob, ...more], { env: { WINPW_KEY_FILE: value } });
    expect((await by(key)).stdout.toString("utf8")).toBe(operatorKey.password);
    expect((await by("/nonexistent", "--key", key)).code).toBe(0);
    expectFailure(await by(""), "ERR_USAGE", /--key/);
    expectFailure(await by("/nonexistent"), "ERR_BAD_KEY", /ENOENT/);
  });

  it("a key through a pipe, as a process substitution gives it", async () => {
    const key = placeKey(workFolder());
    const run = await runShell(`winpw decrypt --blob ${plainBlob} --key <(cat ${key})`);
    expect(run.stdout.toString("utf8"), run.stderr).toBe(operatorKey.password);
  });

  it.each([
    ["missing", (_folder: string, file: string) => file, /ENOENT/],
    ["a folder", (_folder: string, file: string) => (mkdirSync(file), file), /folder/],
    ["empty", (_folder: string, file: string) => (writeFileSync(file, "", { mode: 0o600 }), file), /empty/],
    [
      "whitespace",
      (_folder: string, file: string) => (writeFileSync(file, " \n", { mode: 0o600 }), file),
      /./,
    ],
    ["not ours to read", (_folder: string) => "/proc/1/mem", /./],
    ["without end", () => "/dev/zero", /./],
    [
      "a public key",
      (_folder: string, file: string) => (
        writeFileSync(file, "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ== x", { mode: 0o600 }),
        file
      ),
      /./,
    ],
  ])("a key file that is %s: exit 7 naming it", async (_name, make, about) => {
    const folder = workFolder();
    const file = make(folder, join(folder, "ops.pem"));
    const run = await runProgram(["decrypt", "--blob", plainBlob, "--key", file, "-q"]);
    expectFailure(run, "ERR_BAD_KEY", about);
    expect(run.stderr).toContain(file);
  });

  it("a key file that others can read is a warning; under --strict-permissions exit 7", async () => {
    const key = placeKey(workFolder());
    for (const mode of [0o640, 0o604, 0o660, 0o644]) {
      chmodSync(key, mode);
      const run = await runProgram(["decrypt", "--blob", plainBlob, "--key", key]);
      expect(run.code).toBe(0);
      expect(linesOf(run)).toHaveLength(1);
      expect(run.stderr).toMatch(new RegExp(`^winpw: warning: .*${mode.toString(8)}`));
      const strict = await runProgram(["decrypt", "--blob", plainBlob, "--key", key, "--strict-permissions"]);
      expectFailure(strict, "ERR_BAD_KEY", /pkcs8\.pem/);
      expect(strict.stderr).toMatch(/^winpw: hint: chmod 600/m);
    }
    for (const mode of [0o600, 0o400]) {
      chmodSync(key, mode);
      const run = await runProgram(["decrypt", "--blob", plainBlob, "--key", key, "--strict-permissions"]);
      expect(run).toMatchObject({ code: 0, stderr: "" });
    }
  });

  it("a bad key in get is told before any request", async () => {
    const cloud = await windowsCloud({ servers: [readyServer(1)] });
    const run = await runProgram(["get", serverId(1), "--key", "/nonexistent"], { env: cloud.env });
    expectFailure(run, "ERR_BAD_KEY", /ENOENT/);
    expect(cloud.entries()).toEqual([]);
  });
});
