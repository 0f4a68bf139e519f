import { createServer, type Server } from "node:http";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { expectFailure, jsonAnswer } from "./answers.ts";
import { encryptTo, placeKey, workFolder } from "./key-files.ts";
import { runProgram } from "./program.ts";
import {
  bootingServer,
  loginPassword,
  passwordPath,
  readyServer,
  serverId,
  serverPassword,
  windowsCloud,
} from "./windows-cloud.ts";

const secrets = { canaries: [loginPassword], stdoutOnly: [serverPassword] };
const elsewhere = "203.0.113.7"; // TEST-NET-3, RFC 5737: nobody's

/** A service on loopback that only counts; whoever is asked by mistake. */
async function witness(): Promise<{ readonly url: string; readonly port: number; readonly asked: string[] }> {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(200).end("{}");
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, port, asked };
}

describe("which hosts may be asked", () => {
  it.each([
    ["http", `http://${elsewhere}/v3`],
    ["http to a name", "http://iam.cloud.example/v3"],
    ["http to a name that only looks like loopback", "http://127.0.0.1.cloud.example/v3"],
    ["http to a name that starts with localhost", "http://localhost.cloud.example/v3"],
    ["http to the address of no host", "http://0.0.0.0/v3"],
    ["http to the metadata address", "http://169.254.169.254/v3"],
    ["another protocol", "ftp://127.0.0.1/v3"],
    ["a file", "file:///etc/passwd"],
  ])("%s for the login: exit 11", async (_name, url) => {
    const key = placeKey(workFolder());
    const env = {
      OS_AUTH_URL: url,
      OS_USERNAME: "u",
      OS_PASSWORD: loginPassword,
      OS_USER_DOMAIN_NAME: "d",
      OS_PROJECT_NAME: "p",
    };
    for (const args of [
      ["get", "win-1", "--key", key],
      ["clear", "win-1", "--yes"],
    ]) {
      expectFailure(await runProgram(args, { env, ...secrets }), "ERR_REFUSED", /./);
    }
    const byOption = await runProgram(["get", "win-1", "--key", key, "--endpoint-iam", url], {
      env: { ...env, OS_AUTH_URL: "https://iam.cloud.example/v3" },
      ...secrets,
    });
    expectFailure(byOption, "ERR_REFUSED", /./);
  });

  it("http for --endpoint: exit 11, and the token was not sent there; the login is not even made", async () => {
    const cloud = await windowsCloud();
    const key = placeKey(workFolder());
    for (const api of ["v1", "v2.1"]) {
      const args = ["get", serverId(1), "--key", key, "--api", api, "--endpoint", `http://${elsewhere}/`];
      const run = await runProgram(args, { env: { ...cloud.env, WINPW_LOOPBACK_ONLY: "" }, ...secrets });
      expectFailure(run, "ERR_REFUSED", /https/);
    }
    expect(cloud.entries()).toEqual([]);
  });

  it("http in the catalog: exit 11, nothing is sent there", async () => {
    const body = (url: string): object => ({
      token: {
        expires_at: "2099-01-01T00:00:00.000000Z",
        project: { id: "p1", name: "demo", domain: { id: "default", name: "Default" } },
        catalog: [
          {
            type: "compute",
            name: "nova",
            endpoints: [{ interface: "public", region: "loopback-1", region_id: "loopback-1", url }],
          },
        ],
      },
    });
    const fault = {
      method: "POST",
      path: "/v3/auth/tokens",
      status: 201,
      headers: { "X-Subject-Token": "not-a-token" },
      body: body(`http://${elsewhere}/v2.1`),
    };
    const cloud = await windowsCloud({ faults: [fault] });
    const args = ["get", "win-1", "--key", placeKey(workFolder())];
    expectFailure(
      await runProgram(args, { env: { ...cloud.env, WINPW_LOOPBACK_ONLY: "" } }),
      "ERR_REFUSED",
      /./,
    );
    expect(cloud.entries()).toHaveLength(1);
  });

  it("WINPW_LOOPBACK_ONLY=1 refuses https elsewhere too", async () => {
    const key = placeKey(workFolder());
    const env = {
      OS_AUTH_URL: "https://iam.cloud.example/v3",
      OS_USERNAME: "u",
      OS_PASSWORD: "p",
      OS_USER_DOMAIN_NAME: "d",
      OS_PROJECT_NAME: "p",
      WINPW_LOOPBACK_ONLY: "1",
    };
    const run = await runProgram(["get", "win-1", "--key", key], { env });
    expectFailure(run, "ERR_REFUSED", /iam\.cloud\.example/);
    const insecure = await runProgram(["get", "win-1", "--key", key, "--insecure-http"], {
      env: { ...env, OS_AUTH_URL: `http://${elsewhere}/v3` },
    });
    expectFailure(insecure, "ERR_REFUSED", /./);
  });

  it.each(["127.0.0.1", "127.1.2.3", "localhost", "LOCALHOST"])("http to %s is loopback", async (host) => {
    const cloud = await windowsCloud();
    const { port } = new URL(cloud.url);
    const env = { ...cloud.env, OS_AUTH_URL: `http://${host}:${port}/v3` };
    const run = await runProgram(["get", "win-1", "--key", placeKey(workFolder())], { env, ...secrets });
    // 127.1.2.3 is loopback by the rule, but nobody listens there.
    expect([0, 8]).toContain(run.code);
    if (host !== "127.1.2.3") expect(run.code, run.stderr).toBe(0);
  });

  it("loopback never goes through a proxy", async () => {
    const proxy = await witness();
    const cloud = await windowsCloud();
    const names = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    const env = {
      ...cloud.env,
      NODE_USE_ENV_PROXY: "1",
      ...Object.fromEntries(names.map((name) => [name, proxy.url])),
    };
    const run = await runProgram(["get", "win-1", "--key", placeKey(workFolder())], { env, ...secrets });
    expect(run.code, run.stderr).toBe(0);
    expect(proxy.asked).toEqual([]);
  });

  it("a redirect is not followed, and so no token goes astray", async () => {
    const other = await witness();
    for (const path of [passwordPath(), "/v3/auth/tokens"]) {
      for (const status of [301, 307]) {
        const cloud = await windowsCloud({
          faults: [{ path, redirect: { location: `${other.url}/x`, status } }],
        });
        const run = await runProgram(["get", "win-1", "--key", placeKey(workFolder())], {
          env: cloud.env,
          ...secrets,
        });
        // The login's address is a setting, and such an answer says that it is wrong.
        expectFailure(run, path === passwordPath() ? "ERR_UNAVAILABLE" : "ERR_USAGE", /30[17]/);
      }
    }
    expect(other.asked).toEqual([]);
  });
});

