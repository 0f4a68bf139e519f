import { describe, expect, it } from "vitest";
import type { SeedServer } from "../../lib/emulator/index.ts";
import { testClock } from "../http/test-clock.ts";
import { call, login, serverId, startCloud, testSeed, until, type Answer } from "./cloud.ts";

interface List {
  readonly count: number;
  readonly servers: readonly { readonly id: string; readonly metadata: Readonly<Record<string, string>> }[];
}

const ciphertext = "AAAA".repeat(86);
const metal = { kind: "bms", os: "Windows" } as const;
const servers: readonly SeedServer[] = [
  { ...metal, id: serverId, name: "metal-1", keyPair: "key", ciphertext, tags: ["env=test"] },
  { ...metal, id: "metal-2", name: "Metal-2", os: "Linux", status: "SHUTOFF" },
  { ...metal, id: "hidden", name: "metal-1", project: "other", ciphertext },
  { id: "virtual", name: "metal-1", os: "Windows", keyPair: "key", ciphertext },
];

async function ask(path: string, options: { name?: string; method?: string } = {}): Promise<Answer> {
  const emulator = await startCloud(testSeed({ servers }));
  const { token, project } = await login(emulator, options.name);
  const url = `${emulator.url}/v1/${project}/baremetalservers${path}`;
  return call(options.method ?? "GET", url, { "X-Auth-Token": token });
}

