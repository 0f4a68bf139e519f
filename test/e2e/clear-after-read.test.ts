import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findTool, lacksTool } from "../tools.ts";
import { expectFailure, jsonAnswer, linesOf } from "./answers.ts";
import type { EmulatedCloud } from "./emulated-cloud.ts";
import { encryptTo, placeKey, workFolder } from "./key-files.ts";
import { runOnTerminal, runProgram, runShell, type RunResult } from "./program.ts";
import {
  loginPassword,
  passwordPath,
  readerLogin,
  readyServer,
  serverId,
  serverPassword,
  windowsCloud,
} from "./windows-cloud.ts";

const wholeClear = ["GET 200", "GET 200", "DELETE 204", "GET 200"];
const secrets = { canaries: [loginPassword], stdoutOnly: [serverPassword] };

/** One ready server, a key, and an empty folder for results. */
async function scene(
  faults: readonly Record<string, unknown>[] = [],
): Promise<{ cloud: EmulatedCloud; folder: string; key: string; env: Readonly<Record<string, string>> }> {
  const cloud = await windowsCloud({ faults });
  const base = workFolder();
  const folder = join(base, "results");
  mkdirSync(folder);
  return { cloud, folder, key: placeKey(base), env: cloud.env };
}

function expectNoDelete(cloud: EmulatedCloud): void {
  expect(cloud.entries().filter(({ method }) => method === "DELETE")).toEqual([]);
}

describe("the order of a read that clears", () => {
  it("is GET, GET, DELETE, GET, and the password is out", async () => {
    const { cloud, key, env } = await scene();
    const run = await runProgram(["get", "win-1", "--key", key, "--clear"], { env, ...secrets });
    expect(run.code).toBe(0);
    expect(run.stdout.toString("utf8")).toBe(serverPassword);
    expect(cloud.passwordCalls(serverId(1))).toEqual(wholeClear);
    expect(run.stderr).toMatch(/not|nowhere/); // stdout is a pipe: transient, and it says so
    expect(run.stderr).toMatch(/--keep-bundle|--out/);
  });

  it.each(["v1", "v2.1"])("is the same on %s, and the answer tells it", async (api) => {
    const { cloud, key, env, folder } = await scene();
    const out = join(folder, "pw");
    const args = ["get", "win-1", "--key", key, "--clear", "--out", out, "--json", "--api", api];
    const run = await runProgram(args, { env, canaries: [serverPassword, loginPassword] });
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(jsonAnswer(run)).toMatchObject({
      ok: true,
      changed: true,
      cleared: true,
      verdict: "ready",
      delivered: [{ sink: "file", locator: out, durable: true }],
    });
    expect(cloud.passwordCalls(serverId(1))).toEqual(wholeClear);
    expect(cloud.entries().some(({ path }) => path.startsWith(`/${api}/`))).toBe(true);
    expect(readFileSync(out, "utf8")).toBe(serverPassword);
  });

  it("never runs for a server whose password was not decrypted", async () => {
    const cloud = await windowsCloud({
      servers: [{ ...readyServer(1), ciphertext: "bm9wZQ==" }, readyServer(2)],
    });
    const folder = workFolder();
    const args = ["get", "win-1", "win-2", "--key", placeKey(folder), "--clear", "--out-dir", folder];
    const run = await runProgram(args, { env: cloud.env });
    expect(run.code).toBe(10);
    expect(cloud.passwordCalls(serverId(1))).toEqual(["GET 200"]);
    expect(cloud.passwordCalls(serverId(2))).toEqual(wholeClear);
  });

  it("without --clear is one GET", async () => {
    const { cloud, key, env } = await scene();
    await runProgram(["get", "win-1", "--key", key], { env });
    expect(cloud.passwordCalls(serverId(1))).toEqual(["GET 200"]);
  });
});

