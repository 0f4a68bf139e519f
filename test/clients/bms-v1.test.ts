import { describe, expect, it } from "vitest";
import { tokenAuthorizer } from "../../lib/auth/token.ts";
import { createClient } from "../../lib/clients/create-client.ts";
import type { SeedServer } from "../../lib/emulator/index.ts";
import { AuthError, NotFoundError, RefusedError, UnavailableError, UsageError } from "../../lib/errors.ts";
import {
  emulatedCloud,
  passwordPath,
  recordingTransport,
  serverId,
  testTransport,
} from "../http/emulated-cloud.ts";
import { like, rejectionOf } from "../http/rejection.ts";
import { testClock } from "../http/test-clock.ts";
import { cloudClient } from "./cloud-client.ts";

const ciphertext = Buffer.alloc(256, 7).toString("base64");
const metal: SeedServer = { id: serverId, name: "metal-1", kind: "bms", os: "Windows", ciphertext };
const publicKey =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA throw-away";
const keyPairs = [{ name: "ops", publicKey }];
const answer = (code: string): object => ({ error: { code, message: "said" } });

describe("a clear of bare metal", () => {
  it("is accepted as deferred: a read right after it still shows the ciphertext", async () => {
    const cloud = await emulatedCloud({ servers: [metal] });
    const client = cloudClient(cloud, { api: "bms" });
    expect(await client.clearPassword(serverId)).toEqual({ deferred: true, requestId: like(/./) });
    expect(await client.getPassword(serverId)).toMatchObject({ state: "ready" });
    cloud.clock.advance(1000);
    expect(await client.getPassword(serverId)).toMatchObject({ state: "empty" });
  });

  it.for(["v1", "v2.1"] as const)("elsewhere, on %s, it is done when it is answered", async (api) => {
    const { kind: _, ...virtual } = metal;
    const cloud = await emulatedCloud({ servers: [virtual] });
    expect(await cloudClient(cloud, { api }).clearPassword(serverId)).toMatchObject({ deferred: false });
  });
});

describe("bare metal's own codes behind a 400", () => {
  it.for(["GET", "DELETE"] as const)("an overload is waited out (%s)", async (method) => {
    const faults = [1, 2].map((call) => ({
      method,
      path: passwordPath,
      call,
      status: 400,
      body: answer("BMS.0212"),
    }));
    const cloud = await emulatedCloud({ servers: [metal], faults });
    const client = cloudClient(cloud, { api: "bms" });
    await (method === "GET" ? client.getPassword(serverId) : client.clearPassword(serverId));
    expect(cloud.count(method, "/os-server-password")).toBe(3);
  });

  it("an overload without end is unavailable, and may be tried later", async () => {
    const cloud = await emulatedCloud({
      servers: [metal],
      faults: [{ path: passwordPath, status: 400, body: answer("BMS.0212") }],
    });
    const error = await rejectionOf(cloudClient(cloud, { api: "bms" }).getPassword(serverId));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error).toMatchObject({ retryable: true, status: 400, message: like(/BMS\.0212/) });
    expect(cloud.count("GET", "/os-server-password")).toBe(5);
  });

  it.for(["BMS.0032", "BMS.3011"])("a token that is not taken (%s) is renewed once", async (code) => {
    const fault = { path: passwordPath, status: 400, body: answer(code) };
    const once = await emulatedCloud({ servers: [metal], faults: [{ ...fault, call: 1 }] });
    expect(await cloudClient(once, { api: "bms" }).getPassword(serverId)).toMatchObject({ state: "ready" });
    expect(once.count("POST", "/v3/auth/tokens")).toBe(2);
    const always = await emulatedCloud({ servers: [metal], faults: [fault] });
    const error = await rejectionOf(cloudClient(always, { api: "bms" }).getPassword(serverId));
    expect(error).toBeInstanceOf(AuthError);
    expect(error).toMatchObject({ status: 401, action: undefined });
    expect(always.count("GET", "/os-server-password")).toBe(2);
  });

  it("a missing right names the permission, and is tried once", async () => {
    const cloud = await emulatedCloud({ servers: [metal] });
    const client = cloudClient(cloud, { api: "bms", user: "watcher" });
    expect(await client.getPassword(serverId)).toMatchObject({ state: "ready" });
    const error = await rejectionOf(client.clearPassword(serverId));
    expect(error).toBeInstanceOf(AuthError);
    expect(error).toMatchObject({ status: 403, action: "bms:servers:deletePassword" });
    expect(cloud.count("DELETE", "/os-server-password")).toBe(1);
  });

  it("a virtual server does not exist here", async () => {
    const { kind: _, ...virtual } = metal;
    const cloud = await emulatedCloud({ servers: [virtual] });
    const client = cloudClient(cloud, { api: "bms" });
    expect(await rejectionOf(client.getPassword(serverId))).toBeInstanceOf(NotFoundError);
    expect(await client.findServersByName("metal-1")).toEqual([]);
  });

  it("any other stays a refusal", async () => {
    const cloud = await emulatedCloud({
      faults: [{ path: passwordPath, status: 400, body: answer("BMS.0035") }],
    });
    expect(await rejectionOf(cloudClient(cloud, { api: "bms" }).getPassword("s"))).toBeInstanceOf(
      RefusedError,
    );
  });
});

