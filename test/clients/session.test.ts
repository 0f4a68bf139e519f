import { describe, expect, it } from "vitest";
import { tokenAuthorizer } from "../../lib/auth/token.ts";
import { createClient, type ClientOptions } from "../../lib/clients/create-client.ts";
import type { SeedFault } from "../../lib/emulator/index.ts";
import {
  AuthError,
  NotFoundError,
  RefusedError,
  TimeoutError,
  UnavailableError,
  UsageError,
} from "../../lib/errors.ts";
import {
  emulatedCloud,
  passwordPath,
  recordingTransport,
  serverId,
  testTransport,
  type EmulatedCloud,
} from "../http/emulated-cloud.ts";
import { httpServer } from "../http/raw-server.ts";
import { everythingShown, like, rejectionOf } from "../http/rejection.ts";
import { cloudClient, on } from "./cloud-client.ts";

const apis = ["v1", "v2.1", "bms"] as const;
const collections = {
  v1: "v1/P/cloudservers",
  "v2.1": "v2.1/P/servers",
  bms: "v1/P/baremetalservers",
} as const;
const withToken = (cloud: EmulatedCloud, options: Partial<ClientOptions> = {}) =>
  createClient({
    api: "v1",
    authorizer: tokenAuthorizer({ token: "CANARY-token" }),
    transport: testTransport(),
    clock: cloud.clock,
    random: () => 0.5,
    ...options,
  });
const refuseGets = (status: number, rest: Partial<SeedFault> = {}): SeedFault => ({
  method: "GET",
  path: passwordPath,
  status,
  ...rest,
});

describe("the address of a call", () => {
  it("comes from the catalog of the login, one login for all", async () => {
    for (const api of apis) {
      const cloud = await emulatedCloud({
        servers: [on(api, { id: serverId, name: "win-1", os: "Windows" })],
      });
      const { transport, sent } = recordingTransport();
      const client = cloudClient(cloud, { api, transport });
      await client.getPassword(serverId);
      await client.showServer(serverId);
      const [login, first, second] = sent.map(({ url }) => url.href);
      expect(login).toBe(`${cloud.url}/v3/auth/tokens`);
      const id = /\/v[\d.]+\/([0-9a-f]{32})\//.exec(cloud.log().join("\n"))?.[1] ?? "";
      const base = `${cloud.url}/${collections[api].replace("P", id)}`;
      expect([first, second]).toEqual([`${base}/${serverId}/os-server-password`, `${base}/${serverId}`]);
    }
  });

  it("of plain Nova has no project in it", async () => {
    const cloud = await emulatedCloud({ catalog: { ecs: false } });
    expect(await cloudClient(cloud, { api: "v2.1" }).getPassword(serverId)).toMatchObject({ state: "empty" });
    expect(cloud.log()).toContain(`GET /v2.1/servers/${serverId}/os-server-password 200`);
  });

  it("given with version and project is used without asking for the project", async () => {
    const cloud = await emulatedCloud();
    const { transport, sent } = recordingTransport();
    const authorizer = tokenAuthorizer({ token: "CANARY-token", authUrl: cloud.url });
    const client = withToken(cloud, { transport, authorizer, endpoint: `${cloud.url}/v1/some-project/` });
    expect(await rejectionOf(client.getPassword("s"))).toBeInstanceOf(AuthError);
    expect(sent.map(({ url }) => url.pathname)).toEqual([
      "/v1/some-project/cloudservers/s/os-server-password",
    ]);
  });

  it("given without a project gets the one given, else the login's", async () => {
    const cloud = await emulatedCloud();
    await cloudClient(cloud, { endpoint: cloud.url }).getPassword(serverId);
    await rejectionOf(cloudClient(cloud, { endpoint: cloud.url, projectId: "other" }).getPassword(serverId));
    expect(cloud.log().filter((line) => line.startsWith("GET"))).toEqual([
      expect.stringMatching(/^GET \/v1\/[0-9a-f]{32}\/cloudservers\/\S+ 200$/),
      `GET /v1/other/cloudservers/${serverId}/os-server-password 400`,
    ]);
  });

  it("cannot be found without an endpoint and without a catalog, or without a project", async () => {
    const cloud = await emulatedCloud();
    expect(await rejectionOf(withToken(cloud).getPassword("s"))).toMatchObject({
      code: "ERR_USAGE",
      message: like(/no endpoint/),
    });
    expect(await rejectionOf(withToken(cloud, { endpoint: cloud.url }).getPassword("s"))).toMatchObject({
      code: "ERR_USAGE",
      message: like(/project id/),
    });
    expect(cloud.log()).toEqual([]);
  });

  it("key pairs are looked up under v2.1, also for a v1 client and a v1 endpoint", async () => {
    const cloud = await emulatedCloud();
    await rejectionOf(cloudClient(cloud).showKeyPair("no/such key"));
    await rejectionOf(cloudClient(cloud, { endpoint: `${cloud.url}/v1` }).showKeyPair("x"));
    expect(cloud.log().filter((line) => line.startsWith("GET"))).toEqual([
      expect.stringMatching(/^GET \/v2\.1\/[0-9a-f]{32}\/os-keypairs\/no%2Fsuch%20key 404$/),
      expect.stringMatching(/^GET \/v2\.1\/[0-9a-f]{32}\/os-keypairs\/x 404$/),
    ]);
  });

  describe("where the catalog lists", () => {
    const listing = (...rows: { region: string; face: string }[]): SeedFault => ({
      path: "/v3/auth/tokens",
      status: 201,
      headers: { "X-Subject-Token": "CANARY-token" },
      body: {
        token: {
          expires_at: "2031-01-01T00:00:00Z",
          project: { id: "p" },
          catalog: [
            {
              type: "ecs",
              endpoints: rows.map(({ region, face }) => ({
                interface: face,
                region_id: region,
                url: `http://127.0.0.1:1/${region}-${face}/v1/p`,
              })),
            },
          ],
        },
      },
    });
    const twoRegions = listing(
      { region: "r1", face: "public" },
      { region: "r2", face: "public" },
      { region: "r2", face: "internal" },
    );
    const tried = async (options: Partial<ClientOptions>): Promise<string[]> => {
      const cloud = await emulatedCloud({ faults: [twoRegions] });
      const { transport, sent } = recordingTransport();
      await rejectionOf(cloudClient(cloud, { transport, ...options }).getPassword("s"));
      return sent.slice(1).map(({ url }) => url.pathname.split("/")[1] ?? "");
    };

    it("several regions, one must be chosen: nothing is asked of any", async () => {
      const cloud = await emulatedCloud({ faults: [twoRegions] });
      const { transport, sent } = recordingTransport();
      const error = await rejectionOf(cloudClient(cloud, { transport }).getPassword("s"));
      expect(error).toBeInstanceOf(UsageError);
      expect(error).toMatchObject({ message: like(/r1, r2/) });
      expect(sent).toHaveLength(1);
    });

    it("the chosen region and interface are taken", async () => {
      expect(await tried({ region: "r1" })).toEqual(["r1-public"]);
      expect(await tried({ region: "r2" })).toEqual(["r2-public"]);
      expect(await tried({ interface: "internal" })).toEqual(["r2-internal"]);
    });

    it("no such region or service: said", async () => {
      const cloud = await emulatedCloud({ faults: [twoRegions] });
      const inR3 = await rejectionOf(cloudClient(cloud, { region: "r3" }).getPassword("s"));
      expect(inR3).toMatchObject({
        code: "ERR_USAGE",
        message: "the catalog lists no ecs service in region r3",
      });
      const compute = await rejectionOf(cloudClient(cloud, { api: "v2.1" }).getPassword("s"));
      expect(compute).toMatchObject({ code: "ERR_USAGE", message: "the catalog lists no compute service" });
    });
  });
});