describe("standard output that does not take the password", () => {
  const clear = 'winpw get win-1 --key "$KEY" --clear';

  it.each([
    ["closed at start", `${clear} >&-`],
    ["the null device", `${clear} > /dev/null`],
    ["the null device, read and write", `${clear} 1<> /dev/null`],
  ])("%s: exit 12 before any request", async (_name, command) => {
    const { cloud, key, env } = await scene();
    const run = await runShell(command, { env: { ...env, KEY: key }, ...secrets });
    expectFailure(run, "ERR_NOT_DELIVERED", /standard output/);
    expect(cloud.entries()).toEqual([]);
  });

  it("the null device without --clear is nobody's business", async () => {
    const { cloud, key, env } = await scene();
    const run = await runShell('winpw get win-1 --key "$KEY" > /dev/null', { env: { ...env, KEY: key } });
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expectNoDelete(cloud);
  });

  it("the null device with a file as sink is fine", async () => {
    const { cloud, key, env, folder } = await scene();
    const run = await runShell(`${clear} --out ${folder}/pw > /dev/null`, { env: { ...env, KEY: key } });
    expect(run.code, run.stderr).toBe(0);
    expect(cloud.passwordCalls(serverId(1))).toEqual(wholeClear);
  });

  it("closed at start with a file as sink is fine", async () => {
    const { cloud, key, env, folder } = await scene();
    const run = await runShell(`${clear} --out ${folder}/pw >&-`, { env: { ...env, KEY: key } });
    expect(readFileSync(join(folder, "pw"), "utf8")).toBe(serverPassword);
    expect(run.code, run.stderr).toBe(0);
    expect(cloud.passwordCalls(serverId(1))).toEqual(wholeClear);
  });

  it.each([
    ["a full device", `${clear} > /dev/full`, /ENOSPC/],
    ["a full device, as JSON", `${clear} --json > /dev/full`, /ENOSPC/],
    ["a reader that is gone", `${clear} | true`, /EPIPE/],
    ["a descriptor open for reading only", `${clear} 1< /dev/zero`, /EBADF/],
  ])("%s: exit 12, and nothing is cleared", async (_name, command, about) => {
    const { cloud, key, env } = await scene();
    const run = await runShell(command, { env: { ...env, KEY: key }, ...secrets });
    expectFailure(run, "ERR_NOT_DELIVERED", about);
    expect(cloud.passwordCalls(serverId(1))).toEqual(["GET 200"]);
  });

  it("a reader that closed before the write", async () => {
    const { cloud, key, env } = await scene([{ path: passwordPath(), delayMs: 300 }]);
    const run = await runProgram(["get", "win-1", "--key", key, "--clear"], { env, closeStdout: true });
    expect(run.code).toBe(12);
    expectNoDelete(cloud);
  });

  it("decrypt says it too", async () => {
    const { key } = await scene();
    const blob = encryptTo(serverPassword);
    const run = await runShell(`winpw decrypt --key ${key} --blob ${blob} > /dev/full`, secrets);
    expectFailure(run, "ERR_NOT_DELIVERED", /ENOSPC/);
  });

  it("a full device while facts are shown: delivered to the file, but not cleared", async () => {
    const { cloud, key, env, folder } = await scene();
    const command = `${clear} --out ${folder}/pw > /dev/full`;
    const run = await runShell(command, { env: { ...env, KEY: key }, ...secrets });
    expect(run.code).toBe(12);
    expect(readFileSync(join(folder, "pw"), "utf8")).toBe(serverPassword);
    expectNoDelete(cloud);
  });
});

describe.skipIf(lacksTool("perl"))("perl: a slow reader of a non-blocking pipe", () => {
  // Fills the pipe to the brim, then lets the program write into it, and reads only after a while.
  const relay = String.raw`
    use Fcntl; use strict;
    pipe(my $r, my $w) or die;
    fcntl($w, F_SETFL, fcntl($w, F_GETFL, 0) | O_NONBLOCK) or die;
    my $filled = 0;
    for my $size (4096, 1) { while (defined(my $n = syswrite($w, "x" x $size))) { $filled += $n } }
    my $pid = fork();
    if (!$pid) { close $r; open(STDOUT, ">&", $w) or die; close $w; exec @ARGV or die }
    close $w;
    select(undef, undef, undef, 1.5);
    my $all = "";
    while (1) { my $n = sysread($r, my $piece, 7); last unless $n; $all .= $piece }
    waitpid($pid, 0);
    print substr($all, $filled);
    exit($? >> 8);
  `;
  const relayed = `export -f winpw; perl -e "$RELAY" bash -c 'winpw get win-1 --key "$KEY"`;

  it("gets every byte, and only then the cloud is cleared", async () => {
    const { cloud, key, env } = await scene();
    const run = await runShell(`${relayed} --clear'`, {
      env: { ...env, KEY: key, RELAY: relay },
      ...secrets,
    });
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout.toString("utf8")).toBe(serverPassword);
    expect(cloud.passwordCalls(serverId(1))).toEqual(wholeClear);
  });

  it("who never reads makes --timeout run out: not delivered, not cleared", async () => {
    const { cloud, key, env } = await scene();
    const never = relay.replace("1.5", "14");
    const run = await runShell(`${relayed} --clear --timeout 10'`, {
      env: { ...env, KEY: key, RELAY: never },
    });
    expect(run.code, run.stderr).toBe(12);
    expectNoDelete(cloud);
  });
});

