import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { expectFailure, jsonAnswer } from "./answers.ts";
import type { EmulatedCloud } from "./emulated-cloud.ts";
import { operatorKey, placeKey, strangerKey, workFolder } from "./key-files.ts";
import { runProgram, type RunResult } from "./program.ts";
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

const secrets = { canaries: [loginPassword], stdoutOnly: [serverPassword] };
const bms = ["--api", "bms"];
const fingerprint = "37:82:95:f2:77:0a:94:b5:c1:18:cd:21:38:8c:11:c4"; // of the key pair `ops`

/** A ready bare metal server among virtual ones; its clears take as long as told. */
async function metalCloud(
  options: {
    readonly clearDelayMs?: number;
    readonly server?: Record<string, unknown>;
    readonly faults?: readonly Record<string, unknown>[];
    readonly catalog?: object;
  } = {},
): Promise<EmulatedCloud> {
  const { clearDelayMs = 0, server = readyServer(1), ...rest } = options;
  return windowsCloud({ servers: [{ ...server, kind: "bms", clearDelayMs }, readyServer(2)], ...rest });
}

async function run(
  cloud: EmulatedCloud,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<RunResult> {
  return runProgram([...args, ...bms], { env: { ...cloud.env, ...env }, ...secrets });
}

describe("winpw get --api bms", () => {
  it("by id is a login and one request", async () => {
    const cloud = await metalCloud();
    const got = await run(cloud, ["get", serverId(1), "--key", placeKey(workFolder())]);
    expect(got).toMatchObject({ code: 0, stderr: "" });
    expect(got.stdout.toString("utf8")).toBe(serverPassword);
    expect(cloud.entries().map(({ method, status }) => `${method} ${status}`)).toEqual([
      "POST 201",
      "GET 200",
    ]);
    expect(cloud.entries()[1]?.path).toMatch(
      new RegExp(`^/v1/[0-9a-f]{32}/baremetalservers/${serverId(1)}/os-server-password$`),
    );
  });

  it("by name asks the bare metal list for it", async () => {
    const cloud = await metalCloud();
    const got = await run(cloud, ["get", "win-1", "--key", placeKey(workFolder()), "--json"]);
    expect(jsonAnswer(got)).toMatchObject({
      ok: true,
      password: serverPassword,
      server: { api: "bms", id: serverId(1), name: "win-1" },
    });
    expect(cloud.entries().map(({ path }) => path.replace(/[0-9a-f]{32}/, "P"))).toEqual([
      "/v3/auth/tokens",
      "/v1/P/baremetalservers/detail?name=win-1&offset=1&limit=100",
      `/v1/P/baremetalservers/${serverId(1)}/os-server-password`,
    ]);
  });

  it("--clear delivers, looks again, deletes, and looks until it is gone", async () => {
    const cloud = await metalCloud({ clearDelayMs: 1500 });
    const folder = workFolder();
    const out = join(folder, "pw");
    const got = await run(cloud, ["get", "win-1", "--key", placeKey(folder), "--clear", "--out", out]);
    expect(got.code, got.stderr).toBe(0);
    expect(got.stdout.toString("utf8")).toMatch(/cleared +yes, and seen to be gone/);
    expect(readFileSync(out, "utf8")).toBe(serverPassword);
    // At once it is still there: the service has only accepted the DELETE.
    expect(cloud.passwordCalls(serverId(1)).join(", ")).toMatch(
      /^GET 200, GET 200, DELETE 202, GET 200(, GET 200)+$/,
    );
  });

  it("--wait waits for the guest", async () => {
    const cloud = await metalCloud({ server: bootingServer(1, 1500) });
    const key = placeKey(workFolder(), operatorKey);
    const got = await run(cloud, ["get", "win-1", "--key", key, "--wait"]);
    expect(got.code, got.stderr).toBe(0);
    expect(got.stdout.toString("utf8")).toMatch(/^[A-Za-z0-9]{20}$/);
    expect(got.stderr).toMatch(/no password yet/);
  });

  it("3: nothing is stored yet", async () => {
    const cloud = await metalCloud({ server: bootingServer(1) });
    const got = await run(cloud, ["get", "win-1", "--key", placeKey(workFolder())]);
    expectFailure(got, "ERR_NOT_READY", /no password is stored/);
  });

  it("5: unknown here, by id and by name, also when it is a virtual server", async () => {
    const cloud = await metalCloud();
    const key = placeKey(workFolder());
    for (const server of [serverId(99), serverId(2), "win-2", "nobody"]) {
      expectFailure(await run(cloud, ["get", server, "--key", key]), "ERR_NOT_FOUND", /./);
    }
    expectFailure(await run(cloud, ["get", serverId(99), "--key", key]), "ERR_NOT_FOUND", /BMS\.0040/);
  });

  it("6: a wrong key; the key pair is looked up on the OpenStack-native API", async () => {
    const cloud = await metalCloud();
    const got = await run(cloud, ["get", "win-1", "--key", placeKey(workFolder(), strangerKey), "--clear"]);
    expectFailure(got, "ERR_WRONG_KEY", /./);
    expect(got.stderr).toContain(strangerKey.sha256);
    expect(got.stderr).toContain(fingerprint);
    expect(cloud.entries().at(-1)?.path).toMatch(/^\/v2\.1\/[0-9a-f]{32}\/os-keypairs\/ops$/);
    expect(cloud.passwordCalls(serverId(1))).toEqual(["GET 200"]);
  });

  it("6: a wrong key, and a key pair that cannot be looked up changes nothing", async () => {
    const cloud = await metalCloud({ faults: [{ path: "/v2.1/**", status: 404, body: {} }] });
    const got = await run(cloud, ["get", "win-1", "--key", placeKey(workFolder(), strangerKey)]);
    expectFailure(got, "ERR_WRONG_KEY", /./);
    expect(got.stderr).not.toContain(fingerprint);
  });

  it("4: the reader gets, and may not clear", async () => {
    const cloud = await metalCloud();
    const got = await run(cloud, ["get", "win-1", "--key", placeKey(workFolder()), "--clear"], readerLogin);
    expectFailure(got, "ERR_AUTH", /delivered, but clearing it is not allowed/, "any");
    expect(got.stdout.toString("utf8")).toBe(serverPassword);
    expect(got.stderr).toContain("bms:servers:deletePassword");
  });
});

describe("winpw clear --api bms", () => {
  it("is confirmed, and a second one finds nothing", async () => {
    const cloud = await metalCloud();
    const first = await run(cloud, ["clear", "win-1", "--yes", "--json"]);
    expect(jsonAnswer(first)).toMatchObject({ ok: true, changed: true, cleared: true });
    expect(cloud.passwordCalls(serverId(1))).toEqual(["GET 200", "DELETE 202", "GET 200"]);
    const second = await run(cloud, ["clear", "win-1", "--yes", "--json"]);
    expect(jsonAnswer(second)).toMatchObject({ ok: true, changed: false, cleared: true });
  });

  it("202 with flow control in its body is no success: it is asked again", async () => {
    const flow = { error: { code: "Common.0024", message: "exceeds flow over limit" } };
    const cloud = await metalCloud({
      faults: [{ method: "DELETE", path: passwordPath(), call: 1, status: 202, body: flow }],
    });
    const cleared = await run(cloud, ["clear", "win-1", "--yes"]);
    expect(cleared.code, cleared.stderr).toBe(0);
    expect(cloud.passwordCalls(serverId(1))).toEqual(["GET 200", "DELETE 202", "DELETE 202", "GET 200"]);
  });

  it("an overload in its own code is asked again too", async () => {
    const body = { error: { code: "BMS.0212", message: "System is overloaded, please try again later." } };
    const cloud = await metalCloud({ faults: [{ path: passwordPath(), call: 1, status: 400, body }] });
    const cleared = await run(cloud, ["clear", serverId(1), "--yes"]);
    expect(cleared.code, cleared.stderr).toBe(0);
    expect(cloud.passwordCalls(serverId(1))).toEqual(["GET 400", "GET 200", "DELETE 202", "GET 200"]);
  });

  it("4: the reader may not; the permission is named", async () => {
    const cloud = await metalCloud();
    const refused = await run(cloud, ["clear", "win-1", "--yes"], readerLogin);
    expectFailure(refused, "ERR_AUTH", /BMS\.0288/);
    expect(refused.stderr).toContain("bms:servers:deletePassword");
  });

  it("5: no such server", async () => {
    const cloud = await metalCloud();
    expectFailure(await run(cloud, ["clear", serverId(99), "--yes"]), "ERR_NOT_FOUND", /BMS\.0040/);
  });
});

describe("the address of bare metal", () => {
  it("2: a catalog without it; the hint can be typed, and works", async () => {
    const cloud = await metalCloud({ catalog: { bms: false } });
    const key = placeKey(workFolder());
    const got = await run(cloud, ["get", serverId(1), "--key", key]);
    expectFailure(got, "ERR_USAGE", /catalog lists no bms service/);
    expect(got.stderr).toMatch(/hint: .*--endpoint/);
    // The API itself is not offered here either, which is told apart from a server that does not exist.
    const tried = await run(cloud, ["get", serverId(1), "--key", key, "--endpoint", cloud.url]);
    expectFailure(tried, "ERR_USAGE", /does not offer/);
  });

  it.each([["--endpoint"], ["--endpoint-bms"]])("is taken from %s", async (option) => {
    const cloud = await metalCloud();
    const elsewhere = await windowsCloud();
    // The catalog leads to the one cloud, the option to the other, which does not take its token.
    const args = ["get", serverId(1), "--key", placeKey(workFolder()), option, elsewhere.url];
    expectFailure(await run(cloud, args), "ERR_AUTH", /401/);
    expect(elsewhere.entries().map(({ path }) => path.split("/")[3])).toContain("baremetalservers");
    const own = [...args.slice(0, -1), cloud.url];
    expect((await run(cloud, own)).code).toBe(0);
  });

  it("with a bare token, needs that of ECS for the key pair's fingerprint", async () => {
    const cloud = await metalCloud();
    const folder = workFolder();
    const login = await fetch(`${cloud.url}/v3/auth/tokens`, {
      method: "POST",
      body: JSON.stringify({
        auth: {
          identity: {
            methods: ["password"],
            password: { user: { name: "operator", domain: { name: "Default" }, password: loginPassword } },
          },
        },
      }),
    });
    const { token } = (await login.json()) as { token: { project: { id: string } } };
    writeFileSync(join(folder, "token"), login.headers.get("x-subject-token") ?? "", { mode: 0o600 });
    const env = { OS_AUTH_URL: "", OS_USERNAME: "", OS_PASSWORD: "" };
    const endpoint = `${cloud.url}/v1/${token.project.id}`;
    const args = ["get", serverId(1), "--key", placeKey(folder, strangerKey)];
    args.push("--token-file", join(folder, "token"), "--project-id", token.project.id);
    const without = await run(cloud, [...args, "--endpoint-bms", endpoint], env);
    expectFailure(without, "ERR_WRONG_KEY", /./);
    expect(without.stderr).not.toContain(fingerprint);
    const both = await run(cloud, [...args, "--endpoint-bms", endpoint, "--endpoint-ecs", cloud.url], env);
    expectFailure(both, "ERR_WRONG_KEY", /./);
    expect(both.stderr).toContain(fingerprint);
  });

  it("2: two addresses for one API, before any request", async () => {
    const cloud = await metalCloud();
    const args = ["get", "win-1", "--key", placeKey(workFolder())];
    const two = ["--endpoint", cloud.url, "--endpoint-bms", "https://bms.example"];
    expectFailure(await run(cloud, [...args, ...two]), "ERR_USAGE", /two different addresses/);
    expect(cloud.entries()).toEqual([]);
  });

  it("virtual servers stay where they are without --api bms", async () => {
    const cloud = await metalCloud();
    const key = placeKey(workFolder());
    const got = await runProgram(["get", "win-2", "--key", key], { env: cloud.env, ...secrets });
    expect(got.code).toBe(0);
    expect(cloud.entries().some(({ path }) => path.includes("baremetalservers"))).toBe(false);
    const native = await runProgram(["get", "win-1", "--key", key, "--api", "v2.1"], {
      env: cloud.env,
      ...secrets,
    });
    expect(native.stdout.toString("utf8")).toBe(serverPassword);
  });
});
