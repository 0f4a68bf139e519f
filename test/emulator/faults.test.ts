import { constants, privateDecrypt } from "node:crypto";
import { get } from "node:http";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../lib/clock.ts";
import type { Emulator, LogEntry, SeedFault } from "../../lib/emulator/index.ts";
import { call, login, loginBody, serverId, startCloud, testKey, testSeed, type Answer } from "./cloud.ts";

const ciphertext = Buffer.from(Array.from({ length: 128 }, (_, index) => index)).toString("base64");
const passwordPath = `/v2.1/servers/${serverId}/os-server-password`;

interface Cloud {
  readonly emulator: Emulator;
  readonly log: LogEntry[];
  readonly ask: (method?: string, path?: string) => Promise<Answer>;
}

/** A cloud with these faults, one stored password, and somebody logged in before anything goes wrong. */
async function faulty(faults: readonly SeedFault[], keyPair: string | null = "key"): Promise<Cloud> {
  const log: LogEntry[] = [];
  const emulator = await startCloud(
    testSeed({
      servers: [{ id: serverId, name: "win-1", os: "Windows", keyPair, ciphertext, bootDelayMs: 3_600_000 }],
      faults,
    }),
    { log: (line) => log.push(JSON.parse(line) as LogEntry) },
  );
  const { token } = await login(emulator);
  log.length = 0;
  const ask = async (method = "GET", path = passwordPath): Promise<Answer> =>
    call(method, emulator.url + path, { "X-Auth-Token": token });
  return { emulator, log, ask };
}

const passwordIn = (answer: Answer): string => (answer.json as { password: string }).password;

describe("which calls a fault meets", () => {
  it.for([
    ["the exact path", passwordPath, passwordPath, true],
    ["the path without its query", passwordPath, `${passwordPath}?a=b`, true],
    ["a star for one part", "/v2.1/servers/*/os-server-password", passwordPath, true],
    ["a star for a piece of a part", "/v2.1/servers/aaaa*-*1/os-server-password", passwordPath, true],
    ["a star that would have to span a slash", "/v2.1/*/os-server-password", passwordPath, false],
    ["two stars that span slashes", "/v2.1/**/os-server-password", passwordPath, true],
    ["two stars at the end", "/v2.1/**", passwordPath, true],
    ["a beginning alone", "/v2.1/servers", passwordPath, false],
    ["an end alone", "*os-server-password", passwordPath, false],
    ["signs that are special elsewhere", "/v2.1/servers/a.+(b)[c]$", "/v2.1/servers/a.+(b)[c]$", true],
    ["a dot for any character", "/v2.1/server.", "/v2.1/servers", false],
  ] as const)("%s", async ([, path, asked, met]) => {
    const { ask } = await faulty([{ path, status: 418 }]);
    expect((await ask("GET", asked)).status === 418).toBe(met);
  });

  it("is limited to a method", async () => {
    const { ask } = await faulty([{ method: "DELETE", path: "**", status: 418 }]);
    expect((await ask("GET")).status).toBe(200);
    expect((await ask("DELETE")).status).toBe(418);
  });

  it("is limited to one call, counted from 1, each fault on its own", async () => {
    const { ask } = await faulty([
      { path: "/v2.1/**", call: 1, status: 429 },
      { method: "GET", path: "/v2.1/**", call: 3, status: 503 },
    ]);
    const statuses = [];
    for (let index = 0; index < 4; index += 1) statuses.push((await ask()).status);
    expect(statuses).toEqual([429, 200, 503, 200]);
  });

  it("is the first row's when several match", async () => {
    const { ask } = await faulty([
      { path: "/v2.1/**", call: 2, status: 500 },
      { path: "/v2.1/**", status: 503 },
    ]);
    expect([(await ask()).status, (await ask()).status, (await ask()).status]).toEqual([503, 500, 503]);
  });
});

