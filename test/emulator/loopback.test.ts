import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import { startEmulator, type LogEntry } from "../../lib/emulator/index.ts";
import { recognisedVariables } from "../../lib/settings/recognised-variables.ts";
import {
  call,
  demoPassword,
  login,
  loginBody,
  serverId,
  startCloud,
  testKey,
  testSeed,
  until,
} from "./cloud.ts";

describe("the address", () => {
  it("is on 127.0.0.1 and nowhere else", async () => {
    const { port, url } = await startCloud(testSeed());
    expect(url).toBe(`http://127.0.0.1:${port}`);
    const others = Object.values(networkInterfaces())
      .flat()
      .flatMap((one) => (one === undefined || one.internal || one.family !== "IPv4" ? [] : [one.address]));
    for (const host of [...others, "127.0.0.2"]) {
      const refused = await new Promise((resolve) => {
        const socket = connect({ host, port }, () => resolve(false)).on("error", () => resolve(true));
        socket.unref();
      });
      expect(refused).toBe(true);
    }
  });

  it("has the port that was asked for, or an error that names it", async () => {
    const first = await startCloud(testSeed());
    const second = startEmulator({ seed: testSeed(), port: first.port });
    await expect(second).rejects.toMatchObject({ code: "ERR_UNAVAILABLE" });
    await expect(second).rejects.toThrow(String(first.port));
    await first.close();
    const third = await startCloud(testSeed(), { port: first.port });
    expect(third.port).toBe(first.port);
  });

  it.for([
    "evil.example",
    "127.0.0.1",
    "127.0.0.1:1",
    "localhost:1",
    "localhost.evil.example:PORT",
    "0.0.0.0:PORT",
  ])("refuses the Host header %s", async (host) => {
    const { url, port } = await startCloud(testSeed());
    const answer = await call("GET", `${url}/v3`, { Host: host.replace("PORT", String(port)) });
    expect(answer.status).toBe(421);
    expect(answer.json).toBeUndefined();
  });

  it.for(["127.0.0.1:PORT", "localhost:PORT", "LocalHost:PORT"])("takes the Host header %s", async (host) => {
    const { url, port } = await startCloud(testSeed());
    expect((await call("GET", `${url}/v3`, { Host: host.replace("PORT", String(port)) })).status).toBe(200);
  });

  it("refuses a request without a Host header", async () => {
    const { port } = await startCloud(testSeed());
    const text = await new Promise<string>((resolve, reject) => {
      let received = "";
      const socket = connect({ host: "127.0.0.1", port }, () => socket.write("GET /v3 HTTP/1.0\r\n\r\n"));
      socket.on("data", (piece: Buffer) => (received += piece.toString()));
      socket.on("end", () => resolve(received));
      socket.on("error", reject);
    });
    expect(text).toMatch(/^HTTP\/1\.1 421 /);
  });

  it("acts on nothing that came under another name", async () => {
    const faults = [{ path: "**", call: 1, status: 500 }];
    const { url } = await startCloud(testSeed({ faults }));
    const header = { "X-Instance-ID": serverId };
    const stored = `${url}/openstack/latest/password`;
    expect((await call("POST", stored, { ...header, Host: "evil.example" }, "x")).status).toBe(421);
    expect((await call("GET", stored, header)).status).toBe(500); // the first call that counts
    expect((await call("GET", stored, header)).text).toBe("");
  });
});

describe("a request", () => {
  it("may have a body of 64 KiB and no more", async () => {
    const { url } = await startCloud(testSeed());
    const body = loginBody("demo");
    const tokens = `${url}/v3/auth/tokens`;
    expect((await call("POST", tokens, {}, body.padEnd(64 * 1024))).status).toBe(201);
    expect((await call("POST", tokens, {}, body.padEnd(64 * 1024 + 1))).status).toBe(413);
  });

  it("with broken percent-encoding is refused", async () => {
    const { url } = await startCloud(testSeed());
    expect((await call("GET", `${url}/v2.1/servers/%zz`)).status).toBe(400);
  });
});

