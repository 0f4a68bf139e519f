import { execFileSync } from "node:child_process";
import { createPrivateKey } from "node:crypto";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, type TestContext } from "vitest";
import { keyPem } from "../../crypto/test-vectors.ts";
import { exampleFile } from "../../keys/examples.ts";
import { skipWithout, toolOrSkip } from "../../tools.ts";
import { expectFailure, jsonAnswer } from "../answers.ts";
import {
  exampleCiphertext,
  operatorKey,
  placeKey,
  publicLine,
  strangerKey,
  workFolder,
} from "../key-files.ts";
import { runProgram, type RunOptions, type RunResult } from "../program.ts";
import { serverId } from "../windows-cloud.ts";
import { cloudOf, expectPassword, placeFile, privateParts } from "./key-material.ts";

const blob = exampleCiphertext();
const canaries = privateParts(exampleFile(operatorKey.file));

async function decryptBy(
  command: string,
  more: readonly string[] = [],
  options: RunOptions = {},
): Promise<RunResult> {
  return runProgram(["decrypt", "--blob", blob, "--decrypt-cmd", command, ...more], { canaries, ...options });
}

describe("openssl pkeyutl as --decrypt-cmd", () => {
  function pkeyutl(test: TestContext, key = operatorKey, padding = "none"): string {
    toolOrSkip("openssl", test);
    const path = placeKey(workFolder(), key);
    return `openssl pkeyutl -decrypt -inkey ${path} -pkeyopt rsa_padding_mode:${padding}`;
  }

  it("the raw block is decoded and checked like any other", async (test) => {
    const command = pkeyutl(test);
    expectPassword(await decryptBy(command), operatorKey.password);
    expect(jsonAnswer(await decryptBy(command, ["--json"]))).toMatchObject({
      password: operatorKey.password,
      suspicious: null,
      key: { source: "--decrypt-cmd", container: "external", bits: 2048, md5: null, sha256: null },
    });
  });

  it("another key: exit 6", async (test) => {
    const run = await decryptBy(pkeyutl(test, strangerKey));
    expectFailure(run, "ERR_WRONG_KEY", /does not open/);
  });

  it("in get, the fingerprint that is needed is named", async (test) => {
    const cloud = await cloudOf(publicLine(), operatorKey);
    const wrong = pkeyutl(test, strangerKey);
    const run = await runProgram(["get", serverId(1), "--decrypt-cmd", wrong], { env: cloud.env });
    expectFailure(run, "ERR_WRONG_KEY", /./);
    expect(run.stderr).toContain(operatorKey.md5);
    const right = await runProgram(["get", serverId(1), "--decrypt-cmd", pkeyutl(test)], { env: cloud.env });
    expectPassword(right, operatorKey.password);
  });

  it("an answer that is unpadded already is not mistaken for a block: exit 7 with both lengths", async (test) => {
    const run = await decryptBy(pkeyutl(test, operatorKey, "pkcs1"));
    expectFailure(run, "ERR_BAD_KEY", new RegExp(`${operatorKey.password.length} bytes.* 256`));
  });

  it("--decrypt-answer message takes it, and says that the padding was not checked", async (test) => {
    const more = ["--decrypt-answer", "message"];
    const command = pkeyutl(test, operatorKey, "pkcs1");
    const run = await decryptBy(command, more);
    expectPassword(run, operatorKey.password, /^winpw: warning: .*padding-not-checked/);
    const json = jsonAnswer(await decryptBy(command, [...more, "--json"]));
    expect(json).toMatchObject({ ok: true, suspicious: "padding-not-checked" });
  });

  it("is one more member of a ring", async (test) => {
    const command = pkeyutl(test);
    const stranger = placeKey(workFolder(), strangerKey);
    const run = await decryptBy(command, ["--key", stranger]);
    expectPassword(run, operatorKey.password, /opened by --decrypt-cmd$/);
    const own = placeKey(workFolder());
    const other = await decryptBy(pkeyutl(test, strangerKey), ["--key", own]);
    expectPassword(other, operatorKey.password, /opened by .*pkcs8\.pem$/);
  });
});