describe("--out and what is in the way", () => {
  async function attempt(
    prepare: (out: string, folder: string) => void,
    more: readonly string[] = [],
  ): Promise<{ run: RunResult; cloud: EmulatedCloud; out: string; folder: string }> {
    const { cloud, key, env, folder } = await scene();
    const out = join(folder, "pw");
    prepare(out, folder);
    const args = ["get", "win-1", "--key", key, "--clear", "--out", out, ...more];
    const run = await runProgram(args, { env, canaries: [serverPassword, loginPassword] });
    return { run, cloud, out, folder };
  }

  it.each([
    ["a symbolic link to a file", (out: string) => symlinkSync("target", out)],
    ["a symbolic link that leads nowhere", (out: string) => symlinkSync("/nonexistent/x", out)],
    ["a FIFO", (out: string) => execFileSync("mkfifo", [out])],
    ["a folder", (out: string) => mkdirSync(out)],
  ])("%s: exit 2 before any request", async (_name, prepare) => {
    for (const more of [[], ["--force"]]) {
      const { run, cloud } = await attempt(prepare, more);
      expectFailure(run, "ERR_USAGE", /pw is /);
      expect(cloud.entries()).toEqual([]);
    }
  });

  it("a device: exit 2 before any request", async () => {
    const { cloud, key, env } = await scene();
    for (const device of ["/dev/null", "/dev/full", "/dev/tty", "/dev/stdout"]) {
      const run = await runProgram(["get", "win-1", "--key", key, "--out", device], { env });
      expectFailure(run, "ERR_USAGE", /dev/);
    }
    expect(cloud.entries()).toEqual([]);
  });

  it.each(["missing/pw", "taken/pw"])(
    "%s, whose folder is none: exit 12 before any request",
    async (name) => {
      const { cloud, key, env, folder } = await scene();
      writeFileSync(join(folder, "taken"), "");
      const args = ["get", "win-1", "--key", key, "--clear", "--out", join(folder, name)];
      expectFailure(await runProgram(args, { env }), "ERR_NOT_DELIVERED", /folder/);
      const several = ["get", "win-1", "win-2", "--key", key, "--out-dir", join(folder, name)];
      expectFailure(await runProgram(several, { env }), "ERR_NOT_DELIVERED", /folder/);
      expect(cloud.entries()).toEqual([]);
    },
  );

  const withoutOverride = process.getuid?.() === 0 ? findTool("setpriv") : "";
  it.skipIf(withoutOverride === undefined)(
    "setpriv: a folder that may not be written to: exit 12 before any request",
    async () => {
      const { cloud, key, env, folder } = await scene();
      chmodSync(folder, 0o555);
      for (const path of [key, join(key, "..")]) chmodSync(path, 0o755);
      // Root without the capability to pass over modes: another user might not reach the interpreter.
      const user = withoutOverride === "" ? "" : "setpriv --bounding-set=-dac_override,-dac_read_search";
      const command = `export -f winpw; HOME=/ ${user} bash -c 'winpw get win-1 --key "$KEY" --clear -q --out ${folder}/pw'`;
      const run = await runShell(command, {
        env: { ...env, KEY: key },
      });
      chmodSync(folder, 0o755);
      expectFailure(run, "ERR_NOT_DELIVERED", /EACCES/);
      expect(cloud.entries()).toEqual([]);
    },
  );

  it("a file with other content: exit 12, it is left alone, nothing is cleared, no leftovers", async () => {
    const { run, cloud, out, folder } = await attempt((path) => writeFileSync(path, "precious"));
    expectFailure(run, "ERR_NOT_DELIVERED", /pw/);
    expectNoDelete(cloud);
    expect(readFileSync(out, "utf8")).toBe("precious");
    expect(readdirSync(folder)).toEqual(["pw"]);
  });

  it("a file that only starts with the password, or has a line feed more, is other content", async () => {
    for (const content of [serverPassword.slice(0, -1), `${serverPassword}\n`, ""]) {
      const { run, cloud } = await attempt((path) => writeFileSync(path, content));
      expectFailure(run, "ERR_NOT_DELIVERED", /pw/);
      expectNoDelete(cloud);
    }
  });

  it("the same file with --force: replaced whole, mode 0600", async () => {
    const { run, cloud, out, folder } = await attempt(
      (path) => {
        writeFileSync(path, "precious");
        chmodSync(path, 0o644);
      },
      ["--force"],
    );
    expect(run.code, run.stderr).toBe(0);
    expect(readFileSync(out, "utf8")).toBe(serverPassword);
    expect(statSync(out).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["pw"]);
    expect(cloud.passwordCalls(serverId(1))).toEqual(wholeClear);
  });

  it("our own file that holds exactly this password counts as delivered", async () => {
    const { run, cloud, out } = await attempt((path) => writeFileSync(path, serverPassword, { mode: 0o600 }));
    expect(run.code, run.stderr).toBe(0);
    expect(readFileSync(out, "utf8")).toBe(serverPassword);
    expect(cloud.passwordCalls(serverId(1))).toEqual(wholeClear);
  });

  it("what it writes has mode 0600 whatever the umask, and leaves nothing else behind", async () => {
    for (const umask of ["0000", "0077", "0777"]) {
      const { cloud, key, env, folder } = await scene();
      const command = `umask ${umask}; winpw get win-1 --key "$KEY" --clear --out ${folder}/pw --keep-bundle ${folder}/b`;
      const run = await runShell(command, { env: { ...env, KEY: key }, ...secrets });
      expect(run.code, run.stderr).toBe(0);
      expect(readdirSync(folder).toSorted()).toEqual(["b", "pw"]);
      for (const name of ["b", "pw"]) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
      expect(statSync(join(folder, "pw")).nlink).toBe(1);
      expect(cloud.passwordCalls(serverId(1))).toEqual(wholeClear);
    }
  });

  it("a stdout that is a regular file is a durable sink: nothing is said about transience", async () => {
    const { cloud, key, env, folder } = await scene();
    const command = `winpw get win-1 --key "$KEY" --clear > ${folder}/pw`;
    const run = await runShell(command, { env: { ...env, KEY: key } });
    expect(run.code).toBe(0);
    expect(run.stderr).not.toMatch(/durable/);
    expect(readFileSync(join(folder, "pw"), "utf8")).toBe(serverPassword);
    expect(cloud.passwordCalls(serverId(1))).toEqual(wholeClear);
  });
});

