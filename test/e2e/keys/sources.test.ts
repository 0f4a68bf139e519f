import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { exampleFile } from "../../keys/examples.ts";
import { expectFailure, jsonAnswer } from "../answers.ts";
import {
  exampleCiphertext,
  exampleKey,
  examplePassphrase,
  operatorKey,
  placeKey,
  workFolder,
} from "../key-files.ts";
import { runProgram, runShell, type RunOptions, type RunResult } from "../program.ts";
import { expectPassword, placeFile, privateParts } from "./key-material.ts";

const blob = exampleCiphertext();
const content = exampleFile(operatorKey.file);
const canaries = privateParts(content);
const quoted = (path: string): string => `'${path}'`;

async function decrypt(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return runProgram(["decrypt", "--blob", blob, ...args], { canaries, ...options });
}

async function shell(line: string, options: RunOptions = {}): Promise<RunResult> {
  return runShell(`winpw decrypt --blob ${blob} ${line}`, { canaries, ...options });
}

describe("a key that is not in a file of its own", () => {
  it.each([
    ["a file", "--key-fd 3 3< KEY"],
    ["a pipe", "--key-fd 3 3< <(cat KEY)"],
    ["a slow pipe", "--key-fd 3 3< <(head -c 300 KEY; sleep 0.3; tail -c +301 KEY)"],
    ["a high number", "--key-fd 63 63< KEY"],
    ["standard input by its number", "--key-fd 0 < KEY"],
  ])("--key-fd of %s", async (_name, line) => {
    const path = quoted(placeKey(workFolder()));
    expectPassword(await shell(line.replaceAll("KEY", path)), operatorKey.password);
  });

  it("is named by the option that gave it", async () => {
    const path = quoted(placeKey(workFolder()));
    const source = async (line: string): Promise<string> =>
      jsonAnswer(await shell(`${line} --json`)).key.source;
    expect(await source(`--key-fd 3 3< ${path}`)).toBe("--key-fd");
    expect(await source(`--key-cmd "cat ${path}"`)).toBe("--key-cmd");
    expect(await source(`--key - < ${path}`)).toBe("-");
    expect(await source(`--key <(cat ${path})`)).toMatch(/^\/dev\/fd\/\d+$/);
  });

  it.each(["openssh", "putty-v3.ppk", "pkcs8.der", "pkcs12-plain.p12", "cloud-nova.json"])(
    "%s by standard input, process substitution and command: bytes are not text",
    async (name) => {
      const key = exampleKey(name);
      const path = quoted(placeKey(workFolder(), key));
      for (const line of [`--key - < ${path}`, `--key <(cat ${path})`, `--key-cmd "cat ${path}"`]) {
        const run = await runShell(`winpw decrypt --blob ${exampleCiphertext(key)} ${line}`);
        expectPassword(run, key.password);
      }
    },
  );

  it("two process substitutions are a ring", async () => {
    const folder = workFolder();
    const own = quoted(placeKey(folder));
    const other = quoted(placeKey(folder, exampleKey("openssh")));
    const run = await shell(`--key <(cat ${other}) --key <(cat ${own})`);
    expectPassword(run, operatorKey.password, /opened by \/dev\/fd\//);
  });

  it("--key-cmd runs by the shell exactly as typed, in the current folder", async () => {
    const folder = workFolder();
    placeFile(folder, "it's a $key", content);
    const run = await decrypt(["--key-cmd", `cat "it's a \\$key" | sed -n 'p'`], { cwd: folder });
    expectPassword(run, operatorKey.password);
  });

  it("WINPW_KEY_FILE - is standard input", async () => {
    expectPassword(await decrypt([], { stdin: content, env: { WINPW_KEY_FILE: "-" } }), operatorKey.password);
  });

  it("WINPW_KEY_FILE counts for nothing beside any other key", async () => {
    const env = { WINPW_KEY_FILE: "/nonexistent/key" };
    const path = placeKey(workFolder());
    expectPassword(await decrypt(["--key-cmd", `cat ${quoted(path)}`], { env }), operatorKey.password);
    const block = `openssl pkeyutl -decrypt -inkey ${quoted(path)} -pkeyopt rsa_padding_mode:none`;
    expectPassword(await decrypt(["--decrypt-cmd", block], { env }), operatorKey.password);
  });
});

describe("a source that gives no key", () => {
  it.each([
    ["a descriptor that is not open", ["--key-fd", "99"], "ERR_USAGE", /--key-fd.*EBADF/],
    ["no number", ["--key-fd", "three"], "ERR_USAGE", /--key-fd/],
    ["a negative number", ["--key-fd=-1"], "ERR_USAGE", /--key-fd/],
    ["a command that fails", ["--key-cmd", "exit 3"], "ERR_BAD_KEY", /key command.*exit code 3/],
    ["a command that ends by a signal", ["--key-cmd", "kill -9 $$"], "ERR_BAD_KEY", /key command/],
    ["a command that says nothing", ["--key-cmd", "true"], "ERR_BAD_KEY", /--key-cmd.*empty/],
    [
      "a command without end",
      ["--key-cmd", "cat /dev/zero 2>/dev/null"],
      "ERR_BAD_KEY",
      /--key-cmd.*1048576/,
    ],
    ["a command whose output is no key", ["--key-cmd", "echo hello"], "ERR_BAD_KEY", /--key-cmd/],
    ["an empty standard input", ["--key", "-"], "ERR_BAD_KEY", /standard input.*empty/],
  ] as const)("%s", async (_name, args, code, about) => {
    expectFailure(await decrypt(args, { stdin: "" }), code, about);
  });

  it("2 MiB are too much from anywhere: exit 7 naming the limit", async () => {
    const large = quoted(placeFile(workFolder(), "large", new Uint8Array(2 * 1024 * 1024)));
    for (const line of [
      `--key ${large}`,
      `--key - < ${large}`,
      `--key-fd 3 3< ${large}`,
      `--key <(cat ${large} 2>/dev/null)`,
      `--key-cmd "cat ${large} 2>/dev/null"`,
    ]) {
      expectFailure(await shell(line), "ERR_BAD_KEY", /1048576 bytes \(maxFileBytes\)/);
    }
    const inspected = await runShell(`winpw key inspect - < ${large}`);
    expect(inspected.code).toBe(7);
    expect(inspected.stdout.toString("utf8")).toMatch(/^usable {5}no: .*maxFileBytes/m);
  });

  it("a command that fails after it gave a key gives none", async () => {
    const path = quoted(placeKey(workFolder()));
    expectFailure(await decrypt(["--key-cmd", `cat ${path}; exit 5`]), "ERR_BAD_KEY", /exit code 5/);
  });
});

describe("standard input is used once: exit 2", () => {
  it.each([
    ["twice as key", ["--key", "-", "--key", "-"]],
    ["key and key descriptor", ["--key", "-", "--key-fd", "0"]],
    ["key and passphrase file", ["--key", "-", "--passphrase-file", "-"]],
    ["key and passphrase descriptor", ["--key", "-", "--passphrase-fd", "0"]],
    ["key descriptor and passphrase file", ["--key-fd", "0", "--passphrase-file", "-"]],
  ])("%s", async (_name, args) => {
    expectFailure(await decrypt(args, { stdin: content }), "ERR_USAGE", /standard input/);
  });

  it.each([
    ["--key", ["-", "--key", "-"]],
    ["--key without FILE", ["--key", "-"]],
    ["--key-fd 0", ["--key-fd", "0"]],
    ["--passphrase-file -", ["--key", "KEY", "--passphrase-file", "-"]],
    ["--passphrase-fd 0", ["--key", "KEY", "--passphrase-fd", "0"]],
  ])("the ciphertext and %s", async (_name, args) => {
    const path = placeKey(workFolder());
    const words = args.map((word) => (word === "KEY" ? path : word));
    expectFailure(await runProgram(["decrypt", ...words], { stdin: content }), "ERR_USAGE", /standard input/);
  });
});

describe("helpers", () => {
  it.each(["--key-cmd", "--passphrase-cmd"])(
    "%s loses WINPW_PASSPHRASE, keeps the rest, and has no standard input",
    async (option) => {
      const folder = workFolder();
      const key = exampleKey("pkcs8-pbe-sha1-3des.pem");
      const path = quoted(placeKey(folder, key));
      const seen = join(folder, "seen");
      const answer = option === "--key-cmd" ? `cat ${path}` : `echo ${examplePassphrase}`;
      const rest = option === "--key-cmd" ? ["--passphrase-fd", "3"] : ["--key", path.slice(1, -1)];
      const words = [option, `env > ${seen}; cat >> ${seen}; ${answer}`, ...rest].map((word) =>
        word.includes("'") ? `"${word}"` : `'${word}'`,
      );
      const blobFile = quoted(placeFile(folder, "blob", exampleCiphertext(key)));
      const run = await runShell(`winpw decrypt ${words.join(" ")} 3<<< ${examplePassphrase} < ${blobFile}`, {
        env: { WINPW_PASSPHRASE: "Canary-Not-For-Helpers", VAULT_ADDR: "kept", OS_REGION_NAME: "kept-too" },
        canaries: [examplePassphrase],
      });
      expectPassword(run, key.password);
      const environment = readFileSync(seen, "utf8");
      expect(environment).not.toMatch(/Canary|WINPW_PASSPHRASE/);
      expect(environment).toMatch(/^VAULT_ADDR=kept$/m);
      expect(environment).toMatch(/^OS_REGION_NAME=kept-too$/m);
      expect(environment).not.toContain(exampleCiphertext(key).slice(0, 40));
    },
  );

  it("are not run for a command line that is wrong", async () => {
    const log = join(workFolder(), "called");
    const command = `touch ${log}`;
    const run = await decrypt(["--key-cmd", command, "--passphrase-cmd", command, "--passphrase-fd", "3"]);
    expectFailure(run, "ERR_USAGE", /only one/);
    expect(() => execFileSync("ls", [log], { stdio: "ignore" })).toThrow();
  });
});