describe("BMS v1", () => {
  it("gives the stored ciphertext", async () => {
    const answer = await ask(`/${serverId}/os-server-password`);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ password: ciphertext });
    expect(answer.headers["x-request-id"]).toMatch(/^[0-9a-f]{32}$/);
  });

  it("gives an empty password when there is none", async () => {
    expect((await ask("/metal-2/os-server-password")).json).toEqual({ password: "" });
  });

  it("accepts a DELETE with 202 and an empty body, and does it later, for every API", async () => {
    const clock = testClock();
    const slow = { ...metal, id: serverId, name: "metal-1", ciphertext, clearDelayMs: 3000 };
    const emulator = await startCloud(testSeed({ servers: [slow] }), { clock });
    const { token, project } = await login(emulator);
    const headers = { "X-Auth-Token": token };
    const url = `${emulator.url}/v1/${project}/baremetalservers/${serverId}/os-server-password`;
    const nova = `${emulator.url}/v2.1/servers/${serverId}/os-server-password`;
    const guest = `${emulator.url}/openstack/latest/password`;
    const stored = async (): Promise<unknown[]> => [
      (await call("GET", url, headers)).json,
      (await call("GET", nova, headers)).json,
      (await call("GET", guest, { "X-Instance-ID": serverId })).text,
    ];
    const accepted = await call("DELETE", url, headers);
    expect([accepted.status, accepted.text]).toEqual([202, ""]);
    clock.advance(2000);
    // A second one meanwhile does not put the first one off.
    expect((await call("DELETE", url, headers)).status).toBe(202);
    clock.advance(999);
    expect(await stored()).toEqual([{ password: ciphertext }, { password: ciphertext }, ciphertext]);
    clock.advance(1);
    expect(await stored()).toEqual([{ password: "" }, { password: "" }, ""]);
    expect((await call("DELETE", url, headers)).status).toBe(202);
  });

  it("takes a second when the seed does not say how long", async () => {
    const clock = testClock();
    const emulator = await startCloud(testSeed({ servers }), { clock });
    const { token, project } = await login(emulator);
    const url = `${emulator.url}/v1/${project}/baremetalservers/${serverId}/os-server-password`;
    await call("DELETE", url, { "X-Auth-Token": token });
    clock.advance(999);
    expect((await call("GET", url, { "X-Auth-Token": token })).json).toEqual({ password: ciphertext });
    clock.advance(1);
    expect((await call("GET", url, { "X-Auth-Token": token })).json).toEqual({ password: "" });
  });

  it("accepts and does nothing when a fault says so", async () => {
    const clock = testClock();
    const faults = [{ method: "DELETE", path: "/v1/*/baremetalservers/**", ignore: true }] as const;
    const emulator = await startCloud(testSeed({ servers, faults }), { clock });
    const { token, project } = await login(emulator);
    const url = `${emulator.url}/v1/${project}/baremetalservers/${serverId}/os-server-password`;
    expect((await call("DELETE", url, { "X-Auth-Token": token })).status).toBe(202);
    clock.advance(86_400_000 / 48);
    expect((await call("GET", url, { "X-Auth-Token": token })).json).toEqual({ password: ciphertext });
  });

  it("has guests that post like any other", async () => {
    const booting = { ...metal, id: serverId, name: "metal-1", keyPair: "key", bootDelayMs: 0 };
    const emulator = await startCloud(testSeed({ servers: [booting] }));
    const { token, project } = await login(emulator);
    const url = `${emulator.url}/v1/${project}/baremetalservers/${serverId}/os-server-password`;
    await until(async () => (await call("GET", url, { "X-Auth-Token": token })).text.length > 100);
  });

  it("lets a reader read and not clear, in its own words", async () => {
    expect((await ask(`/${serverId}/os-server-password`, { name: "watcher" })).status).toBe(200);
    const refused = await ask(`/${serverId}/os-server-password`, { name: "watcher", method: "DELETE" });
    expect(refused.status).toBe(403);
    expect(refused.json).toEqual({
      error: {
        code: "BMS.0288",
        message: "Policy doesn't allow bms:servers:deletePassword to be performed.",
      },
    });
  });

  it.for(["hidden", "nosuch", "virtual"])("knows no server %s: a 400, not a 404", async (id) => {
    for (const [method, path] of [
      ["GET", `/${id}`],
      ["GET", `/${id}/os-server-password`],
      ["DELETE", `/${id}/os-server-password`],
    ] as const) {
      const answer = await ask(path, { method });
      expect(answer.status).toBe(400);
      expect(answer.json).toEqual({
        error: { code: "BMS.0040", message: `The server ${id} does not exist.` },
      });
    }
  });

  it("refuses a project that is not the token's", async () => {
    const emulator = await startCloud(testSeed({ servers }));
    const { token } = await login(emulator);
    const { project } = await login(emulator, "stranger");
    const url = `${emulator.url}/v1/${project}/baremetalservers/detail`;
    const answer = await call("GET", url, { "X-Auth-Token": token });
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ error: { code: "BMS.0032" } });
  });

  it("stands behind the same gateway as ECS", async () => {
    const emulator = await startCloud(testSeed({ servers }));
    const { project } = await login(emulator);
    const url = `${emulator.url}/v1/${project}/baremetalservers/${serverId}`;
    for (const headers of [{}, { "X-Auth-Token": "nonsense" }]) {
      const answer = await call("GET", url, headers);
      expect(answer.status).toBe(401);
      expect(answer.json).toMatchObject({
        error_code: "APIGW.0301",
        request_id: answer.headers["x-request-id"],
      });
    }
    for (const path of ["/os-server-password/", "/nothing", "/"]) {
      const answer = await call("GET", url + path);
      expect([answer.status, answer.json]).toEqual([
        404,
        expect.objectContaining({ error_code: "APIGW.0101" }),
      ]);
    }
  });

  it.for([
    [{ bms: false }, ["ecs"], 404, 200],
    [{ ecs: false, bms: true }, ["bms"], 200, 404],
    [{ ecs: false }, [], 404, 404],
  ] as const)("is there or not, as the catalog %j says", async ([catalog, types, metalStatus, ecsStatus]) => {
    const emulator = await startCloud(testSeed({ servers, catalog }));
    const { token, project } = await login(emulator);
    const headers = { "X-Auth-Token": token };
    const listed = (await call("GET", `${emulator.url}/v3/auth/catalog`, headers)).json as {
      catalog: { type: string }[];
    };
    expect(listed.catalog.map(({ type }) => type)).toEqual(["identity", "compute", ...types]);
    const of = async (collection: string): Promise<number> =>
      (await call("GET", `${emulator.url}/v1/${project}/${collection}/detail`, headers)).status;
    expect([await of("baremetalservers"), await of("cloudservers")]).toEqual([metalStatus, ecsStatus]);
  });

  it("shows a server with what tells Windows and the key pair", async () => {
    expect((await ask(`/${serverId}`)).json).toMatchObject({
      server: {
        id: serverId,
        name: "metal-1",
        status: "ACTIVE",
        key_name: "key",
        metadata: { os_type: "Windows" },
        tags: ["__type_baremetal", "env=test"],
        flavor: { id: "physical.s3.small" },
      },
    });
    expect((await ask("/metal-2")).json).toMatchObject({
      server: { key_name: null, status: "SHUTOFF", metadata: { os_type: "Linux" } },
    });
  });

  it("lists without the operating system", async () => {
    const list = (await ask("/detail")).json as List;
    expect(list.servers.map(({ id }) => id)).toEqual(["metal-2", serverId]);
    expect(list.servers.every(({ metadata }) => !("os_type" in metadata))).toBe(true);
  });

  it("pages by number, with a count of at most the limit", async () => {
    const many = Array.from({ length: 30 }, (_, index): SeedServer => ({
      ...metal,
      id: `s-${index}`,
      name: `s-${index}`,
    }));
    const emulator = await startCloud(testSeed({ servers: many }));
    const { token, project } = await login(emulator);
    const page = async (query: string): Promise<number[]> => {
      const url = `${emulator.url}/v1/${project}/baremetalservers/detail${query}`;
      const { count, servers: rows } = (await call("GET", url, { "X-Auth-Token": token })).json as List;
      return [count, rows.length];
    };
    expect([await page(""), await page("?offset=2"), await page("?limit=20&offset=2")]).toEqual([
      [25, 25],
      [25, 5],
      [20, 10],
    ]);
    expect(await page("?limit=1000")).toEqual([30, 30]);
  });

  it.for(["?limit=0", "?limit=1001", "?limit=x", "?offset=-1"])("refuses %s", async (query) => {
    const answer = await ask(`/detail${query}`);
    expect([answer.status, answer.json]).toMatchObject([400, { error: { code: "BMS.0022" } }]);
  });

  it.for([
    ["?name=METAL", ["metal-2", serverId]],
    ["?name=metal-1", [serverId]],
    ["?status=SHUTOFF", ["metal-2"]],
    ["?tags=__type_baremetal", ["metal-2", serverId]],
    ["?tags=env=test", [serverId]],
  ] as const)("filters by %s", async ([query, ids]) => {
    const list = (await ask(`/detail${query}`)).json as List;
    expect(list.servers.map((one) => one.id)).toEqual(ids);
  });
});

describe("bare metal elsewhere", () => {
  it("is not in ECS, and is in Nova with its tag", async () => {
    const emulator = await startCloud(testSeed({ servers }));
    const { token, project } = await login(emulator);
    const headers = { "X-Auth-Token": token, "OpenStack-API-Version": "compute 2.26" };
    const ecs = `${emulator.url}/v1/${project}/cloudservers`;
    expect(((await call("GET", `${ecs}/detail`, headers)).json as List).servers.map(({ id }) => id)).toEqual([
      "virtual",
    ]);
    expect((await call("GET", `${ecs}/${serverId}/os-server-password`, headers)).status).toBe(404);
    const nova = (await call("GET", `${emulator.url}/v2.1/servers/detail`, headers)).json as {
      servers: { id: string; tags: string[] }[];
    };
    expect(nova.servers.map(({ id, tags }) => [id, tags])).toEqual([
      ["virtual", []],
      ["metal-2", ["__type_baremetal"]],
      [serverId, ["__type_baremetal", "env=test"]],
    ]);
  });
});