describe("a clear that goes wrong after the password is delivered", () => {
  async function attempt(
    faults: readonly Record<string, unknown>[],
    env: Readonly<Record<string, string>> = {},
    more: readonly string[] = [],
  ): Promise<{ run: RunResult; cloud: EmulatedCloud }> {
    const { cloud, key, env: own } = await scene(faults);
    const args = ["get", "win-1", "--key", key, "--clear", "-q", ...more];
    const run = await runProgram(args, { env: { ...own, ...env }, ...secrets });
    return { run, cloud };
  }

  it("403 on DELETE: exit 4 naming the permission, password delivered", async () => {
    const { run, cloud } = await attempt([], readerLogin);
    expectFailure(run, "ERR_AUTH", /403/, "any");
    expect(run.stdout.toString("utf8")).toBe(serverPassword);
    expect(run.stderr).toContain("ecs:cloudServers:deletePassword");
    expect(run.stderr).toMatch(/delivered/);
    expect(cloud.passwordCalls(serverId(1))).toEqual(["GET 200", "GET 200", "DELETE 403"]);
  });

  it("403 on DELETE in JSON: delivered, cleared false, the password is there", async () => {
    const { run } = await attempt([], readerLogin, ["--json"]);
    expect(run.code).toBe(4);
    expect(jsonAnswer(run)).toMatchObject({
      ok: false,
      changed: false,
      cleared: false,
      password: serverPassword,
      delivered: [{ sink: "stdout" }],
      error: { code: "ERR_AUTH", exit: 4 },
    });
  });

  it("403 on the v2.1 API names that API's permission", async () => {
    const { run } = await attempt([], readerLogin, ["--api", "v2.1"]);
    expectFailure(run, "ERR_AUTH", /403/, "any");
    expect(run.stderr).toContain("ecs:serverPasswords:manage");
  });

  it.each([
    ["the second fetch fails", [{ path: passwordPath(), method: "GET", call: 2, status: 400, body: {} }]],
    [
      "the second fetch is another ciphertext",
      [{ path: passwordPath(), method: "GET", call: 2, ciphertext: { flipBit: 9 } }],
    ],
    [
      "the second fetch is garbage",
      [{ path: passwordPath(), method: "GET", call: 2, ciphertext: { replaceWith: "?" } }],
    ],
    [
      "the second fetch is no JSON",
      [{ path: passwordPath(), method: "GET", call: 2, status: 200, body: "<html>" }],
    ],
    [
      "the server is gone at the second fetch",
      [{ path: passwordPath(), method: "GET", call: 2, status: 404, body: {} }],
    ],
  ])("%s: 13, no DELETE", async (_name, faults) => {
    const { run, cloud } = await attempt(faults);
    expectFailure(run, "ERR_NOT_VERIFIED", /delivered/, "any");
    expect(run.stdout.toString("utf8")).toBe(serverPassword);
    expectNoDelete(cloud);
  });

  it.each([
    ["DELETE is refused", [{ path: passwordPath(), method: "DELETE", status: 409, body: {} }]],
    ["DELETE does not take", [{ path: passwordPath(), method: "DELETE", ignore: true }]],
    ["the server is gone at DELETE", [{ path: passwordPath(), method: "DELETE", status: 404, body: {} }]],
    ["the last fetch fails", [{ path: passwordPath(), method: "GET", call: 3, status: 400, body: {} }]],
  ])("%s: 13", { timeout: 60_000 }, async (_name, faults) => {
    const { run } = await attempt(faults);
    expectFailure(run, "ERR_NOT_VERIFIED", /delivered/, "any");
    expect(run.stdout.toString("utf8")).toBe(serverPassword);
  });

  it("--timeout runs out after delivery: 13", async () => {
    const { run } = await attempt([{ path: passwordPath(), method: "DELETE", delayMs: 60_000 }], {}, [
      "--timeout",
      "3",
    ]);
    expectFailure(run, "ERR_NOT_VERIFIED", /delivered/, "any");
    expect(run.stdout.toString("utf8")).toBe(serverPassword);
  });

  it("somebody else had cleared it: exit 0, changed false, and said so", async () => {
    const gone = { path: passwordPath(), method: "GET", call: 2, status: 200, body: { password: "" } };
    const { cloud, key, env } = await scene([gone]);
    const run = await runProgram(["get", "win-1", "--key", key, "--clear"], { env, ...secrets });
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(/else/);
    expectNoDelete(cloud);
    const { cloud: again, key: key2, env: env2 } = await scene([gone]);
    const machine = await runProgram(["get", "win-1", "--key", key2, "--clear", "--json"], {
      env: env2,
      ...secrets,
    });
    expect(machine.code).toBe(0);
    expect(jsonAnswer(machine)).toMatchObject({
      ok: true,
      changed: false,
      cleared: true,
      password: serverPassword,
    });
    expectNoDelete(again);
  });

  it.each([
    ["its answer was lost", { resetAfter: true, call: 1 }],
    ["the gateway was busy", { status: 503, body: {}, call: 1 }],
    ["it was slow", { delayMs: 500 }],
  ])("DELETE, but %s: the reads settle it, exit 0", async (_name, how) => {
    const { run, cloud } = await attempt([{ path: passwordPath(), method: "DELETE", ...how }], {}, [
      "--json",
    ]);
    expect(run.code, run.stderr).toBe(0);
    expect(jsonAnswer(run)).toMatchObject({ changed: true, cleared: true });
    expect(cloud.passwordCalls(serverId(1)).at(-1)).toBe("GET 200");
  });

  it("404 for the password after a DELETE that went through counts as gone", async () => {
    const { run } = await attempt([{ path: passwordPath(), method: "GET", call: 3, status: 404, body: {} }]);
    expect(run.code, run.stderr).toBe(0);
  });
});

