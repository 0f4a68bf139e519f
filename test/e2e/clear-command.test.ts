import { describe, expect, it } from "vitest";
import { lacksTool } from "../tools.ts";
import { expectFailure, jsonAnswer, jsonLines } from "./answers.ts";
import { runOnTerminal, runProgram } from "./program.ts";
import {
  bootingServer,
  loginPassword,
  passwordPath,
  readerLogin,
  readyServer,
  serverId,
  windowsCloud,
} from "./windows-cloud.ts";

const secrets = { canaries: [loginPassword] };
const wholeClear = ["GET 200", "DELETE 204", "GET 200"];

describe("winpw clear --yes", () => {
  it.each(["v1", "v2.1"])("deletes and sees that it is gone, on %s", async (api) => {
    const cloud = await windowsCloud();
    const run = await runProgram(["clear", "win-1", "--yes", "--api", api], { env: cloud.env, ...secrets });
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout.toString("utf8")).toMatch(/win-1/);
    expect(cloud.passwordCalls(serverId(1))).toEqual(wholeClear);
  });

  it("by id", async () => {
    const cloud = await windowsCloud();
    const run = await runProgram(["clear", serverId(1), "--yes"], { env: cloud.env, ...secrets });
    expect(run.code, run.stderr).toBe(0);
    expect(cloud.passwordCalls(serverId(1))).toEqual(wholeClear);
  });

  it("twice does no harm: success, changed false, no second DELETE", async () => {
    const cloud = await windowsCloud();
    const answers = [];
    for (let times = 0; times < 2; times += 1) {
      const run = await runProgram(["clear", "win-1", "--yes", "--json"], { env: cloud.env, ...secrets });
      expect(run).toMatchObject({ code: 0, stderr: "" });
      answers.push(jsonAnswer(run));
    }
    expect(answers.map(({ ok, action, changed, cleared }) => ({ ok, action, changed, cleared }))).toEqual([
      { ok: true, action: "clear", changed: true, cleared: true },
      { ok: true, action: "clear", changed: false, cleared: true },
    ]);
    expect(answers[0]).toMatchObject({
      password: null,
      key: null,
      delivered: [],
      server: { id: serverId(1), name: "win-1" },
    });
    expect(answers[0]?.requestIds.length).toBeGreaterThan(1);
    expect(cloud.entries().filter(({ method }) => method === "DELETE")).toHaveLength(1);
  });

  it("of a server that never posted is success, changed false", async () => {
    const cloud = await windowsCloud({ servers: [bootingServer(1)] });
    const run = await runProgram(["clear", "win-1", "--yes", "--json"], { env: cloud.env });
    expect(jsonAnswer(run)).toMatchObject({ ok: true, changed: false });
    const told = await runProgram(["clear", "win-1", "--yes"], { env: cloud.env });
    expect(told.stdout.toString("utf8")).toMatch(/nothing/);
  });

  it("needs no key and takes none", async () => {
    const cloud = await windowsCloud();
    expectFailure(
      await runProgram(["clear", "win-1", "--yes", "--key", "k.pem"], { env: cloud.env }),
      "ERR_USAGE",
      /--key/,
    );
    expect(cloud.entries()).toEqual([]);
  });

  it("of several servers is JSON Lines; one that fails does not stop the others", async () => {
    const cloud = await windowsCloud({ servers: [readyServer(1), readyServer(2)] });
    const run = await runProgram(["clear", "win-1", "nobody", "win-2", "--yes"], {
      env: cloud.env,
      ...secrets,
    });
    expect(run.code).toBe(10);
    expect(jsonLines(run).map(({ changed, error }) => [changed, error?.exit ?? 0])).toEqual([
      [true, 0],
      [false, 5],
      [true, 0],
    ]);
  });

  it("that does not take is 13", { timeout: 60_000 }, async () => {
    const cloud = await windowsCloud({ faults: [{ path: passwordPath(), method: "DELETE", ignore: true }] });
    const run = await runProgram(["clear", "win-1", "--yes", "--json"], { env: cloud.env });
    expect(run.code).toBe(13);
    expect(jsonAnswer(run)).toMatchObject({ ok: false, cleared: false, error: { code: "ERR_NOT_VERIFIED" } });
  });

  it("whose answer was lost is settled by a read: 0", async () => {
    const cloud = await windowsCloud({
      faults: [{ path: passwordPath(), method: "DELETE", resetAfter: true }],
    });
    const run = await runProgram(["clear", "win-1", "--yes", "--json"], { env: cloud.env });
    expect(run.code, run.stderr).toBe(0);
    expect(jsonAnswer(run)).toMatchObject({ changed: true, cleared: true });
  });

  it("whose confirming read fails is 13", async () => {
    const cloud = await windowsCloud({
      faults: [{ path: passwordPath(), method: "GET", call: 2, status: 400, body: {} }],
    });
    const run = await runProgram(["clear", "win-1", "--yes"], { env: cloud.env });
    expectFailure(run, "ERR_NOT_VERIFIED", /./);
  });

  it("by the reader is 4 with the permission; nothing changed", async () => {
    const cloud = await windowsCloud();
    const env = { ...cloud.env, ...readerLogin };
    const run = await runProgram(["clear", "win-1", "--yes", "--json"], { env });
    expect(run.code).toBe(4);
    expect(jsonAnswer(run)).toMatchObject({ ok: false, changed: false, error: { code: "ERR_AUTH" } });
    expect(jsonAnswer(run).error?.hint).toContain("ecs:cloudServers:deletePassword");
  });
});