describe("where bare metal is asked", () => {
  it("the catalog's bms for servers, its compute for key pairs", async () => {
    const cloud = await emulatedCloud({ servers: [{ ...metal, keyPair: "ops" }], keyPairs });
    const client = cloudClient(cloud, { api: "bms" });
    expect((await client.showServer(serverId)).keyPairName).toBe("ops");
    expect(await client.showKeyPair("ops")).toMatchObject({ name: "ops" });
    expect(cloud.log().slice(1)).toEqual([
      expect.stringMatching(/^GET \/v1\/[0-9a-f]{32}\/baremetalservers\/\S+ 200$/),
      expect.stringMatching(/^GET \/v2\.1\/[0-9a-f]{32}\/os-keypairs\/ops 200$/),
    ]);
  });

  it("an endpoint that is given is bare metal's alone: key pairs are not asked for there", async () => {
    const { transport, sent } = recordingTransport();
    const cloud = await emulatedCloud({ servers: [metal], keyPairs });
    const elsewhere = await emulatedCloud({ servers: [metal] });
    const client = cloudClient(cloud, { api: "bms", endpoint: elsewhere.url, transport });
    await rejectionOf(client.getPassword(serverId)); // the other cloud did not issue the token
    await client.showKeyPair("ops");
    const hostOf = (part: string): (string | undefined)[] =>
      sent.filter(({ url }) => url.pathname.includes(part)).map(({ url }) => url.host);
    expect(new Set(hostOf("baremetalservers"))).toEqual(new Set([new URL(elsewhere.url).host]));
    expect(hostOf("os-keypairs")).toEqual([new URL(cloud.url).host]);
  });

  it("without a catalog key pairs need the address of ECS", async () => {
    const cloud = await emulatedCloud();
    const { transport, sent } = recordingTransport();
    const settings = {
      api: "bms",
      authorizer: tokenAuthorizer({ token: "CANARY-token" }),
      endpoint: `${cloud.url}/v1/p`,
      transport,
      clock: cloud.clock,
    } as const;
    expect(await rejectionOf(createClient(settings).showKeyPair("ops"))).toBeInstanceOf(UsageError);
    expect(sent).toEqual([]);
    const client = createClient({ ...settings, ecsEndpoint: `${cloud.url}/v2.1/p` });
    await rejectionOf(client.showKeyPair("ops"));
    expect(sent.map(({ url }) => url.pathname)).toEqual(["/v2.1/p/os-keypairs/ops"]);
  });

  it("each address is checked before a login", async () => {
    const settings = { authorizer: tokenAuthorizer({ token: "t" }), transport: testTransport() } as const;
    const make = (endpoint: string, ecsEndpoint: string) => (): unknown =>
      createClient({ api: "bms", ...settings, endpoint, ecsEndpoint });
    expect(make("https://bms.example", "http://ecs.example")).toThrow(RefusedError);
    expect(make("http://bms.example", "https://ecs.example")).toThrow(RefusedError);
    expect(make("https://bms.example", "ecs.example")).toThrow(UsageError);
  });

  it("a catalog without bare metal is a matter of settings, and nothing is sent", async () => {
    const cloud = await emulatedCloud({ servers: [metal], catalog: { bms: false } });
    const error = await rejectionOf(cloudClient(cloud, { api: "bms" }).getPassword(serverId));
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ message: like(/catalog lists no bms service/) });
    expect(cloud.log()).toEqual(["POST /v3/auth/tokens 201"]);
  });
});

describe("the limit of 50 requests a minute", () => {
  it("is kept over many servers, retries included, for each operation by itself", async () => {
    const clock = testClock();
    const cloud = await emulatedCloud(
      { servers: [metal], faults: [{ method: "GET", path: passwordPath, call: 3, status: 503 }] },
      clock,
    );
    const times: Record<string, number[]> = { GET: [], DELETE: [] };
    const { transport, sent } = recordingTransport();
    const client = cloudClient(cloud, { api: "bms", transport });
    for (let turn = 0; turn < 60; turn += 1) {
      await client.getPassword(serverId);
      times["GET"]?.push(clock.now());
      if (turn % 2 === 0) {
        await client.clearPassword(serverId);
        times["DELETE"]?.push(clock.now());
      }
    }
    expect(sent.filter(({ method }) => method === "GET")).toHaveLength(61);
    for (const left of Object.values(times)) {
      for (const start of left) {
        expect(left.filter((at) => at >= start && at < start + 60_000).length).toBeLessThanOrEqual(50);
      }
    }
    expect(clock.pauses.filter((pause) => pause > 1400).length).toBeGreaterThan(40);
  });

  it.for(["v1", "v2.1"] as const)("is bare metal's alone: %s documents none", async (api) => {
    const { kind: _, ...virtual } = metal;
    const cloud = await emulatedCloud({ servers: [virtual] });
    const client = cloudClient(cloud, { api });
    for (let turn = 0; turn < 60; turn += 1) await client.getPassword(serverId);
    expect(cloud.clock.pauses).toEqual([]);
  });
});
