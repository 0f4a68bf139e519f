import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { expectFailure, exitOf, jsonAnswer, linesOf, type ErrorCode } from "./answers.ts";
import { encryptTo, exampleKey, lockedKey, placeKey, strangerKey, workFolder } from "./key-files.ts";
import { runProgram, type RunOptions } from "./program.ts";
import {
  bootingServer,
  loginPassword,
  passwordPath,
  readerLogin,
  readyServer,
  serverId,
  serverPassword,
  windowsCloud,
} from "./windows-cloud.ts";

const secrets = { canaries: [loginPassword, readerLogin["OS_PASSWORD"] ?? ""], stdoutOnly: [serverPassword] };

/** The same failure told to people and to programs. */
async function expectBoth(
  args: readonly string[],
  options: RunOptions,
  code: ErrorCode,
  about: RegExp,
): Promise<void> {
  const told = await runProgram(args, { ...secrets, ...options });
  expectFailure(told, code, about);
  const machine = await runProgram(["--json", ...args], { ...secrets, ...options });
  expectFailure(machine, code, about, "any");
  const { ok, password, delivered, error } = jsonAnswer(machine);
  expect({ ok, password, delivered }).toEqual({ ok: false, password: null, delivered: [] });
  expect(error).toMatchObject({ code, exit: exitOf[code] });
  expect(error?.message).toMatch(about);
  // What is told to people is the same sentence and the same hint.
  expect(machine.stderr).toContain(`winpw: error ${code}: ${error?.message}`);
  if (error?.hint !== null) expect(machine.stderr).toContain(`winpw: hint: ${error?.hint}\n`);
  expect(told.stderr).not.toMatch(/\n\s+at /);
}