describe("a fault answers instead", () => {
  it("with JSON and headers", async () => {
    const body = { overLimit: { code: 429, message: "slow down", retryAfter: 7 } };
    const { ask, log } = await faulty([
      { path: "/v2.1/**", status: 429, body, headers: { "Retry-After": "7" } },
    ]);
    const answer = await ask();
    expect([answer.status, answer.headers["retry-after"], answer.json]).toEqual([429, "7", body]);
    expect(log).toMatchObject([{ status: 429, user: "demo" }]);
  });

  it("with HTML, as a proxy would", async () => {
    const { ask } = await faulty([{ path: "/v2.1/**", status: 502, body: "<h1>Bad Gateway</h1>" }]);
    const answer = await ask();
    expect([answer.status, answer.headers["content-type"], answer.text]).toEqual([
      502,
      "text/html; charset=UTF-8",
      "<h1>Bad Gateway</h1>",
    ]);
  });

  it("with another content type", async () => {
    const headers = { "content-type": "application/json;charset=utf-8" };
    const { ask } = await faulty([{ path: "/v2.1/**", status: 200, body: '{"password":null}', headers }]);
    const answer = await ask();
    expect(answer.headers["content-type"]).toBe(headers["content-type"]);
    expect(answer.json).toEqual({ password: null });
  });

  it("with an empty body", async () => {
    const { ask } = await faulty([{ path: "/v2.1/**", status: 503 }]);
    const answer = await ask();
    expect([answer.status, answer.text, answer.headers["content-type"]]).toEqual([503, "", undefined]);
  });

  it("with 202 and flow control, and does nothing", async () => {
    const body = { error: { code: "Common.0024", message: "exceeds flow over limit" } };
    const { ask } = await faulty([{ method: "DELETE", path: "/v2.1/**", status: 202, body }]);
    const answer = await ask("DELETE");
    expect([answer.status, answer.json]).toEqual([202, body]);
    expect(passwordIn(await ask())).toBe(ciphertext);
  });

  it("with a refusal of a good token", async () => {
    const body = { error: { code: 401, title: "Unauthorized", message: "again" } };
    const { ask } = await faulty([{ path: passwordPath, call: 1, status: 401, body }]);
    expect((await ask()).status).toBe(401);
    expect((await ask()).status).toBe(200);
  });

  it("with a redirection", async () => {
    const { ask } = await faulty([
      { path: "/v2.1/**", call: 1, redirect: { location: "http://127.0.0.1:9/stolen" } },
      { path: "/v2.1/**", redirect: { location: "/v3", status: 307 } },
    ]);
    const [first, second] = [await ask(), await ask()];
    expect([first.status, first.headers.location]).toEqual([302, "http://127.0.0.1:9/stolen"]);
    expect([second.status, second.headers.location]).toEqual([307, "/v3"]);
  });
});

describe("a fault of the connection", () => {
  it("delays the answer", async () => {
    const slept: number[] = [];
    const clock = {
      now: systemClock.now.bind(systemClock),
      sleep: async (milliseconds: number, signal?: AbortSignal): Promise<void> => {
        slept.push(milliseconds);
        return systemClock.sleep(0, signal);
      },
    };
    const faults = [
      { path: "/v3", delayMs: 1234 },
      { path: "/v3", status: 500 },
    ];
    const emulator = await startCloud(testSeed({ servers: [], faults }), { clock });
    expect((await call("GET", `${emulator.url}/v3`)).status).toBe(200);
    expect(slept).toEqual([1234]);
  });

  it("delays another fault", async () => {
    const { ask } = await faulty([{ path: "/v2.1/**", delayMs: 1, status: 500 }]);
    expect((await ask()).status).toBe(500);
  });

  it("resets before anything is done", async () => {
    const { ask, log } = await faulty([{ path: "/v2.1/**", call: 1, reset: true }]);
    await expect(ask("DELETE")).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(passwordIn(await ask())).toBe(ciphertext);
    expect(log[0]).toMatchObject({ method: "DELETE", status: null, user: "demo" });
  });

  it("resets after it was done", async () => {
    const { ask, log } = await faulty([{ path: "/v2.1/**", call: 1, resetAfter: true }]);
    await expect(ask("DELETE")).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(passwordIn(await ask())).toBe("");
    expect(log[0]).toMatchObject({ method: "DELETE", status: null, user: "demo" });
  });

  it.for([0, 1, 20])("cuts the body after %i bytes", async (cut) => {
    const { emulator } = await faulty([{ path: "/v3", cut }]);
    const [promised, received] = await new Promise<[number, number]>((resolve, reject) => {
      let length = 0;
      get(`${emulator.url}/v3`, { agent: false }, (response) => {
        response.on("data", (piece: Buffer) => (length += piece.length));
        response.on("error", () => resolve([Number(response.headers["content-length"]), length]));
        response.on("end", () => reject(new Error("the answer was complete")));
      }).on("error", reject);
    });
    expect(promised).toBeGreaterThan(100);
    expect(received).toBe(cut);
  });
});