describe("which server is meant", () => {
  it("an exact name, never a part or a pattern of one", async () => {
    const servers = [
      readyServer(1),
      { ...readyServer(2), name: "win-1-replica" },
      { ...readyServer(3), name: "xwin-1" },
    ];
    const cloud = await windowsCloud({ servers });
    const key = placeKey(workFolder());
    const run = await runProgram(["get", "win-1", "--key", key, "--json"], { env: cloud.env });
    expect(jsonAnswer(run).server?.id).toBe(serverId(1));
    for (const name of ["win", "win.1", "win-.", "WIN-1", " win-1", "win-1 ", "^win-1$", ".*"]) {
      expectFailure(await runProgram(["get", name, "--key", key], { env: cloud.env }), "ERR_NOT_FOUND", /./);
    }
  });

  it.each(["a/b", "..", ".", "a?b", "a#b", "a%2Fb", "a b", "é", "[x](y)*", "%", "&name=win-1"])(
    "the odd name %j reaches the service as it is",
    async (name) => {
      const cloud = await windowsCloud({ servers: [{ ...readyServer(1), name }, readyServer(2)] });
      const key = placeKey(workFolder());
      for (const api of ["v1", "v2.1"]) {
        const run = await runProgram(["get", name, "--key", key, "--json", "--api", api], { env: cloud.env });
        expect(jsonAnswer(run).server, run.stderr).toMatchObject({ id: serverId(1), name });
      }
    },
  );

  it.each(["..", ".", "../x", "a/../../b", "", " "])(
    "the operand %j that nobody is called is exit 5 or 2",
    async (name) => {
      const cloud = await windowsCloud();
      const run = await runProgram(["get", "--key", placeKey(workFolder()), "--", name], { env: cloud.env });
      expect([2, 5], run.stderr).toContain(run.code);
      expect(run.stderr).toMatch(/^winpw: error ERR_(NOT_FOUND|USAGE): /);
    },
  );

  it("is found on a later page", async () => {
    const servers = Array.from({ length: 230 }, (_, n) => ({
      ...bootingServer(n + 1),
      name: `many-${n + 1}`,
    }));
    const cloud = await windowsCloud({ servers: [...servers, readyServer(999)] });
    const key = placeKey(workFolder());
    for (const api of ["v1", "v2.1"]) {
      const run = await runProgram(["get", "win-999", "--key", key, "--api", api], { env: cloud.env });
      expect(run.stdout.toString("utf8"), run.stderr).toBe(serverPassword);
    }
  });

  it("a reader may get", async () => {
    const cloud = await windowsCloud();
    const env = { ...cloud.env, OS_USERNAME: "watcher", OS_PASSWORD: "Canary-Reader-Pa55word-not-real" };
    const run = await runProgram(["get", "win-1", "--key", placeKey(workFolder())], { env });
    expect(run.stdout.toString("utf8")).toBe(serverPassword);
  });
});