describe("an endpoint that the rules forbid", () => {
  it.for([
    ["plain http elsewhere", "http://ecs.example/v1", RefusedError],
    ["another protocol", "ftp://ecs.example/v1", RefusedError],
    ["no protocol", "localhost:8774/v2.1", UsageError],
    ["no URL", "ecs.example/v1", UsageError],
  ] as const)("%s: refused before anything is sent, a login included", async ([, endpoint, kind]) => {
    const cloud = await emulatedCloud();
    expect(() => cloudClient(cloud, { endpoint })).toThrow(kind);
    expect(() => cloudClient(cloud, { endpoint, projectId: "p" })).toThrow(kind);
    expect(cloud.log()).toEqual([]);
  });

  it("beyond this machine, where only this machine is allowed", async () => {
    const cloud = await emulatedCloud();
    const transport = testTransport({ loopbackOnly: true });
    expect(() => cloudClient(cloud, { transport, endpoint: "https://ecs.example" })).toThrow(RefusedError);
    await cloudClient(cloud, { transport, endpoint: cloud.url }).getPassword(serverId);
  });
});

describe("an answer 401", () => {
  it("renews the login once and asks again", async () => {
    const cloud = await emulatedCloud({ faults: [refuseGets(401, { call: 1 })] });
    expect(await cloudClient(cloud).getPassword(serverId)).toMatchObject({ state: "empty" });
    expect(cloud.log().map((line) => line.replace(/ \S+ /, " … "))).toEqual([
      "POST … 201",
      "GET … 401",
      "POST … 201",
      "GET … 200",
    ]);
    expect(cloud.clock.pauses).toEqual([]);
  });

  it("twice is an end, without a third request", async () => {
    const cloud = await emulatedCloud({ faults: [refuseGets(401)] });
    const error = await rejectionOf(cloudClient(cloud).getPassword(serverId));
    expect(error).toBeInstanceOf(AuthError);
    expect(error).toMatchObject({ status: 401 });
    expect([cloud.count("POST", "/tokens"), cloud.count("GET", "/os-server-password")]).toEqual([2, 2]);
  });

  it("to a ready token is never repeated", async () => {
    const cloud = await emulatedCloud();
    const error = await rejectionOf(
      withToken(cloud, { endpoint: `${cloud.url}/v1/p` }).getPassword(serverId),
    );
    expect(error).toBeInstanceOf(AuthError);
    expect(everythingShown(error)).not.toContain("CANARY");
    expect(cloud.log()).toHaveLength(1);
    expect(cloud.clock.pauses).toEqual([]);
  });

  it("to an expired token is met with a new login", async () => {
    const cloud = await emulatedCloud({ tokenLifetimeMs: 600_000 });
    const client = cloudClient(cloud);
    await client.getPassword(serverId);
    cloud.clock.advance(600_000);
    await client.getPassword(serverId);
    expect(cloud.log().filter((line) => line.endsWith("401"))).toEqual([]);
    expect(cloud.count("POST", "/tokens")).toBe(2);
  });
});