describe("--keep-bundle", () => {
  it("keeps the ciphertext before DELETE, and decrypt brings the password back", async () => {
    const { cloud, key, env, folder } = await scene();
    const bundle = join(folder, "win-1.bundle");
    const args = ["get", "win-1", "--key", key, "--clear", "--keep-bundle", bundle];
    const run = await runProgram(args, { env, ...secrets });
    expect(run.code, run.stderr).toBe(0);
    expect(JSON.parse(readFileSync(bundle, "utf8"))).toMatchObject({
      schema: "winpw-bundle/1",
      server: { api: "v1", region: "loopback-1", id: serverId(1), name: "win-1" },
      ciphertextSha256: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
    });
    expect(Object.keys(JSON.parse(readFileSync(bundle, "utf8")) as object).toSorted()).toEqual([
      "ciphertext",
      "ciphertextSha256",
      "fetchedAt",
      "keyPair",
      "schema",
      "server",
    ]);
    await cloud.stop();
    const back = await runProgram(["decrypt", bundle, "--key", key], secrets);
    expect(back).toMatchObject({ code: 0, stderr: "" });
    expect(back.stdout.toString("utf8")).toBe(serverPassword);
    const told = jsonAnswer(await runProgram(["decrypt", bundle, "--key", key, "--json"]));
    expect(told.server).toMatchObject({ id: serverId(1), name: "win-1" });
  });

  it("that cannot be written: exit 12, nothing is cleared", async () => {
    const { cloud, key, env, folder } = await scene();
    writeFileSync(join(folder, "taken"), "other");
    const args = ["get", "win-1", "--key", key, "--clear", "-q", "--keep-bundle", join(folder, "taken")];
    const run = await runProgram(args, { env, ...secrets });
    expectFailure(run, "ERR_NOT_DELIVERED", /taken/, "any");
    expectNoDelete(cloud);
    const missing = ["get", "win-1", "--key", key, "--clear", "--keep-bundle", join(folder, "no", "b")];
    expectFailure(await runProgram(missing, { env }), "ERR_NOT_DELIVERED", /folder/);
  });
});