describe("--clear after --decrypt-answer message", () => {
  const message = `printf %s '${operatorKey.password}'`;
  const args = ["get", serverId(1), "--decrypt-cmd", message, "--decrypt-answer", "message", "--clear"];

  it("needs --yes: exit 11, and nothing is sent", async () => {
    const cloud = await cloudOf(publicLine(), operatorKey);
    const run = await runProgram(args, { env: cloud.env });
    expectFailure(run, "ERR_REFUSED", /--yes/);
    expect(cloud.entries()).toEqual([]);
  });

  it("with --yes the server is cleared", async () => {
    const cloud = await cloudOf(publicLine(), operatorKey);
    const out = join(workFolder(), "password");
    const run = await runProgram([...args, "--yes", "--out", out, "--json"], { env: cloud.env });
    expect(jsonAnswer(run)).toMatchObject({ ok: true, cleared: true, suspicious: "padding-not-checked" });
    expect(execFileSync("cat", [out]).toString()).toBe(operatorKey.password);
    expect(cloud.passwordCalls(serverId(1))).toContain("DELETE 204");
  });

  it("a dry run changes nothing and needs no consent", async () => {
    const cloud = await cloudOf(publicLine(), operatorKey);
    const run = await runProgram([...args, "--dry-run"], { env: cloud.env });
    expect(run.code, run.stderr).toBe(0);
    expect(cloud.passwordCalls(serverId(1)).some((call) => call.startsWith("DELETE"))).toBe(false);
  });

  it("a block that is checked needs no --yes", async (test) => {
    toolOrSkip("openssl", test);
    const cloud = await cloudOf(publicLine(), operatorKey);
    const key = placeKey(workFolder());
    const command = `openssl pkeyutl -decrypt -inkey ${key} -pkeyopt rsa_padding_mode:none`;
    const out = join(workFolder(), "password");
    const run = await runProgram(
      ["get", serverId(1), "--decrypt-cmd", command, "--clear", "--out", out, "--json"],
      { env: cloud.env },
    );
    expect(jsonAnswer(run)).toMatchObject({ ok: true, cleared: true, suspicious: null });
  });
});

describe("what a decryption command can do wrong", () => {
  it.each([
    ["answers nothing", "true", "ERR_BAD_KEY", /\b0 bytes.* 256/],
    ["answers one byte less", "head -c 255 /dev/zero", "ERR_BAD_KEY", /255 bytes.* 256/],
    ["answers one byte more", "head -c 257 /dev/zero", "ERR_BAD_KEY", /257 bytes.* 256/],
    ["answers a block of zeros", "head -c 256 /dev/zero", "ERR_WRONG_KEY", /does not open/],
    ["gives the ciphertext back", "cat", "ERR_WRONG_KEY", /does not open/],
    ["answers in hexadecimal", "xxd -p 2>/dev/null || head -c 512 /dev/zero", "ERR_BAD_KEY", /bytes.* 256/],
    ["answers far too much", "head -c 100000 /dev/zero", "ERR_BAD_KEY", /more than 2048 bytes/],
    ["answers without end", "cat /dev/zero 2>/dev/null", "ERR_BAD_KEY", /more than 2048 bytes/],
    [
      "answers without end behind a pipe",
      "yes 2>/dev/null | cat 2>/dev/null",
      "ERR_BAD_KEY",
      /more than 2048 bytes/,
    ],
    ["fails", "exit 3", "ERR_BAD_KEY", /exit code 3/],
    ["fails after an answer", "head -c 256 /dev/zero; exit 1", "ERR_BAD_KEY", /exit code 1/],
    ["ends by a signal", "kill -9 $$", "ERR_BAD_KEY", /failed/],
    ["does not read its input", "exec <&-; exit 9", "ERR_BAD_KEY", /exit code 9/],
  ] as const)("%s", async (_name, command, code, about) => {
    const run = await decryptBy(command);
    expectFailure(run, code, about);
    expect(run.stderr.trimEnd().split("\n").length).toBeLessThanOrEqual(2);
  });

  it("is not there: exit 7, after what the shell says", async () => {
    const run = await decryptBy("winpw-test-no-such-program");
    expect(run.code).toBe(7);
    expect(run.stdout.byteLength).toBe(0);
    expect(run.stderr).toMatch(/^winpw: error ERR_BAD_KEY: .*exit code 127/m);
  });

  it.each([
    ["nothing", "true", /empty/],
    ["a line end alone", "echo", /./],
    ["an escape sequence", String.raw`printf '\033[31mred'`, /./],
    ["bytes that are no text", "head -c 20 /dev/zero", /./],
  ])("answers with the message %s: exit 15 like any hostile plaintext", async (_name, command, about) => {
    expectFailure(await decryptBy(command, ["--decrypt-answer", "message"]), "ERR_SUSPECT", about);
  });

  it.each([
    ["a word that is neither", ["--decrypt-cmd", "cat", "--decrypt-answer", "bytes"], /block or message/],
    ["message without a command", ["--key", "/nonexistent", "--decrypt-answer", "message"], /--decrypt-cmd/],
  ])("--decrypt-answer: %s is exit 2", async (_name, more, about) => {
    expectFailure(await runProgram(["decrypt", "--blob", blob, ...more]), "ERR_USAGE", about);
  });

  it("gets the raw ciphertext on its input and nothing else", async () => {
    const seen = join(workFolder(), "seen");
    await decryptBy(`cat > ${seen}`);
    const bytes = execFileSync("cat", [seen]);
    expect(bytes.toString("base64")).toBe(blob);
  });

  it("loses WINPW_PASSPHRASE and keeps the rest of the environment", async () => {
    const seen = join(workFolder(), "seen");
    await decryptBy(`env > ${seen}`, [], {
      env: { WINPW_PASSPHRASE: "Canary-Not-For-Helpers", PKCS11_PIN: "fake-pin" },
    });
    const environment = execFileSync("cat", [seen]).toString();
    expect(environment).not.toContain("Canary");
    expect(environment).not.toContain("WINPW_PASSPHRASE");
    expect(environment).toContain("PKCS11_PIN=fake-pin");
  });
});

