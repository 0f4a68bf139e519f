import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { expectFailure } from "./answers.ts";
import { startCloud } from "./emulated-cloud.ts";
import { placeKey, publicLine, workFolder } from "./key-files.ts";
import { runProgram, startProgram } from "./program.ts";
import { loginPassword, serverPassword, windowsCloud } from "./windows-cloud.ts";

interface Seed {
  readonly schema: string;
  readonly users: readonly object[];
  readonly keyPairs: readonly { readonly publicKey: string }[];
  readonly servers: readonly { readonly name: string; readonly bootDelayMs: number }[];
}

async function emulate(seed: unknown, ...more: string[]): Promise<Awaited<ReturnType<typeof runProgram>>> {
  const file = join(workFolder(), "seed.json");
  writeFileSync(file, typeof seed === "string" ? seed : JSON.stringify(seed));
  return runProgram(["emulator", "--seed", file, ...more]);
}

/** Status of a GET with this Host header. */
async function statusFor(url: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = request(url, { headers: { Host: host } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    call.on("error", reject);
    call.end();
  });
}

describe("winpw emulator", () => {
  it("says in one line of JSON how to reach it, and nothing else", async () => {
    const { child, result } = startProgram(["emulator"]);
    await new Promise((resolve) => {
      child.stdout?.once("data", resolve);
    });
    child.kill("SIGTERM");
    const run = await result;
    expect(run).toMatchObject({ code: 143, stderr: "" });
    const text = run.stdout.toString("utf8");
    expect(text.split("\n")).toHaveLength(2);
    const ready = JSON.parse(text) as { url: string; env: Record<string, string> };
    expect(Object.keys(ready).toSorted()).toEqual(["env", "url"]);
    expect(ready.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(ready.env).toMatchObject({
      OS_AUTH_URL: `${ready.url}/v3`,
      WINPW_LOOPBACK_ONLY: "1",
      OS_IDENTITY_API_VERSION: "3",
    });
  });

  it("its env lets nothing of a real cloud shine through", async () => {
    const cloud = await windowsCloud();
    const real = {
      OS_TOKEN: "real",
      OS_CLOUD: "production",
      OS_USER_ID: "real",
      OS_PROJECT_ID: "real",
      OS_TENANT_NAME: "real",
      OS_APPLICATION_CREDENTIAL_ID: "real",
      OS_INTERFACE: "admin",
      HUAWEICLOUD_SDK_AK: "real",
      HUAWEICLOUD_SDK_SK: "real",
      HW_ACCESS_KEY: "real",
      HW_SECRET_KEY: "real",
      WINPW_KEY_FILE: "/nonexistent",
      WINPW_PASSPHRASE: "real",
    };
    for (const name of Object.keys(real)) expect(cloud.env[name], name).toBe("");
    const key = placeKey(workFolder());
    const run = await runProgram(["get", "win-1", "--key", key], { env: { ...real, ...cloud.env } });
    expect(run, run.stderr).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout.toString("utf8")).toBe(serverPassword);
  });

  it.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
    ["SIGHUP", 129],
  ] as const)("%s ends it", async (signal, code) => {
    const { child, result } = startProgram(["emulator"]);
    await new Promise((resolve) => {
      child.stdout?.once("data", resolve);
    });
    child.kill(signal);
    expect((await result).code).toBe(code);
  });

  it("works without a seed, --log appends, mode 0600", async () => {
    const log = join(workFolder(), "requests.log");
    writeFileSync(log, '{"before":true}\n', { mode: 0o600 });
    for (let times = 1; times <= 2; times += 1) {
      const { child, result } = startProgram(["emulator", "--log", log]);
      const line = await new Promise<string>((resolve) => {
        child.stdout?.once("data", (chunk: Buffer) => resolve(chunk.toString("utf8")));
      });
      const { env } = JSON.parse(line) as { env: Record<string, string> };
      const run = await runProgram(["clear", "win-1", "--yes"], { env });
      expect(run.code, run.stderr).toBe(0);
      child.kill("SIGTERM");
      await result;
    }
    const lines = readFileSync(log, "utf8").trim().split("\n");
    expect(lines[0]).toBe('{"before":true}');
    expect(lines.length).toBeGreaterThan(6);
    expect(statSync(log).mode & 0o777).toBe(0o600);
  });

  it("takes the port it is told, and says when it is taken: 8", async () => {
    const cloud = await windowsCloud();
    const { port } = new URL(cloud.url);
    const run = await runProgram(["emulator", "--port", port]);
    expectFailure(run, "ERR_UNAVAILABLE", new RegExp(`${port}.*EADDRINUSE`));
    await cloud.stop();
    const again = await startCloud({ users: [{ name: "u", password: "p", role: "member", project: "p" }] }, [
      "--port",
      port,
    ]);
    expect(new URL(again.url).port).toBe(port);
  });

  it("listens on 127.0.0.1 only, and answers to its own address only", async () => {
    const cloud = await windowsCloud();
    const { port } = new URL(cloud.url);
    expect(await statusFor(`${cloud.url}/v3`, `127.0.0.1:${port}`)).toBe(200);
    for (const host of [
      "evil.example",
      `evil.example:${port}`,
      "127.0.0.1",
      `127.0.0.1:${port}.evil.example`,
    ])
      expect(await statusFor(`${cloud.url}/v3`, host)).toBe(421);
  });

  const user = { name: "u", password: "p", role: "member", project: "p" };
  const windows = { id: "s1", name: "w", os: "Windows" };
  it.each([
    ["no JSON", "{", /JSON/],
    ["an empty file", "", /JSON/],
    ["an array", [], /./],
    ["another schema", { schema: "winpw-emulator/2", users: [user] }, /schema/],
    ["no users", { schema: "winpw-emulator/1" }, /users/],
    ["an empty list of users", { schema: "winpw-emulator/1", users: [] }, /users/],
    ["an unknown field", { schema: "winpw-emulator/1", users: [user], serves: [] }, /serves/],
    ["a bad role", { schema: "winpw-emulator/1", users: [{ ...user, role: "king" }] }, /users.*0.*role/],
    [
      "a bad server",
      { schema: "winpw-emulator/1", users: [user], servers: [windows, { ...windows, id: "a/b" }] },
      /servers.*1.*id/,
    ],
    [
      "a negative delay",
      { schema: "winpw-emulator/1", users: [user], servers: [{ ...windows, bootDelayMs: -1 }] },
      /bootDelayMs/,
    ],
    [
      "an unknown key pair",
      { schema: "winpw-emulator/1", users: [user], servers: [{ ...windows, keyPair: "nope" }] },
      /keyPair/,
    ],
    [
      "two servers of one id",
      { schema: "winpw-emulator/1", users: [user], servers: [windows, windows] },
      /servers.*1/,
    ],
    [
      "a key pair that is no key",
      { schema: "winpw-emulator/1", users: [user], keyPairs: [{ name: "k", publicKey: "AAAA" }] },
      /keyPairs.*0/,
    ],
    [
      "a fault of no kind",
      { schema: "winpw-emulator/1", users: [user], faults: [{ path: "/" }] },
      /faults.*0/,
    ],
    [
      "a fault of two kinds",
      { schema: "winpw-emulator/1", users: [user], faults: [{ path: "/", status: 500, reset: true }] },
      /faults.*0/,
    ],
  ])("a seed with %s is exit 2 and names the place", async (_name, seed, about) => {
    expectFailure(await emulate(seed), "ERR_USAGE", about);
  });

  it("a seed file that is missing, a log that cannot be: 2", async () => {
    expectFailure(await runProgram(["emulator", "--seed", "/nonexistent"]), "ERR_USAGE", /ENOENT/);
    expectFailure(await runProgram(["emulator", "--log", "/nonexistent/log"]), "ERR_USAGE", /ENOENT/);
    for (const port of ["65536", "-1", "http", "1.5", ""])
      expectFailure(await runProgram(["emulator", `--port=${port}`]), "ERR_USAGE", /--port/);
  });

  it("a seed's own words are not repeated: they may be passwords", async () => {
    const bad = { schema: "winpw-emulator/1", users: [{ ...user, password: { value: loginPassword } }] };
    const run = await emulate(bad);
    expectFailure(run, "ERR_USAGE", /password/);
    expect(run.stderr).not.toContain(loginPassword);
  });

  it("a guest that boots late answers as nothing, then as a password", async () => {
    const cloud = await startCloud({
      users: [{ ...user, name: "operator" }],
      keyPairs: [{ name: "ops", publicKey: publicLine() }],
      servers: [{ ...windows, keyPair: "ops", bootDelayMs: 3_000, password: "late-Pa55word" }],
    });
    const args = ["get", "w", "--key", placeKey(workFolder())];
    expect((await runProgram(args, { env: cloud.env })).code).toBe(3);
    await cloud.until((entries) =>
      entries.some(({ method, path }) => method === "POST" && path.startsWith("/openstack/")),
    );
    const run = await runProgram(args, { env: cloud.env });
    expect(run.stdout.toString("utf8"), run.stderr).toBe("late-Pa55word");
  });
});