describe("--dry-run", () => {
  it("decrypts, writes to no sink, changes nothing, says what would have been done", async () => {
    const { cloud, key, env, folder } = await scene();
    const out = join(folder, "pw");
    const args = [
      "get",
      "win-1",
      "--key",
      key,
      "--dry-run",
      "--clear",
      "--out",
      out,
      "--keep-bundle",
      `${out}.b`,
    ];
    const run = await runProgram(args, { env, canaries: [serverPassword] });
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout.toString("utf8")).toContain("win-1");
    expect(linesOf(run)).toEqual([
      `winpw: dry run: the password would go to ${out} and then be cleared in the cloud`,
    ]);
    expect(readdirSync(folder)).toEqual([]);
    expect(cloud.passwordCalls(serverId(1))).toEqual(["GET 200"]);
    const bare = await runProgram(["get", "win-1", "--key", key, "--dry-run", "--clear"], {
      env,
      canaries: [serverPassword],
    });
    expect(bare.code).toBe(0);
    const json = await runProgram(["get", "win-1", "--key", key, "--dry-run", "--clear", "--json"], {
      env,
      canaries: [serverPassword],
    });
    expect(jsonAnswer(json)).toMatchObject({ ok: true, changed: false, password: null, delivered: [] });
    expectNoDelete(cloud);
  });

  it("still fails for a wrong key, a missing password, a sink that could not be", async () => {
    const { key, env, folder } = await scene();
    const run = await runProgram(["get", "nobody", "--key", key, "--dry-run"], { env });
    expect(run.code).toBe(5);
    const sink = await runProgram(["get", "win-1", "--key", key, "--dry-run", "--out", `${folder}/x/y`], {
      env,
    });
    expect(sink.code).toBe(12);
  });

  it("of clear looks only, and needs no consent", async () => {
    const { cloud, env } = await scene();
    const run = await runProgram(["clear", "win-1", "--dry-run"], { env });
    expect(run.code, run.stderr).toBe(0);
    expect(run.stderr + run.stdout.toString("utf8")).toMatch(/would/);
    expectNoDelete(cloud);
  });

  it("of decrypt writes nothing", async () => {
    const { key, folder } = await scene();
    const args = [
      "decrypt",
      "--blob",
      encryptTo(serverPassword),
      "--key",
      key,
      "--dry-run",
      "--out",
      `${folder}/pw`,
    ];
    const run = await runProgram(args, { canaries: [serverPassword] });
    expect(run.code).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
    expect(run.stderr).toContain(`dry run: the password would go to ${folder}/pw`);
  });
});

describe.skipIf(lacksTool("script"))("script: clearing after a terminal has shown the password", () => {
  it("works, and says that nothing durable has it", async () => {
    const { cloud, key, env } = await scene();
    const run = await runOnTerminal(["get", "win-1", "--key", key, "--clear"], { env });
    expect(run.code).toBe(0);
    const screen = run.stdout.toString("utf8");
    expect(screen).toContain(`${serverPassword}\r\n`);
    expect(screen).toMatch(/durable/);
    expect(cloud.passwordCalls(serverId(1))).toEqual(wholeClear);
  });
});