describe("SoftHSM2 through pkcs11-tool", () => {
  const pin = "fake-pin-4711";

  const own = exampleFile(operatorKey.file);
  const another = createPrivateKey(keyPem(2048)).export({ format: "pem", type: "pkcs8" });

  /** A token of its own that holds this PKCS#8 key, in a folder of this test; the key never leaves it. */
  function token(
    test: TestContext,
    key: string | Uint8Array = own,
  ): { command: string; env: Record<string, string> } {
    const softhsm = toolOrSkip("softhsm2-util", test);
    toolOrSkip("pkcs11-tool", test);
    const module = softhsmModule() ?? skipWithout("libsofthsm2.so", test);
    const folder = workFolder();
    const config = join(folder, "softhsm2.conf");
    writeFileSync(config, `directories.tokendir = ${folder}\nlog.level = ERROR\n`);
    const env = { SOFTHSM2_CONF: config, PKCS11_PIN: pin };
    const run = (...args: string[]): unknown =>
      execFileSync(softhsm, args, { env: { ...process.env, ...env }, stdio: "pipe" });
    run("--init-token", "--free", "--label", "winpw", "--so-pin", "fake-so-pin", "--pin", pin);
    const file = placeFile(folder, "key.pem", key);
    run("--import", file, "--token", "winpw", "--label", "ops", "--id", "01", "--pin", pin);
    const command = `pkcs11-tool --module ${module} --token-label winpw --login --pin env:PKCS11_PIN --decrypt -m RSA-X-509 --id 01 2>/dev/null`;
    return { command, env };
  }

  it("opens the password with a key that stays in its token", async (test) => {
    const { command, env } = token(test);
    const options = { env, canaries: [...canaries, pin] };
    expectPassword(await decryptBy(command, [], options), operatorKey.password);
    const cloud = await cloudOf(publicLine(), operatorKey);
    const run = await runProgram(["get", serverId(1), "--decrypt-cmd", command, "--json"], {
      ...options,
      env: { ...env, ...cloud.env },
    });
    expect(jsonAnswer(run)).toMatchObject({ password: operatorKey.password, suspicious: null });
  });

  it("another key in the token: exit 6", async (test) => {
    const { command, env } = token(test, another);
    expectFailure(await decryptBy(command, [], { env }), "ERR_WRONG_KEY", /does not open/);
  });

  it("a wrong PIN is the command's failure: exit 7", async (test) => {
    const { command, env } = token(test);
    const run = await decryptBy(command, [], { env: { ...env, PKCS11_PIN: "wrong" } });
    expectFailure(run, "ERR_BAD_KEY", /exit code 1/);
  });

  it("its own unpadding (RSA-PKCS) is an answer of the kind message", async (test) => {
    const { command, env } = token(test);
    const unpadding = command.replace("RSA-X-509", "RSA-PKCS");
    const run = await decryptBy(unpadding, ["--decrypt-answer", "message"], { env });
    expectPassword(run, operatorKey.password, /padding-not-checked/);
    expectFailure(await decryptBy(unpadding, [], { env }), "ERR_BAD_KEY", /bytes.* 256/);
  });
});

/** Where distributions put the PKCS#11 module: Debian in a folder per architecture, others straight below. */
function softhsmModule(): string | undefined {
  const libraries = ["/usr/lib64", "/usr/local/lib", "/opt/homebrew/lib", "/usr/lib"];
  const perArchitecture = existsSync("/usr/lib")
    ? readdirSync("/usr/lib").map((name) => `/usr/lib/${name}`)
    : [];
  return [...libraries, ...perArchitecture]
    .map((folder) => `${folder}/softhsm/libsofthsm2.so`)
    .find((path) => existsSync(path));
}