describe("which API is used", () => {
  it.each([
    ["v1 where the catalog has ecs", {}, [], "v1"],
    ["v2.1 where it has not", { catalog: { ecs: false } }, [], "v2.1"],
    ["what --api says", {}, ["--api", "v2.1"], "v2.1"],
  ])("%s", async (_name, seed, more, api) => {
    const cloud = await windowsCloud(seed);
    const run = await runProgram(["get", "win-1", "--key", placeKey(workFolder()), "--json", ...more], {
      env: cloud.env,
    });
    expect(jsonAnswer(run).server?.api, run.stderr).toBe(api);
    expect(cloud.entries().filter(({ path }) => path.startsWith(`/${api}/`)).length).toBeGreaterThan(0);
    const other = api === "v1" ? "/v2.1/" : "/v1/";
    expect(cloud.entries().filter(({ path }) => path.startsWith(other))).toEqual([]);
  });

  it("--api v1 on a plain Nova fails, and --clear never falls back", async () => {
    const cloud = await windowsCloud({ catalog: { ecs: false } });
    const run = await runProgram(["get", "win-1", "--key", placeKey(workFolder()), "--api", "v1"], {
      env: cloud.env,
    });
    expect(run.code).not.toBe(0);
    expect(run.stdout.toString("utf8")).toBe("");
    expect(cloud.passwordCalls(serverId(1))).toEqual([]);
  });

  it("APIGW.0101 on the default API hints at --api v2.1", async () => {
    const body = { error_code: "APIGW.0101", error_msg: "The API does not exist or has not been published" };
    const cloud = await windowsCloud({ faults: [{ path: "/v1/**", status: 404, body }] });
    const run = await runProgram(["get", serverId(1), "--key", placeKey(workFolder())], { env: cloud.env });
    expectFailure(run, "ERR_USAGE", /./);
    expect(run.stderr).toMatch(/--api v2\.1/);
  });

  it.each([
    ["/v1", "v1"],
    ["/v1/", "v1"],
    ["/v2.1", "v2.1"],
    ["/v2.1/PROJECT", "v2.1"],
    ["/v1/PROJECT/", "v1"],
  ])("--endpoint ending in %s says it", async (end, api) => {
    const cloud = await windowsCloud();
    const key = placeKey(workFolder());
    const first = jsonAnswer(await runProgram(["get", "win-1", "--key", key, "--json"], { env: cloud.env }));
    const endpoint = cloud.url + end.replace("PROJECT", first.server?.projectId ?? "");
    const run = await runProgram(["get", "win-1", "--key", key, "--json", "--endpoint", endpoint], {
      env: cloud.env,
    });
    expect(jsonAnswer(run), run.stderr).toMatchObject({ ok: true, server: { api } });
  });

  it.each(["v1", "v2.1"])("--endpoint without a version takes it from --api %s", async (api) => {
    const cloud = await windowsCloud();
    const args = [
      "get",
      "win-1",
      "--key",
      placeKey(workFolder()),
      "--json",
      "--endpoint",
      cloud.url,
      "--api",
      api,
    ];
    expect(jsonAnswer(await runProgram(args, { env: cloud.env })).ok).toBe(true);
  });
});

describe("settings", () => {
  it("options stand above the environment", async () => {
    const cloud = await windowsCloud();
    const env = {
      ...cloud.env,
      OS_AUTH_URL: `http://${elsewhere}/v3`,
      OS_PROJECT_NAME: "no-such-project",
      OS_REGION_NAME: "nowhere",
    };
    const args = [
      "--endpoint-iam",
      cloud.env["OS_AUTH_URL"] ?? "",
      "--project",
      "demo",
      "--region",
      "loopback-1",
    ];
    const run = await runProgram([...args, "get", "win-1", "--key", placeKey(workFolder())], {
      env,
      ...secrets,
    });
    expect(run.code, run.stderr).toBe(0);
  });

  it("a token file stands above the password in the environment", async () => {
    const cloud = await windowsCloud();
    const folder = workFolder();
    const tokenFile = join(folder, "token");
    writeFileSync(tokenFile, "nobody-issued-this", { mode: 0o600 });
    const args = ["get", serverId(1), "--key", placeKey(folder), "--token-file", tokenFile];
    const run = await runProgram(args, { env: cloud.env, ...secrets });
    expect(run.code, run.stderr).toBe(4);
  });

  it("two complete credentials are exit 2", async () => {
    const cloud = await windowsCloud();
    const env = { ...cloud.env, OS_AUTH_TYPE: "", OS_TOKEN: "Canary-Token" };
    const run = await runProgram(["get", "win-1", "--key", placeKey(workFolder())], {
      env,
      canaries: ["Canary-Token"],
    });
    expectFailure(run, "ERR_USAGE", /OS_TOKEN/);
    expect(cloud.entries()).toEqual([]);
  });

  it("a token that dies under way is renewed once", async () => {
    const cloud = await windowsCloud({ faults: [{ path: passwordPath(), call: 1, status: 401, body: {} }] });
    const run = await runProgram(["get", "win-1", "--key", placeKey(workFolder())], {
      env: cloud.env,
      ...secrets,
    });
    expect(run.code, run.stderr).toBe(0);
    expect(cloud.entries().filter(({ path }) => path === "/v3/auth/tokens")).toHaveLength(2);
  });
});