describe("a failed get", () => {
  it("2: no key is named", async () => {
    const cloud = await windowsCloud();
    await expectBoth(["get", "win-1"], { env: cloud.env }, "ERR_USAGE", /--key/);
    expect(cloud.entries()).toEqual([]);
  });

  it("2: no credentials", async () => {
    const key = placeKey(workFolder());
    await expectBoth(["get", "win-1", "--key", key], {}, "ERR_USAGE", /credential/);
  });

  it("3: the server has no password yet", async () => {
    const cloud = await windowsCloud({ servers: [bootingServer(1)] });
    const key = placeKey(workFolder());
    await expectBoth(["get", "win-1", "--key", key], { env: cloud.env }, "ERR_NOT_READY", /no password/);
  });

  it("3: it was cleared before", async () => {
    const cloud = await windowsCloud();
    const key = placeKey(workFolder());
    expect((await runProgram(["clear", "win-1", "--yes"], cloud)).code).toBe(0);
    await expectBoth(["get", "win-1", "--key", key], { env: cloud.env }, "ERR_NOT_READY", /no password/);
  });

  it("4: the login is refused, and is not tried a second time", async () => {
    const cloud = await windowsCloud();
    const key = placeKey(workFolder());
    const env = { ...cloud.env, OS_PASSWORD: "Canary-Wrong-Login-not-real" };
    const run = await runProgram(["get", "win-1", "--key", key], {
      env,
      canaries: ["Canary-Wrong-Login-not-real"],
    });
    expectFailure(run, "ERR_AUTH", /./);
    expect(cloud.entries().map(({ status }) => status)).toEqual([401]);
  });

  it("4: a token that nobody issued", async () => {
    const cloud = await windowsCloud();
    const folder = workFolder();
    const tokenFile = join(folder, "token");
    writeFileSync(tokenFile, "Canary-Token-not-real\n", { mode: 0o600 });
    await expectBoth(
      ["get", serverId(1), "--key", placeKey(folder), "--token-file", tokenFile, "--api", "v1"],
      { env: { ...cloud.env, OS_PASSWORD: "", OS_USERNAME: "" }, canaries: ["Canary-Token-not-real"] },
      "ERR_AUTH",
      /./,
    );
  });

  it("5: no server has the name or the id", async () => {
    const cloud = await windowsCloud();
    const key = placeKey(workFolder());
    const options = { env: cloud.env };
    await expectBoth(["get", "no-such-server", "--key", key], options, "ERR_NOT_FOUND", /./);
    await expectBoth(["get", serverId(99), "--key", key], options, "ERR_NOT_FOUND", /./);
  });

  it("5: several servers have the name; the candidates are listed", async () => {
    const twins = [readyServer(1), { ...readyServer(2), name: "win-1" }];
    const cloud = await windowsCloud({ servers: twins });
    const key = placeKey(workFolder());
    await expectBoth(["get", "win-1", "--key", key], { env: cloud.env }, "ERR_NOT_FOUND", /./);
    const run = await runProgram(["get", "win-1", "--key", key], { env: cloud.env });
    expect(run.stderr).toContain(serverId(1));
    expect(run.stderr).toContain(serverId(2));
    expect(cloud.passwordCalls(serverId(1))).toEqual([]);
  });

  it("6: a good key of another key pair; both fingerprints are shown", async () => {
    const cloud = await windowsCloud();
    const key = placeKey(workFolder(), strangerKey);
    await expectBoth(["get", "win-1", "--key", key], { env: cloud.env }, "ERR_WRONG_KEY", /key/);
    const run = await runProgram(["get", "win-1", "--key", key], { env: cloud.env });
    expect(run.stderr).toContain(strangerKey.sha256);
    expect(run.stderr).toContain("37:82:95:f2:77:0a:94:b5:c1:18:cd:21:38:8c:11:c4"); // of the key pair `ops`
  });

  it("7: not a private key", async () => {
    const cloud = await windowsCloud();
    const file = join(workFolder(), "key.pem");
    writeFileSync(file, "this is no key\n", { mode: 0o600 });
    await expectBoth(["get", "win-1", "--key", file], { env: cloud.env }, "ERR_BAD_KEY", /key\.pem/);
    expect(cloud.entries()).toEqual([]);
  });

  it("8: nobody listens at the identity service's address", async () => {
    const cloud = await windowsCloud();
    await cloud.stop();
    const key = placeKey(workFolder());
    await expectBoth(["get", "win-1", "--key", key], { env: cloud.env }, "ERR_UNAVAILABLE", /./);
  });

  it("8: the service asks to come back in an hour", async () => {
    const busy = { path: passwordPath(), status: 429, headers: { "Retry-After": "3600" }, body: {} };
    const cloud = await windowsCloud({ faults: [busy] });
    const key = placeKey(workFolder());
    await expectBoth(["get", "win-1", "--key", key], { env: cloud.env }, "ERR_UNAVAILABLE", /./);
    const { error } = jsonAnswer(
      await runProgram(["get", "win-1", "--key", key, "--json"], { env: cloud.env }),
    );
    expect(error?.retryable).toBe(true);
  });

  it("9: --timeout runs out while the service thinks", async () => {
    const cloud = await windowsCloud({ faults: [{ path: passwordPath(), delayMs: 60_000 }] });
    const key = placeKey(workFolder());
    const args = ["get", "win-1", "--key", key, "--timeout", "1"];
    await expectBoth(args, { env: cloud.env }, "ERR_TIMEOUT", /./);
  });

  it("9: --wait-timeout runs out", async () => {
    const cloud = await windowsCloud({ servers: [bootingServer(1)] });
    const key = placeKey(workFolder());
    const args = ["get", "win-1", "--key", key, "--wait", "--wait-timeout", "1s"];
    await expectBoth(args, { env: cloud.env }, "ERR_TIMEOUT", /./);
  });

  it("12: a file with other content is in the way", async () => {
    const cloud = await windowsCloud();
    const folder = workFolder();
    const out = join(folder, "taken");
    writeFileSync(out, "something else");
    const args = ["get", "win-1", "--key", placeKey(folder), "--out", out, "--clear"];
    await expectBoth(args, { env: cloud.env }, "ERR_NOT_DELIVERED", /taken/);
    expect(cloud.passwordCalls(serverId(1)).filter((call) => call.startsWith("DELETE"))).toEqual([]);
  });

  it("13: the ciphertext changes between delivery and clear; the new one is left alone", async () => {
    const other = encryptTo("Another-Pa55word-not-real");
    const swap = { method: "GET", path: passwordPath(), call: 2, ciphertext: { replaceWith: other } };
    const cloud = await windowsCloud({ faults: [swap] });
    const key = placeKey(workFolder());
    const run = await runProgram(["get", "win-1", "--key", key, "--clear"], { env: cloud.env, ...secrets });
    expectFailure(run, "ERR_NOT_VERIFIED", /./, "any");
    expect(run.stdout.toString("utf8")).toBe(serverPassword);
    expect(cloud.passwordCalls(serverId(1))).toEqual(["GET 200", "GET 200"]);
  });

  it("15: the ciphertext is of no RSA size", async () => {
    const cut = { path: passwordPath(), ciphertext: { truncateTo: 100 } };
    const cloud = await windowsCloud({ faults: [cut] });
    const key = placeKey(workFolder());
    await expectBoth(["get", "win-1", "--key", key], { env: cloud.env }, "ERR_SUSPECT", /100 bytes/);
  });

  it("15: one bit is flipped, and the key is known to be the server's", async () => {
    const flip = { path: passwordPath(), ciphertext: { flipBit: 77 } };
    const cloud = await windowsCloud({ faults: [flip] });
    const key = placeKey(workFolder());
    await expectBoth(["get", "win-1", "--key", key], { env: cloud.env }, "ERR_SUSPECT", /damaged/);
  });

  it("15: the decrypted text would steer a terminal", async () => {
    const cloud = await windowsCloud({ servers: [readyServer(1, "\u001B[2Jowned")] });
    const key = placeKey(workFolder());
    await expectBoth(["get", "win-1", "--key", key, "--clear"], { env: cloud.env }, "ERR_SUSPECT", /./);
    expect(cloud.passwordCalls(serverId(1)).every((call) => call === "GET 200")).toBe(true);
  });
});