describe("the log", () => {
  it("has a line for each request, with the time of the clock given", async () => {
    const lines: string[] = [];
    const clock = {
      now: () => Date.parse("2026-01-02T03:04:05.678Z"),
      sleep: async () => new Promise<void>(() => {}),
    };
    const seed = testSeed({ servers: [{ id: serverId, name: "l", os: "Linux" }] });
    const emulator = await startCloud(seed, { clock, log: (line) => lines.push(line) });
    const { token } = await login(emulator, "watcher");
    await call("DELETE", `${emulator.url}/v2.1/servers/${serverId}/os-server-password?a=b`, {
      "X-Auth-Token": token,
    });
    await call("GET", `${emulator.url}/nothing`, { "X-Auth-Token": "nonsense" });
    await call("GET", `${emulator.url}/v3`, { Host: "evil.example" });
    const time = "2026-01-02T03:04:05.678Z";
    expect(lines.map((line) => JSON.parse(line) as LogEntry)).toEqual([
      { time, method: "POST", path: "/v3/auth/tokens", status: 201, user: "watcher" },
      {
        time,
        method: "DELETE",
        path: `/v2.1/servers/${serverId}/os-server-password?a=b`,
        status: 403,
        user: "watcher",
      },
      { time, method: "GET", path: "/nothing", status: 404, user: null },
      { time, method: "GET", path: "/v3", status: 421, user: null },
    ]);
    expect(lines.join("")).not.toContain("\n");
  });

  it("is written before the answer is sent, and a log that fails is not passed over", async () => {
    const emulator = await startCloud(testSeed(), {
      log: () => {
        throw new Error("the disk is full");
      },
    });
    await expect(call("GET", `${emulator.url}/v3`)).rejects.toMatchObject({ code: "ECONNRESET" });
  });

  it("holds no password, token or ciphertext", async () => {
    const lines: string[] = [];
    const canaries = {
      password: "canary-password",
      guest: "canary-guest",
      body: "canary-body",
      user: "canary-user",
    };
    const emulator = await startCloud(
      testSeed({
        users: [{ name: "demo", password: canaries.password, role: "member", project: "demo" }],
        keyPairs: [{ name: "key", publicKey: testKey().publicKey }],
        servers: [
          {
            id: serverId,
            name: "w",
            os: "Windows",
            keyPair: "key",
            bootDelayMs: 0,
            password: canaries.guest,
          },
          { id: "linux", name: "l", os: "Linux" },
        ],
      }),
      { log: (line) => lines.push(line) },
    );
    await until(() => lines.length >= 2);
    const tokens = `${emulator.url}/v3/auth/tokens`;
    const answer = await call("POST", tokens, {}, loginBody("demo", undefined, canaries.password));
    const token = String(answer.headers["x-subject-token"]);
    // A password typed where the name belongs must not end up in the log either.
    expect(
      (await call("POST", tokens, {}, loginBody(canaries.user, undefined, canaries.password))).status,
    ).toBe(401);
    await call(
      "POST",
      `${emulator.url}/openstack/latest/password`,
      { "X-Instance-ID": "linux" },
      canaries.body,
    );
    const read = await call("GET", `${emulator.url}/v2.1/servers/${serverId}/os-server-password`, {
      "X-Auth-Token": token,
    });
    const { password } = read.json as { password: string };
    expect(password).toHaveLength(172);
    expect(lines).toHaveLength(6);
    for (const secret of [...Object.values(canaries), token, password])
      expect(lines.join("\n")).not.toContain(secret);
  });
});

describe("env", () => {
  it("logs in as the first user and blanks every other variable", async () => {
    const { env, url } = await startCloud(testSeed({ region: "here" }));
    const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
    expect(set).toEqual({
      OS_AUTH_URL: `${url}/v3`,
      OS_AUTH_TYPE: "password",
      OS_USERNAME: "demo",
      OS_PASSWORD: demoPassword,
      OS_PROJECT_NAME: "demo",
      OS_USER_DOMAIN_NAME: "Default",
      OS_PROJECT_DOMAIN_NAME: "Default",
      OS_REGION_NAME: "here",
      OS_IDENTITY_API_VERSION: "3",
      WINPW_LOOPBACK_ONLY: "1",
    });
    expect(Object.keys(env).sort()).toEqual(recognisedVariables.map((one) => one.name).sort());
    expect(env).toMatchObject({
      OS_CLOUD: "",
      OS_TOKEN: "",
      HUAWEICLOUD_SDK_AK: "",
      HW_SECRET_KEY: "",
      WINPW_PASSPHRASE: "",
    });
    expect(Object.keys(env).filter((name) => /proxy/i.test(name))).toEqual([]);
  });

  it("names each variable once", () => {
    const names = recognisedVariables.map((one) => one.name);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("without a seed", () => {
  it("there is a project with a member, a reader, and a Windows server that posts", async () => {
    const lines: LogEntry[] = [];
    const emulator = await startEmulator({ log: (line) => lines.push(JSON.parse(line) as LogEntry) });
    try {
      const { OS_USERNAME: name = "", OS_PASSWORD: password = "" } = emulator.env;
      const answer = await call(
        "POST",
        `${emulator.url}/v3/auth/tokens`,
        {},
        loginBody(name, undefined, password),
      );
      expect([name, answer.status]).toEqual(["demo", 201]);
      const headers = { "X-Auth-Token": String(answer.headers["x-subject-token"]) };
      const list = await call("GET", `${emulator.url}/v2.1/servers/detail`, headers);
      expect(list.json).toMatchObject({ servers: [{ name: "win-1", key_name: "demo" }] });
      await until(() => lines.some((line) => line.method === "POST" && line.path.startsWith("/openstack")));
      const { servers } = list.json as { servers: { id: string }[] };
      const url = `${emulator.url}/v2.1/servers/${servers[0]?.id ?? ""}/os-server-password`;
      const read = (await call("GET", url, headers)).json as { password: string };
      expect(Buffer.from(read.password, "base64")).toHaveLength(256);
    } finally {
      await emulator.close();
    }
  });
});

describe("close", () => {
  it("ends connections, waiting guests and delayed answers, and may be called twice", async () => {
    const emulator = await startCloud(testSeed({ faults: [{ path: "/v3", delayMs: 3_600_000 }] }));
    const waiting = call("GET", `${emulator.url}/v3`);
    const idle = connect({ host: "127.0.0.1", port: emulator.port });
    const ended = new Promise((resolve) => idle.on("close", resolve));
    idle.on("error", () => {});
    await new Promise((resolve) => idle.on("connect", resolve));
    const [answer] = await Promise.all([waiting.catch((error: unknown) => error), emulator.close(), ended]);
    expect(answer).toBeInstanceOf(Error);
    await emulator.close();
    await expect(call("GET", `${emulator.url}/v3`)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});
