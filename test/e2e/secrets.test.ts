import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { exampleFile } from "../keys/examples.ts";
import { expectFailure, jsonAnswer } from "./answers.ts";
import {
  encryptTo,
  examplePassphrase,
  lockedKey,
  operatorKey,
  placeKey,
  publicLine,
  strangerKey,
  workFolder,
} from "./key-files.ts";
import { startCloud } from "./emulated-cloud.ts";
import { mustNotHold, runProgram, startProgram } from "./program.ts";
import {
  loginPassword,
  passwordPath,
  readyServer,
  serverId,
  serverPassword,
  windowsCloud,
} from "./windows-cloud.ts";

const typed = "Canary-Typed-Secret";
// A line of the key's body, and one of its decrypted numbers, would be enough to know it again.
const keyLines = exampleFile(operatorKey.file)
  .toString("latin1")
  .split("\n")
  .filter((line) => line.length > 40 && !line.startsWith("-"));

describe("options that would hold a secret", () => {
  it.each(["--token", "--sk", "--password", "--passphrase"])(
    "%s does not exist: exit 2, the reason, the safe way",
    async (name) => {
      for (const command of ["get", "decrypt", "clear", "emulator", "demo"]) {
        for (const args of [
          [command, `${name}=${typed}`],
          [command, name, typed],
          [`${name}=${typed}`, command],
          [name, typed, command],
          [command, "win-1", name],
        ]) {
          const run = await runProgram(args, { canaries: [typed] });
          expectFailure(run, "ERR_USAGE", new RegExp(`${name} does not exist`));
          expect(run.stderr, args.join(" ")).toMatch(/OS_|WINPW_PASSPHRASE|--\w+-file|prompt/);
        }
      }
    },
  );

  it("is told in the answer object too, without the value", async () => {
    const run = await runProgram(["get", "win-1", `--token=${typed}`, "--json"], { canaries: [typed] });
    expect(jsonAnswer(run).error?.code).toBe("ERR_USAGE");
  });
});

describe("what was typed in a wrong place", () => {
  it.each([
    ["an unknown option's value", ["get", "win-1", `--foo=${typed}`]],
    ["an unknown option and its value", ["get", "win-1", "--foo", typed]],
    ["an unknown option's value before the command", [`--foo=${typed}`, "get", "win-1"]],
    ["behind a short option", ["get", "win-1", `-p${typed}`]],
    ["behind a known short option", ["get", "win-1", `-q${typed}`]],
    ["behind a short option with =", ["get", "win-1", `-p=${typed}`]],
    ["the value of an option that takes none", ["get", "win-1", `--clear=${typed}`]],
    ["the value of a negated option", ["get", "win-1", `--no-input=${typed}`]],
    ["a surplus operand", ["decrypt", "file", typed]],
    ["two surplus operands", ["decrypt", "file", typed, typed]],
    ["an operand of a command that takes none", ["demo", typed]],
    ["an operand of the emulator", ["emulator", typed]],
    ["an unknown command", [typed]],
    ["an unknown command with options", [typed, "--json"]],
    ["help for an unknown command", ["help", typed]],
    ["an unknown command's help", [typed, "--help"]],
    ["a bad duration", ["get", "win-1", "--timeout", typed]],
    ["a bad wait", ["get", "win-1", "--wait-timeout", typed]],
    ["a bad descriptor", ["get", "win-1", "--passphrase-fd", typed]],
    ["a bad API", ["get", "win-1", "--api", typed]],
    ["a bad port", ["emulator", "--port", typed]],
    ["an option with no word of its own", [`--${typed}=x`]],
    ["a single dash with spaces", ["get", `- ${typed}`]],
    ["a long option with odd characters", ["get", `--foo/${typed}`]],
    ["a secret after --", ["decrypt", "--", "a", typed]],
  ])("is never repeated: %s", async (_name, args) => {
    const known = args.some((word) => word.startsWith(`--${typed}`));
    for (const more of [[], ["--debug"]]) {
      const run = await runProgram([...args, ...more], { canaries: known ? [] : [typed] });
      expect(run.code, run.stderr).toBe(2);
    }
  });

  it("is never repeated: a server that nobody knows", async () => {
    const cloud = await windowsCloud();
    const key = placeKey(workFolder());
    for (const args of [
      ["get", typed, "--key", key],
      ["get", typed, "--key", key, "--json"],
      ["clear", typed, "--yes"],
    ]) {
      const run = await runProgram(args, { env: cloud.env, canaries: [typed] });
      expect(run.code, run.stderr).toBe(5);
    }
  });

  it("an ill URL is refused without its user name and password", async () => {
    const key = placeKey(workFolder());
    for (const url of [
      `https://user:${typed}@cloud.example/`,
      `http://user:${typed}@203.0.113.1/v3`,
      `htp://${typed}`,
      typed,
      `//${typed}`,
    ]) {
      for (const option of ["--endpoint", "--endpoint-iam"]) {
        const env = {
          OS_USERNAME: "u",
          OS_PASSWORD: "p",
          OS_USER_DOMAIN_NAME: "d",
          OS_PROJECT_NAME: "p",
          OS_AUTH_URL: "http://127.0.0.1:9/v3",
          WINPW_LOOPBACK_ONLY: "1",
        };
        const run = await runProgram(["get", serverId(1), "--key", key, option, url, "--debug"], {
          env,
          canaries: option === "--endpoint" || url.includes("@") ? [`:${typed}@`] : [],
        });
        expect([2, 8, 11], run.stderr).toContain(run.code);
      }
    }
  });
});