describe("a failed clear", () => {
  it("4: the reader may not; the permission is named", async () => {
    const cloud = await windowsCloud();
    const env = { ...cloud.env, ...readerLogin };
    const args = ["clear", "win-1", "--yes"];
    await expectBoth(args, { env }, "ERR_AUTH", /403/);
    expect((await runProgram(args, { env })).stderr).toContain("ecs:cloudServers:deletePassword");
  });

  it("5: no such server", async () => {
    const cloud = await windowsCloud();
    await expectBoth(["clear", "nobody", "--yes"], { env: cloud.env }, "ERR_NOT_FOUND", /./);
  });

  it("11: nobody consented", async () => {
    const cloud = await windowsCloud();
    await expectBoth(["clear", "win-1"], { env: cloud.env }, "ERR_REFUSED", /--yes/);
    expect(cloud.entries()).toEqual([]);
  });
});

describe("a failed decrypt", () => {
  it("2, 3, 6, 7, 15 without any network", async () => {
    const folder = workFolder();
    const key = placeKey(folder);
    const blob = encryptTo(serverPassword);
    const decrypt = (...args: string[]): string[] => ["decrypt", ...args, "--key", key];
    await expectBoth(decrypt(join(folder, "missing")), {}, "ERR_USAGE", /ENOENT/);
    await expectBoth(decrypt(), {}, "ERR_NOT_READY", /./);
    await expectBoth(decrypt("--blob", encryptTo("x", strangerKey)), {}, "ERR_WRONG_KEY", /./);
    await expectBoth(decrypt("--blob", "not base64!"), {}, "ERR_SUSPECT", /base64/);
    const locked = placeKey(folder, lockedKey);
    await expectBoth(
      ["decrypt", "--blob", blob, "--key", locked],
      { env: { WINPW_PASSPHRASE: "Canary-Wrong-Passphrase" }, canaries: ["Canary-Wrong-Passphrase"] },
      "ERR_BAD_KEY",
      /passphrase/,
    );
  });
});

describe("usage errors", () => {
  it.each([
    ["an unknown command", ["frobnicate"]],
    ["an unknown option", ["get", "win-1", "--frobnicate"]],
    ["an option without its value", ["get", "win-1", "--key"]],
    ["no server", ["get", "--key", "k.pem"]],
    ["no server to clear", ["clear", "--yes"]],
    ["a surplus operand", ["decrypt", "a", "b", "--key", "k.pem"]],
    ["a bad duration", ["get", "win-1", "--key", "k.pem", "--timeout", "soon"]],
    ["a bad API", ["get", "win-1", "--key", "k.pem", "--api", "v7"]],
    ["--blob and a file", ["decrypt", "a", "--blob", "b", "--key", "k.pem"]],
    ["--out and --out-dir", ["get", "win-1", "--key", "k.pem", "--out", "a", "--out-dir", "b"]],
    ["--out for two", ["get", "win-1", "win-2", "--key", "k.pem", "--out", "a"]],
  ])("%s is exit 2, also under --json", async (_name, args) => {
    await expectBoth(args, {}, "ERR_USAGE", /./);
  });

  it("names the command that was asked for in the answer object", async () => {
    const run = await runProgram(["clear", "--frobnicate", "--json"]);
    expect(jsonAnswer(run).action).toBe("clear");
    const before = await runProgram(["--json", "clear", "--frobnicate"]);
    expect(jsonAnswer(before).action).toBe("clear");
  });

  it("does not put what was typed instead of a command into the answer", async () => {
    const run = await runProgram(["Canary-Typed-Word", "--json"], { canaries: ["Canary-Typed-Word"] });
    expectFailure(run, "ERR_USAGE", /unknown command/, "any");
  });

  it("answers only once when an option fails the parser", async () => {
    const run = await runProgram(["get", "win-1", "--timeout", "never", "--json"]);
    expect(linesOf(run)).toHaveLength(1);
  });

  it("uses every example key's own container in the failure of a wrong one", async () => {
    const folder = workFolder();
    const wrong = exampleKey("pkcs1.der");
    const run = await runProgram(["decrypt", "--blob", encryptTo("x"), "--key", placeKey(folder, wrong)]);
    expectFailure(run, "ERR_WRONG_KEY", /./);
    expect(run.stderr).toContain(wrong.sha256);
  });
});