describe("consent", () => {
  it.each([[], ["--no-input"], ["--json"], ["--no-input", "--json"]])(
    "no terminal and no --yes is 11 before any request: %j",
    async (...more: string[]) => {
      const cloud = await windowsCloud();
      const run = await runProgram(["clear", "win-1", ...more], { env: cloud.env, stdin: "win-1\n" });
      expectFailure(run, "ERR_REFUSED", /--yes/, "any");
      expect(cloud.entries()).toEqual([]);
    },
  );

  describe.skipIf(lacksTool("script"))("script: asked for on the terminal", () => {
    const asked = "to go on: ";

    it("the server's name clears", async () => {
      const cloud = await windowsCloud();
      const run = await runOnTerminal(["clear", "win-1"], {
        env: cloud.env,
        steps: [{ expect: asked, type: "win-1\r" }],
      });
      expect(run.code).toBe(0);
      expect(cloud.passwordCalls(serverId(1)).slice(-3)).toEqual(wholeClear);
      expect(run.stdout.toString("utf8")).toContain("win-1");
    });

    it("given by id, its name is still what is asked for", async () => {
      const cloud = await windowsCloud();
      const run = await runOnTerminal(["clear", serverId(1)], {
        env: cloud.env,
        steps: [{ expect: asked, type: "win-1\r" }],
      });
      expect(run.code, run.stdout.toString("utf8")).toBe(0);
    });

    it.each(["", "y", "yes", "win-2", "WIN-1", "win-1x"])(
      "the answer %j is 11, nothing is cleared",
      async (answer) => {
        const cloud = await windowsCloud();
        const run = await runOnTerminal(["clear", "win-1"], {
          env: cloud.env,
          steps: [{ expect: asked, type: `${answer}\r` }],
        });
        expect(run.code).toBe(11);
        expect(cloud.entries().some(({ method }) => method === "DELETE")).toBe(false);
      },
    );

    it("is asked on the terminal also when stdin, stdout and stderr are elsewhere", async () => {
      const cloud = await windowsCloud();
      const run = await runOnTerminal(["clear", "win-1"], {
        env: cloud.env,
        steps: [{ expect: asked, type: "win-1\r" }],
        redirect: "< /dev/null > /dev/null 2>&1",
      });
      expect(run.code).toBe(0);
    });

    it("--no-input never asks: 11", async () => {
      const cloud = await windowsCloud();
      const run = await runOnTerminal(["clear", "win-1", "--no-input"], { env: cloud.env });
      expect(run.code).toBe(11);
      expect(cloud.entries()).toEqual([]);
    });

    it("--yes does not ask", async () => {
      const cloud = await windowsCloud();
      const run = await runOnTerminal(["clear", "win-1", "--yes"], { env: cloud.env });
      expect(run.code).toBe(0);
      expect(run.stdout.toString("utf8")).not.toContain(asked);
    });

    it("a hostile name is shown escaped, and can be typed as shown", async () => {
      const name = "w\u001B[2J\u202Ex";
      const cloud = await windowsCloud({ servers: [{ ...readyServer(1), name }] });
      const run = await runOnTerminal(["clear", name], {
        env: cloud.env,
        steps: [{ expect: asked, type: "no\r" }],
      });
      expect(run.code).toBe(11);
      for (const character of ["\u001B", "\u202E"])
        expect(run.stdout.toString("utf8")).not.toContain(character);
    });

    it("nothing stored needs no answer", async () => {
      const cloud = await windowsCloud({ servers: [bootingServer(1)] });
      const run = await runOnTerminal(["clear", "win-1"], { env: cloud.env });
      expect(run.code).toBe(0);
    });
  });
});