describe("a fault of the ciphertext", () => {
  it.for([0, 1, 127])("keeps %i bytes", async (truncateTo) => {
    const { ask } = await faulty([{ path: "/v2.1/**", ciphertext: { truncateTo } }]);
    expect(Buffer.from(passwordIn(await ask()), "base64")).toEqual(
      Buffer.from(ciphertext, "base64").subarray(0, truncateTo),
    );
  });

  it.for([0, 7, 8, 1023])("flips bit %i alone", async (flipBit) => {
    const { ask } = await faulty([{ path: "/v2.1/**", ciphertext: { flipBit } }]);
    const bits = (text: string): string =>
      [...Buffer.from(text, "base64")].map((byte) => byte.toString(2).padStart(8, "0")).join("");
    const [before, after] = [bits(ciphertext), bits(passwordIn(await ask()))];
    const changed = before.split("").flatMap((bit, index) => (bit === after[index] ? [] : [index]));
    expect(changed).toEqual([flipBit]);
  });

  it("gives something else", async () => {
    const { ask } = await faulty([{ path: "/v2.1/**", call: 2, ciphertext: { replaceWith: "bm90IGl0" } }]);
    expect([passwordIn(await ask()), passwordIn(await ask()), passwordIn(await ask())]).toEqual([
      ciphertext,
      "bm90IGl0",
      ciphertext,
    ]);
  });

  it("leaves other answers alone, and what is stored", async () => {
    const { emulator, ask } = await faulty([{ path: "/v2.1/**", ciphertext: { replaceWith: "x" } }]);
    expect((await ask("GET", "/v2.1/servers")).json).toMatchObject({ servers: [{ id: serverId }] });
    expect((await ask()).json).toEqual({ password: "x" });
    const { project } = await login(emulator);
    expect((await ask("GET", `/v1/${project}/cloudservers/${serverId}/os-server-password`)).json).toEqual({
      password: ciphertext,
    });
  });

  it("does not help who may not read it", async () => {
    const { emulator } = await faulty([{ path: passwordPath, plaintext: "text" }]);
    expect((await call("GET", emulator.url + passwordPath)).status).toBe(401);
    const { token } = await login(emulator, "stranger");
    expect((await call("GET", emulator.url + passwordPath, { "X-Auth-Token": token })).status).toBe(404);
  });

  const hostile = Buffer.from([0xff, 0xfe, 0x00, 0x1b]);
  it.for([
    ["text", "\u001b[2J\u202egnp.exe", Buffer.from("\u001b[2J\u202egnp.exe")],
    ["no text at all", "", Buffer.alloc(0)],
    ["bytes that are no text", { base64: hostile.toString("base64") }, hostile],
  ] as const)("encrypts %s to the server's key pair", async ([, plaintext, bytes]) => {
    const { ask } = await faulty([{ path: "/v2.1/**", plaintext }]);
    const block = privateDecrypt(
      { key: testKey().privateKey, padding: constants.RSA_NO_PADDING },
      Buffer.from(passwordIn(await ask()), "base64"),
    );
    expect([block[0], block[1]]).toEqual([0, 2]);
    expect(block.subarray(block.indexOf(0, 2) + 1)).toEqual(bytes);
  });

  it("says so when there is no key to encrypt to", async () => {
    const { ask, log } = await faulty([{ path: "/v2.1/**", plaintext: "text" }], null);
    const answer = await ask();
    expect(answer.status).toBe(500);
    expect(answer.text).toContain("no ssh-rsa key pair");
    expect(log).toMatchObject([{ status: 500 }]);
  });
});

describe("a fault of doing nothing", () => {
  it("answers 204 to a clear that does not take", async () => {
    const { ask } = await faulty([{ method: "DELETE", path: "/v2.1/**", ignore: true }]);
    expect((await ask("DELETE")).status).toBe(204);
    expect(passwordIn(await ask())).toBe(ciphertext);
  });

  it("still refuses who may not", async () => {
    const { emulator } = await faulty([{ method: "DELETE", path: "/v2.1/**", ignore: true }]);
    const { token } = await login(emulator, "watcher");
    expect((await call("DELETE", emulator.url + passwordPath, { "X-Auth-Token": token })).status).toBe(403);
  });

  it("swallows a guest's post", async () => {
    const faults: SeedFault[] = [{ method: "POST", path: "/openstack/**", call: 1, ignore: true }];
    const emulator = await startCloud(testSeed({ faults }));
    const url = `${emulator.url}/openstack/latest/password`;
    const header = { "X-Instance-ID": serverId };
    expect((await call("POST", url, header, "lost")).status).toBe(200);
    expect((await call("GET", url, header)).text).toBe("");
    expect((await call("POST", url, header, "kept")).status).toBe(200);
    expect((await call("GET", url, header)).text).toBe("kept");
  });
});

it("a login can fail too", async () => {
  const emulator = await startCloud(
    testSeed({ faults: [{ method: "POST", path: "/v3/auth/tokens", call: 1, status: 503 }] }),
  );
  const url = `${emulator.url}/v3/auth/tokens`;
  expect((await call("POST", url, {}, loginBody("demo"))).status).toBe(503);
  expect((await call("POST", url, {}, loginBody("demo"))).status).toBe(201);
});
