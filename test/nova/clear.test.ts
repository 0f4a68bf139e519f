import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { runProgram } from "../e2e/program.ts";
import {
  type NovaServer,
  type UserName,
  credentials,
  describeNova,
  makeServers,
  nova,
  storedPassword,
} from "./service.ts";

describeNova("winpw and a real Nova: clearing, and who may do what", () => {
  let toRead: NovaServer;
  let toClear: NovaServer;
  let watched: NovaServer;

  beforeAll(() => {
    const made = makeServers(
      ["read-and-clear", "clear", "watched"].map((name) => ({ name, password: `Fake-password-of-${name}` })),
    );
    [toRead, toClear, watched] = made as [NovaServer, NovaServer, NovaServer];
  });

  async function run(user: UserName, ...args: readonly string[]): ReturnType<typeof runProgram> {
    const passwords = [toRead, toClear, watched].map(({ password }) => password);
    const env = credentials(user);
    return runProgram(args, { env, canaries: [env["OS_PASSWORD"] ?? ""], stdoutOnly: passwords });
  }

  it("get --clear --out: the file holds the password, and Nova nothing", async () => {
    const out = join(nova().scratch, "read-and-clear.out");
    const args = ["get", toRead.id, "--key", nova().key.file, "--clear", "--out", out, "--json"];
    const { code, stdout } = await run("demo", ...args);
    expect(code).toBe(0);
    expect(JSON.parse(stdout.toString())).toMatchObject({
      ok: true,
      action: "get",
      changed: true,
      password: null,
      delivered: [{ locator: out, durable: true }],
      cleared: true,
    });
    expect(readFileSync(out, "utf8")).toBe(toRead.password);
    expect(statSync(out).mode & 0o777).toBe(0o600);
    expect(await storedPassword(toRead.id)).toBe("");
    expect((await run("demo", "get", toRead.id, "--key", nova().key.file)).code).toBe(3);
  });

  it("clear: needs consent, then clears once and is content to find it cleared", async () => {
    const refused = await run("demo", "clear", toClear.id, "--no-input");
    expect(refused.code).toBe(11);
    expect(await storedPassword(toClear.id)).toBe(toClear.ciphertext);
    for (const changed of [true, false]) {
      const { code, stdout } = await run("demo", "clear", toClear.id, "--yes", "--json");
      expect(code).toBe(0);
      expect(JSON.parse(stdout.toString())).toMatchObject({
        ok: true,
        action: "clear",
        changed,
        cleared: true,
      });
      expect(await storedPassword(toClear.id)).toBe("");
    }
  });

  const permission = /os-server-password:clear|ecs:serverPasswords:/;

  it("a reader gets the password", async () => {
    const { code, stdout } = await run("watcher", "get", watched.id, "--key", nova().key.file);
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 0, stdout: watched.password });
  });

  it("a reader may not clear, and is told which permission is missing", async () => {
    const { code, stderr } = await run("watcher", "clear", watched.id, "--yes");
    expect(code).toBe(4);
    expect(stderr).toContain("winpw: error ERR_AUTH: ");
    expect(stderr).toMatch(permission);
    expect(await storedPassword(watched.id)).toBe(watched.ciphertext);
  });

  it("a reader's get --clear delivers and then fails with 4", async () => {
    const out = join(nova().scratch, "watched.out");
    const { code, stderr } = await run(
      "watcher",
      "get",
      watched.id,
      "--key",
      nova().key.file,
      "--clear",
      "--out",
      out,
    );
    expect(code).toBe(4);
    expect(stderr).toMatch(permission);
    expect(readFileSync(out, "utf8")).toBe(watched.password);
    expect(await storedPassword(watched.id)).toBe(watched.ciphertext);
  });

  it.each([
    ["get", ["--key"]],
    ["clear", ["--yes"]],
  ])("a stranger of another project finds no server to %s", async (command, args) => {
    const rest = command === "get" ? [...args, nova().key.file] : args;
    const { code, stdout, stderr } = await run("stranger", command, watched.id, ...rest);
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 5, stdout: "" });
    expect(stderr).toContain("winpw: error ERR_NOT_FOUND: ");
    expect(await storedPassword(watched.id)).toBe(watched.ciphertext);
  });

  it("a wrong key is 6, with the fingerprints of both, and nothing is cleared or written", async () => {
    const { key, otherKey } = nova();
    const out = join(nova().scratch, "wrong-key.out");
    const { code, stdout, stderr } = await run(
      "demo",
      "get",
      watched.id,
      "--key",
      otherKey.file,
      "--clear",
      "--out",
      out,
    );
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 6, stdout: "" });
    expect(stderr).toContain("winpw: error ERR_WRONG_KEY: ");
    expect(stderr).toContain(key.md5);
    expect([otherKey.md5, otherKey.sha256].filter((one) => stderr.includes(one))).not.toEqual([]);
    expect(() => statSync(out)).toThrow(/ENOENT/);
    expect(await storedPassword(watched.id)).toBe(watched.ciphertext);
  });
});