describe("a service in trouble", () => {
  it.each([
    ["a 503", [{ path: passwordPath(), call: 1, status: 503, body: "<html>busy</html>" }]],
    [
      "a 429 that asks for a second",
      [{ path: passwordPath(), call: 1, status: 429, headers: { "Retry-After": "1" }, body: {} }],
    ],
    ["a reset connection", [{ path: passwordPath(), call: 1, reset: true }]],
    ["a cut body", [{ path: passwordPath(), call: 1, cut: 20 }]],
    [
      "202 with Common.0024",
      [
        {
          path: passwordPath(),
          call: 1,
          status: 202,
          body: { error: { code: "Common.0024", message: "exceeds flow over limit" } },
        },
      ],
    ],
    ["a busy login", [{ path: "/v3/auth/tokens", call: 1, status: 500, body: {} }]],
  ])("is asked again: %s", async (_name, faults) => {
    const cloud = await windowsCloud({ faults });
    const run = await runProgram(["get", "win-1", "--key", placeKey(workFolder())], {
      env: cloud.env,
      ...secrets,
    });
    expect(run, run.stderr).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout.toString("utf8")).toBe(serverPassword);
  });

  it.each([
    ["HTML instead of JSON", { status: 200, body: "<html>login</html>" }],
    ["an empty body", { status: 200 }],
    ["another shape", { status: 200, body: { passwd: encryptTo("x") } }],
    ["501", { status: 501, body: {} }],
  ])("is not believed: %s", async (name, how) => {
    const cloud = await windowsCloud({ faults: [{ path: passwordPath(), ...how }] });
    const run = await runProgram(["get", "win-1", "--key", placeKey(workFolder())], { env: cloud.env });
    // A missing field is how some clouds say that nothing is stored.
    expect(name === "another shape" ? [3, 8] : [8], run.stderr).toContain(run.code);
  });

  it("--timeout ends a run whose service never answers", async () => {
    const cloud = await windowsCloud({ faults: [{ path: "/v3/auth/tokens", delayMs: 60_000 }] });
    const run = await runProgram(["--timeout", "1s", "get", "win-1", "--key", placeKey(workFolder())], {
      env: cloud.env,
    });
    expectFailure(run, "ERR_TIMEOUT", /--timeout/);
  });

  it("--timeout ends a wait", async () => {
    const cloud = await windowsCloud({ servers: [bootingServer(1)] });
    const args = ["get", "win-1", "--key", placeKey(workFolder()), "--wait", "--timeout", "2"];
    expectFailure(await runProgram(args, { env: cloud.env }), "ERR_TIMEOUT", /./);
  });

  it.each(["0", "-1", "1d", "1.5", "", "99999999999", "1 s", "1h30m"])(
    "the duration %j is exit 2",
    async (value) => {
      for (const option of ["--timeout", "--wait-timeout"]) {
        const run = await runProgram(["get", "win-1", "--key", "k", `${option}=${value}`]);
        expectFailure(run, "ERR_USAGE", new RegExp(option));
      }
    },
  );

  it("--wait gets a password as soon as the guest has posted it", async () => {
    const cloud = await windowsCloud({ servers: [{ ...bootingServer(1, 2_000), password: serverPassword }] });
    const args = ["get", "win-1", "--key", placeKey(workFolder()), "--wait", "--clear"];
    const run = await runProgram(args, { env: cloud.env, ...secrets });
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout.toString("utf8")).toBe(serverPassword);
    expect(run.stderr).toMatch(/no password yet/);
    expect(cloud.passwordCalls(serverId(1)).slice(-4)).toEqual([
      "GET 200",
      "GET 200",
      "DELETE 204",
      "GET 200",
    ]);
  });
});