describe("winpw demo", () => {
  /** The printed command lines, each with the exit code that the demo says it ended with. */
  function commandsIn(
    transcript: string,
  ): readonly { readonly argv: readonly string[]; readonly exit: number }[] {
    const lines = transcript.split("\n");
    const starts = lines.flatMap((line, at) => (line.startsWith("$ ") ? [at] : []));
    return starts.map((at, n) => {
      const rest = lines.slice(at + 1, starts[n + 1] ?? lines.length);
      const said = rest
        .map((line) => /^# exit code (\d+)$/.exec(line)?.[1])
        .find((code) => code !== undefined);
      const words = (lines[at] ?? "").slice(2).split(" ");
      return { argv: words, exit: Number(said ?? 0) };
    });
  }

  it(
    "prints commands that a user can type, and a replay ends with the same codes",
    { timeout: 120_000 },
    async () => {
      const folder = join(workFolder(), "demo");
      const demo = await runProgram(["demo", "--dir", folder], { timeout: 60_000 });
      expect(demo.code, demo.stderr).toBe(0);
      const transcript = demo.stdout.toString("utf8");
      const [serve, ...commands] = commandsIn(transcript);
      expect(serve?.argv.slice(0, 2)).toEqual(["winpw", "emulator"]);
      expect(serve?.argv.at(-1)).toBe("&");
      expect(commands.map(({ argv }) => argv[1])).toEqual(
        expect.arrayContaining(["get", "decrypt", "clear"]),
      );
      expect(commands.map(({ exit }) => exit)).toContain(3);

      // The folder as a user would have it: key and seed, none of the results.
      const copy = workFolder();
      for (const name of ["ops.pem", "seed.json"])
        writeFileSync(join(copy, name), readFileSync(join(folder, name)), { mode: 0o600 });
      const { schema: _schema, ...seed } = JSON.parse(readFileSync(join(copy, "seed.json"), "utf8")) as Seed;
      const cloud = await startCloud(seed);
      const replayed = [];
      for (const { argv } of commands) {
        expect(argv[0]).toBe("winpw");
        const run = await runProgram(argv.slice(1), { env: cloud.env, cwd: copy });
        replayed.push({ argv, exit: run.code });
      }
      expect(replayed).toEqual(commands);
      expect(cloud.entries().filter(({ method }) => method === "DELETE").length).toBeGreaterThan(0);
    },
  );

  it(
    "leaves nothing behind without --dir, and nothing of it is secret in it",
    { timeout: 60_000 },
    async () => {
      const temporary = mkdtempSync(join(tmpdir(), "winpw-temporary-"));
      try {
        const run = await runProgram(["demo"], { env: { TMPDIR: temporary }, timeout: 60_000 });
        expect(run.code, run.stderr).toBe(0);
        expect(readdirSync(temporary)).toEqual([]);
        expect(run.stdout.toString("utf8")).not.toMatch(/PRIVATE KEY|\n\s+at /);
      } finally {
        rmSync(temporary, { recursive: true, force: true });
      }
    },
  );

  it("is not led astray by a real cloud in the environment", { timeout: 60_000 }, async () => {
    const env = {
      OS_AUTH_URL: "https://iam.cloud.example/v3",
      OS_TOKEN: "real",
      OS_PROJECT_ID: "real",
      WINPW_KEY_FILE: "/x",
      WINPW_PASSPHRASE: "real",
    };
    const run = await runProgram(["demo"], { env, timeout: 60_000 });
    expect(run.code, run.stderr).toBe(0);
  });

  it("does not overwrite what is in the folder already", async () => {
    const folder = workFolder();
    writeFileSync(join(folder, "ops.pem"), "precious");
    const run = await runProgram(["demo", "--dir", folder], { timeout: 60_000 });
    expect(readFileSync(join(folder, "ops.pem"), "utf8")).toBe("precious");
    expect(run.code).not.toBe(0);
    expect(run.code).not.toBe(1);
  });

  it("a folder that cannot be made is no bug of ours", async () => {
    const file = join(workFolder(), "file");
    writeFileSync(file, "");
    const run = await runProgram(["demo", "--dir", join(file, "demo")]);
    expect([2, 12], run.stderr).toContain(run.code);
  });

  it("SIGINT ends it with its emulator, and the folder is removed", { timeout: 60_000 }, async () => {
    const temporary = join(workFolder(), "tmp");
    mkdirSync(temporary);
    const { child, result } = startProgram(["demo"], { env: { TMPDIR: temporary } });
    await new Promise<void>((resolve) => {
      let told = "";
      child.stdout?.on("data", (chunk: Buffer) => {
        told += chunk.toString("utf8");
        if (told.includes("winpw get")) resolve();
      });
    });
    child.kill("SIGINT");
    const run = await result;
    expect(run.code, run.stderr).toBe(130);
    expect(existsSync(temporary)).toBe(true);
    expect(readdirSync(temporary)).toEqual([]);
  });
});
