import { execFileSync } from "node:child_process";
import { closeSync, openSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lacksTool } from "../tools.ts";
import { jsonAnswer } from "./answers.ts";
import type { LogEntry } from "./emulated-cloud.ts";
import { exampleCiphertext, lockedKey, placeKey, workFolder } from "./key-files.ts";
import { runOnTerminal, startProgram } from "./program.ts";
import {
  bootingServer,
  loginPassword,
  passwordPath,
  readyServer,
  serverId,
  serverPassword,
  windowsCloud,
} from "./windows-cloud.ts";

const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
const signals = Object.entries(codes) as readonly [keyof typeof codes, number][];
const secrets = { canaries: [loginPassword], stdoutOnly: [serverPassword] };

// The emulator writes a line when it answers; a delayed call is under way once the call before it is in the log.
const loggedIn = (entries: readonly LogEntry[]): boolean =>
  entries.some(({ method, path }) => method === "POST" && path === "/v3/auth/tokens");
const fetched =
  (times: number) =>
  (entries: readonly LogEntry[]): boolean =>
    entries.filter(({ method, path }) => method === "GET" && path.endsWith("/os-server-password")).length >=
    times;

describe.skipIf(process.platform === "win32")("a signal", () => {
  it.each(signals)(
    "%s during the first fetch: %i, nothing delivered, nothing cleared",
    async (signal, code) => {
      const cloud = await windowsCloud({ faults: [{ path: passwordPath(), delayMs: 60_000 }] });
      const folder = workFolder();
      const out = join(folder, "results");
      const args = ["get", serverId(1), "--key", placeKey(folder), "--clear", "--out", out];
      const { child, result } = startProgram(args, { env: cloud.env, ...secrets });
      await cloud.until(loggedIn);
      child.kill(signal);
      const run = await result;
      expect(run.code, run.stderr).toBe(code);
      expect(run.stdout.toString("utf8")).toBe("");
      expect(run.stderr).toMatch(new RegExp(`^winpw: error ERR_\\w+: .*${signal}`));
      expect(readdirSync(folder)).toEqual(["pkcs8.pem"]);
      expect(cloud.entries().some(({ method }) => method === "DELETE")).toBe(false);
    },
  );

  it.each(signals)("%s between delivery and clear: %i, delivered, no DELETE", async (signal, code) => {
    const slow = { path: passwordPath(), method: "GET", call: 2, delayMs: 60_000 };
    const cloud = await windowsCloud({ faults: [slow] });
    const args = ["get", serverId(1), "--key", placeKey(workFolder()), "--clear"];
    const { child, result } = startProgram(args, { env: cloud.env, ...secrets });
    await new Promise((resolve) => {
      child.stdout?.once("data", resolve);
    });
    child.kill(signal);
    const run = await result;
    expect(run.code, run.stderr).toBe(code);
    expect(run.stdout.toString("utf8")).toBe(serverPassword);
    expect(cloud.entries().some(({ method }) => method === "DELETE")).toBe(false);
  });

  it.each(signals)("%s while a file already has the password: it stays, no DELETE", async (signal, code) => {
    const slow = { path: passwordPath(), method: "GET", call: 2, delayMs: 60_000 };
    const cloud = await windowsCloud({ faults: [slow] });
    const folder = workFolder();
    const args = ["get", serverId(1), "--key", placeKey(folder), "--clear", "--out-dir", folder, "--json"];
    const { child, result } = startProgram(args, { env: cloud.env, canaries: [serverPassword] });
    await cloud.until(fetched(1));
    while (readdirSync(folder).every((name) => !name.endsWith(".password")))
      await new Promise((resolve) => setTimeout(resolve, 10));
    child.kill(signal);
    const run = await result;
    expect(run.code, run.stderr).toBe(code);
    expect(jsonAnswer(run)).toMatchObject({ ok: false, cleared: false, error: { exit: code } });
    expect(jsonAnswer(run).delivered).toHaveLength(1);
    expect(cloud.entries().some(({ method }) => method === "DELETE")).toBe(false);
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it.each(signals)("%s during a wait: %i", async (signal, code) => {
    const cloud = await windowsCloud({ servers: [bootingServer(1)] });
    const args = ["get", serverId(1), "--key", placeKey(workFolder()), "--wait"];
    const { child, result } = startProgram(args, { env: cloud.env });
    await new Promise((resolve) => {
      child.stderr?.once("data", resolve);
    });
    child.kill(signal);
    expect((await result).code).toBe(code);
  });

  it.each(signals)("%s during a login: %i", async (signal, code) => {
    const cloud = await windowsCloud({
      servers: [{ ...bootingServer(1, 0), password: "irrelevant-Pa55word" }],
      faults: [{ path: "/v3/auth/tokens", delayMs: 60_000 }],
    });
    await cloud.until((entries) => entries.length > 1);
    const { child, result } = startProgram(["clear", serverId(1), "--yes", "--debug"], {
      env: cloud.env,
      ...secrets,
    });
    // A delayed login leaves no trace yet; long before this pause ends the signal handlers stand.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    child.kill(signal);
    expect((await result).code).toBe(code);
    expect(cloud.entries().some(({ method }) => method === "DELETE")).toBe(false);
  });

  it("stops a list of servers: no further one is begun", async () => {
    const cloud = await windowsCloud({
      servers: [readyServer(1), readyServer(2), readyServer(3)],
      faults: [{ path: passwordPath(2), delayMs: 60_000 }],
    });
    const folder = workFolder();
    const ids = [serverId(1), serverId(2), serverId(3)];
    const args = ["get", ...ids, "--key", placeKey(folder), "--clear", "--out-dir", folder];
    const { child, result } = startProgram(args, { env: cloud.env, canaries: [serverPassword] });
    await cloud.until((entries) => entries.filter(({ method }) => method === "DELETE").length === 1);
    await cloud.until(fetched(3));
    await new Promise((resolve) => setTimeout(resolve, 300));
    child.kill("SIGTERM");
    expect((await result).code).toBe(143);
    expect(cloud.passwordCalls(serverId(3))).toEqual([]);
    expect(cloud.entries().filter(({ method }) => method === "DELETE")).toHaveLength(1);
  });

  it("sent twice ends at once", async () => {
    const cloud = await windowsCloud({ faults: [{ path: passwordPath(), delayMs: 60_000 }] });
    const { child, result } = startProgram(["get", serverId(1), "--key", placeKey(workFolder())], {
      env: cloud.env,
    });
    await cloud.until(loggedIn);
    child.kill("SIGINT");
    child.kill("SIGINT");
    expect((await result).code).toBe(130);
  });
});

describe.skipIf(lacksTool("mkfifo"))("mkfifo: a program that waits for its input", () => {
  it.each(signals)("is ended by %s, as the shell sees it by %i", async (signal, code) => {
    const folder = workFolder();
    const key = placeKey(folder);
    const locked = placeKey(folder, lockedKey);
    const fifo = join(folder, "fifo");
    execFileSync("mkfifo", [fifo]);
    const held = openSync(fifo, "r+"); // a writer that writes nothing
    for (const args of [
      ["decrypt", fifo, "--key", key],
      ["decrypt", "--blob", exampleCiphertext(), "--key", fifo],
      ["decrypt", "--blob", exampleCiphertext(), "--key", locked, "--passphrase-file", fifo],
    ]) {
      const { child, result } = startProgram(args);
      await new Promise((resolve) => setTimeout(resolve, 500));
      child.kill(signal);
      const run = await result;
      expect([code, signal], run.stderr).toContain(run.code ?? run.signal);
    }
    closeSync(held);
  });
});

describe.skipIf(lacksTool("script"))("script: keys on the terminal", () => {
  it("Ctrl-C during a wait is 130", async () => {
    const cloud = await windowsCloud({ servers: [bootingServer(1)] });
    const args = ["get", serverId(1), "--key", placeKey(workFolder()), "--wait"];
    const run = await runOnTerminal(args, {
      env: cloud.env,
      steps: [{ expect: "no password yet", type: "\u0003" }],
    });
    expect(run.code).toBe(130);
  });

  it("Ctrl-C at the question of clear is 130, nothing is cleared", async () => {
    const cloud = await windowsCloud();
    for (const key of ["\u0003", "\u0004"]) {
      const run = await runOnTerminal(["clear", "win-1"], {
        env: cloud.env,
        steps: [{ expect: "to go on: ", type: key }],
      });
      expect([130, 11]).toContain(run.code);
    }
    expect(cloud.entries().some(({ method }) => method === "DELETE")).toBe(false);
  });
});