describe("an answer 403", () => {
  it.for([
    ["v1", "ecs:cloudServers:deletePassword"],
    ["v2.1", "ecs:serverPasswords:manage"],
  ] as const)("on %s names the permission, and is not repeated", async ([api, action]) => {
    const cloud = await emulatedCloud();
    const reader = cloudClient(cloud, { api, user: "watcher" });
    await reader.getPassword(serverId);
    const error = await rejectionOf(reader.clearPassword(serverId));
    expect(error).toBeInstanceOf(AuthError);
    expect(error).toMatchObject({ status: 403, action, requestId: like(/./) });
    expect([cloud.count("POST", "/tokens"), cloud.count("DELETE", "/os-server-password")]).toEqual([1, 1]);
  });
});

describe("other answers", () => {
  const flow = { error: { code: "Common.0024", message: "exceeds flow over limit" } };

  it.for(["GET", "DELETE"] as const)("202 with flow control in it: %s is tried again", async (method) => {
    const cloud = await emulatedCloud({
      faults: [{ method, path: passwordPath, call: 1, status: 202, body: flow }],
    });
    const client = cloudClient(cloud);
    await (method === "GET" ? client.getPassword(serverId) : client.clearPassword(serverId));
    expect(cloud.count(method, "/os-server-password")).toBe(2);
  });

  it("202 with flow control to the last is no success", async () => {
    const cloud = await emulatedCloud({
      faults: [{ method: "DELETE", path: passwordPath, status: 202, body: flow }],
    });
    const error = await rejectionOf(cloudClient(cloud).clearPassword(serverId));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error).toMatchObject({ status: 202, retryable: true });
    expect(cloud.count("DELETE", "/os-server-password")).toBe(5);
  });

  it.for(apis)("an unknown server on %s is not found", async (api) => {
    const cloud = await emulatedCloud();
    const client = cloudClient(cloud, { api });
    for (const call of [
      client.getPassword("nobody"),
      client.clearPassword("nobody"),
      client.showServer("nobody"),
    ]) {
      expect(await rejectionOf(call)).toBeInstanceOf(NotFoundError);
    }
  });

  it("an API that is not offered is a matter of settings", async () => {
    const cloud = await emulatedCloud({
      faults: [refuseGets(404, { body: { error_code: "APIGW.0101", error_msg: "The API does not exist" } })],
    });
    expect(await rejectionOf(cloudClient(cloud).getPassword(serverId))).toBeInstanceOf(UsageError);
  });

  it("a redirect is not followed and not tried again; the other host hears nothing", async () => {
    const other = await httpServer((_, response) => response.end('{"password":""}'));
    const cloud = await emulatedCloud({
      faults: [{ path: passwordPath, redirect: { location: other.url, status: 307 } }],
    });
    const error = await rejectionOf(cloudClient(cloud).getPassword(serverId));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error).toMatchObject({ retryable: false, message: like(/redirect/) });
    expect([other.connections(), cloud.count("GET", "/os-server-password")]).toEqual([0, 1]);
  });
});

it("a service that quotes the token in its message does not get it into the error", async () => {
  const cloud = await emulatedCloud({
    faults: [refuseGets(400, { body: { error: { code: "Ecs.0005", message: "bad header CANARY-token" } } })],
  });
  const client = withToken(cloud, { endpoint: `${cloud.url}/v1/p` });
  const error = await rejectionOf(client.getPassword(serverId));
  expect(error).toBeInstanceOf(RefusedError);
  expect(everythingShown(error)).toContain("bad header [redacted]");
  expect(everythingShown(error)).not.toContain("CANARY");
});

describe("an abort", () => {
  it("reaches login, request and pauses", async () => {
    const cloud = await emulatedCloud({ faults: [refuseGets(503)] });
    const reason = new TimeoutError("the time is up");
    const client = cloudClient(cloud);
    expect(await rejectionOf(client.getPassword(serverId, { signal: AbortSignal.abort(reason) }))).toBe(
      reason,
    );
    expect(cloud.log()).toEqual([]);
    const stop = new AbortController();
    cloud.clock.onSleep = () => stop.abort(reason);
    expect(await rejectionOf(client.getPassword(serverId, { signal: stop.signal }))).toBe(reason);
    expect(cloud.count("GET", "/os-server-password")).toBe(1);
  });
});