describe("planted secrets", () => {
  it.each([[], ["-v"], ["--debug"], ["-v", "--debug", "--json"]])(
    "are nowhere in a run that succeeds with %j",
    async (...more: string[]) => {
      const cloud = await windowsCloud();
      const folder = workFolder();
      const key = placeKey(folder, operatorKey);
      const args = [
        "get",
        "win-1",
        "--key",
        key,
        "--clear",
        "--out",
        join(folder, "pw"),
        "--keep-bundle",
        join(folder, "b"),
      ];
      const run = await runProgram([...args, ...more], {
        env: { ...cloud.env, WINPW_PASSPHRASE: examplePassphrase },
        canaries: [loginPassword, serverPassword, examplePassphrase, ...keyLines],
      });
      expect(run.code, run.stderr).toBe(0);
      if (more.includes("--debug")) expect(run.stderr).toMatch(/os-server-password/);
      mustNotHold("the request log", cloud.logText(), [loginPassword, serverPassword, examplePassphrase]);
      mustNotHold("the bundle", readFileSync(join(folder, "b"), "utf8"), [
        loginPassword,
        serverPassword,
        ...keyLines,
      ]);
    },
  );

  it("--debug shows requests, but no token and no body", async () => {
    const cloud = await windowsCloud();
    const folder = workFolder();
    const key = placeKey(folder);
    const ciphertext = (readyServer(1)["ciphertext"] as string).slice(0, 40);
    const run = await runProgram(["get", "win-1", "--key", key, "--debug"], {
      env: cloud.env,
      stdoutOnly: [serverPassword],
      canaries: [loginPassword, ciphertext],
    });
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(/x-auth-token: \[redacted\]/i);
    expect(run.stderr).not.toMatch(/gAAAA/);
    expect(run.stderr).not.toMatch(/[A-Za-z0-9_-]{60,}/);
  });

  it("a token of a file or variable stays there", async () => {
    const token = "Canary-Token-0123456789-not-real";
    const cloud = await windowsCloud();
    const folder = workFolder();
    const key = placeKey(folder);
    const tokenFile = join(folder, "token");
    writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });
    const without = { ...cloud.env, OS_AUTH_TYPE: "", OS_USERNAME: "", OS_PASSWORD: "" };
    const endpoint = `${cloud.url}/v1/some-project`;
    for (const [env, more] of [
      [without, ["--token-file", tokenFile]],
      [{ ...without, OS_TOKEN: token }, []],
    ] as const) {
      const run = await runProgram(
        ["get", serverId(1), "--key", key, "--debug", "--endpoint", endpoint, ...more],
        {
          env,
          canaries: [token],
        },
      );
      expect(run.code, run.stderr).toBe(4);
      mustNotHold("the request log", cloud.logText(), [token]);
    }
  });

  it.each([`${typed} two`, `${typed}\n${typed}`, `${typed}\u00e9`, ""])(
    "a token file that holds %j is not quoted",
    async (content) => {
      const cloud = await windowsCloud();
      const folder = workFolder();
      const tokenFile = join(folder, "token");
      writeFileSync(tokenFile, content, { mode: 0o600 });
      const args = ["get", serverId(1), "--key", placeKey(folder), "--token-file", tokenFile, "--debug"];
      const run = await runProgram(args, {
        env: { ...cloud.env, OS_PASSWORD: "", OS_USERNAME: "" },
        canaries: [typed],
      });
      expectFailure(run, "ERR_USAGE", /token/, "any");
      expect(cloud.entries()).toEqual([]);
    },
  );

  it.each([
    ["a wrong key", [{ path: "/nothing", status: 500 }], 6],
    ["a damaged ciphertext", [{ path: passwordPath(), ciphertext: { flipBit: 1 } }], 6],
    [
      "a refused login",
      [
        {
          path: "/v3/auth/tokens",
          status: 401,
          body: { error: { code: 401, message: `you sent ${loginPassword.slice(0, 0)}` } },
        },
      ],
      4,
    ],
    ["an answer that is no JSON", [{ path: passwordPath(), status: 200, body: "<html>" }], 8],
    [
      "a password of another type",
      [{ path: passwordPath(), status: 200, body: { password: [serverPassword] } }],
      8,
    ],
  ])("are nowhere in a run that fails: %s", async (_name, faults, code) => {
    const cloud = await windowsCloud({ faults });
    const folder = workFolder();
    for (const more of [[], ["--debug", "-v"], ["--json", "--debug"]]) {
      const run = await runProgram(["get", "win-1", "--key", placeKey(folder, strangerKey), ...more], {
        env: cloud.env,
        canaries: [loginPassword, serverPassword, ...keyLines],
      });
      expect(run.code, run.stderr).toBe(code);
    }
  });

  it("a broken key is not quoted", async () => {
    const folder = workFolder();
    const text = exampleFile(operatorKey.file).toString("latin1");
    const half = text.slice(0, text.length / 2);
    const bodies: readonly string[] = [
      half,
      text.replace(keyLines[2] ?? "", `*${keyLines[2]}`),
      text.replace(keyLines[2] ?? "", ""),
      text.replaceAll("PRIVATE", "SECRET"),
      Buffer.from(text.replace(/-----[^-]+-----/g, ""), "base64")
        .subarray(9)
        .toString("latin1"),
    ];
    for (const body of bodies) {
      const file = join(folder, "broken.pem");
      writeFileSync(file, body, { mode: 0o600 });
      for (const more of [[], ["--debug"], ["--json"]]) {
        const run = await runProgram(["decrypt", "--blob", encryptTo("x"), "--key", file, ...more], {
          canaries: keyLines,
        });
        expect(run.code, run.stderr).toBe(7);
      }
    }
  });

  it("a wrong passphrase is in no error, whatever the format's own library says", async () => {
    const folder = workFolder();
    const env = { WINPW_PASSPHRASE: typed };
    for (const more of [[], ["--debug"], ["--json"]]) {
      const run = await runProgram(
        ["decrypt", "--blob", encryptTo("x"), "--key", placeKey(folder, lockedKey), ...more],
        {
          env,
          canaries: [typed],
        },
      );
      expect(run.code).toBe(7);
    }
  });

  it("the process list shows only what the user typed, while it waits", async () => {
    const cloud = await windowsCloud({ faults: [{ path: passwordPath(), delayMs: 60_000 }] });
    const key = placeKey(workFolder());
    const { child, result } = startProgram(["get", serverId(1), "--key", key], { env: cloud.env });
    await cloud.until((entries) => entries.some(({ path }) => path.includes("/auth/tokens")));
    if (process.platform === "linux") {
      const folder = `/proc/${child.pid ?? 0}`;
      const shown = ["cmdline", "comm"].map((name) => readFileSync(join(folder, name), "latin1")).join("\n");
      mustNotHold("the process list", shown, [loginPassword, serverPassword]);
      expect(readdirSync(join(folder, "task")).length).toBeGreaterThan(0);
    }
    child.kill("SIGTERM");
    expect((await result).code).toBe(143);
  });

  it("the emulator's log and terminal hold no password, no token, no body", async () => {
    const plain = "Canary-Guest-Pa55word-not-real";
    const cloud = await startCloud({
      users: [{ name: "u", password: loginPassword, role: "member", project: "p" }],
      keyPairs: [{ name: "ops", publicKey: publicLine() }],
      servers: [
        { id: serverId(1), name: "w", os: "Windows", keyPair: "ops", bootDelayMs: 0, password: plain },
      ],
    });
    const args = ["get", "w", "--key", placeKey(workFolder()), "--wait", "--clear"];
    const run = await runProgram(args, { env: cloud.env, stdoutOnly: [plain] });
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout.toString("utf8")).toBe(plain);
    mustNotHold("the request log", cloud.logText(), [plain, loginPassword]);
    expect(cloud.logText()).not.toMatch(/[A-Za-z0-9+]{60,}/);
    for (const entry of cloud.entries())
      expect(Object.keys(entry).toSorted()).toEqual(["method", "path", "status", "time", "user"]);
    expect((await cloud.stop()).stderr).not.toContain(plain);
  });
});
