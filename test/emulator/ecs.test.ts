import { describe, expect, it } from "vitest";
import type { SeedServer } from "../../lib/emulator/index.ts";
import { call, login, serverId, startCloud, testSeed, type Answer } from "./cloud.ts";

interface List {
  readonly count: number;
  readonly servers: readonly { readonly id: string; readonly name: string }[];
}

const ciphertext = "AAAA".repeat(86);
const servers: readonly SeedServer[] = [
  { id: serverId, name: "win-1", os: "Windows", keyPair: "key", ciphertext, tags: ["env=test", "blue"] },
  { id: "web-1", name: "Web-1", os: "Linux", keyPair: "key", tags: ["env=live"] },
  { id: "web-2", name: "web-2", os: "Linux", status: "SHUTOFF" },
  { id: "hidden", name: "win-1", os: "Windows", project: "other", ciphertext },
];

async function ask(path: string, options: { name?: string; method?: string } = {}): Promise<Answer> {
  const emulator = await startCloud(testSeed({ servers }));
  const { token, project } = await login(emulator, options.name);
  const url = `${emulator.url}/v1/${project}/cloudservers${path}`;
  return call(options.method ?? "GET", url, { "X-Auth-Token": token });
}

describe("ECS v1", () => {
  it("gives the stored ciphertext", async () => {
    const answer = await ask(`/${serverId}/os-server-password`);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ password: ciphertext });
    expect(answer.headers["content-type"]).toBe("application/json");
    expect(answer.headers["x-request-id"]).toMatch(/^[0-9a-f]{32}$/);
  });

  it("gives an empty password when there is none", async () => {
    expect((await ask("/web-1/os-server-password")).json).toEqual({ password: "" });
  });

  it("clears with 204, then answers an empty password, and clears again", async () => {
    const emulator = await startCloud(testSeed({ servers }));
    const { token, project } = await login(emulator);
    const url = `${emulator.url}/v1/${project}/cloudservers/${serverId}/os-server-password`;
    const headers = { "X-Auth-Token": token };
    const cleared = await call("DELETE", url, headers);
    expect([cleared.status, cleared.text]).toEqual([204, ""]);
    expect((await call("GET", url, headers)).json).toEqual({ password: "" });
    expect((await call("DELETE", url, headers)).status).toBe(204);
    const nova = await call("GET", `${emulator.url}/v2.1/servers/${serverId}/os-server-password`, headers);
    expect(nova.json).toEqual({ password: "" });
  });

  it("lets a reader read and not clear, in the gateway's words", async () => {
    expect((await ask(`/${serverId}/os-server-password`, { name: "watcher" })).status).toBe(200);
    const refused = await ask(`/${serverId}/os-server-password`, { name: "watcher", method: "DELETE" });
    expect(refused.status).toBe(403);
    expect(refused.json).toEqual({
      error_msg: "Policy doesn't allow ecs:cloudServers:deletePassword to be performed.",
      error_code: "Pdp.0001",
      request_id: refused.headers["x-request-id"],
    });
  });

  it.for(["GET", "DELETE"])("knows no server of another project (%s)", async (method) => {
    for (const id of ["hidden", "nosuch"]) {
      const answer = await ask(`/${id}/os-server-password`, { method });
      expect(answer.status).toBe(404);
      expect(answer.json).toEqual({
        error: { code: "Ecs.0114", message: `Instance[${id}] could not be found.` },
      });
    }
  });

  it("refuses a project that is not the token's", async () => {
    const emulator = await startCloud(testSeed({ servers }));
    const { token } = await login(emulator);
    const { project } = await login(emulator, "stranger");
    const answer = await call("GET", `${emulator.url}/v1/${project}/cloudservers/detail`, {
      "X-Auth-Token": token,
    });
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ error: { code: "Ecs.0023" } });
  });

  it.for([
    ["no token", {}],
    ["an invented token", { "X-Auth-Token": "nonsense" }],
  ])("refuses %s in the gateway's words", async ([, headers]) => {
    const emulator = await startCloud(testSeed({ servers }));
    const { project } = await login(emulator);
    const url = `${emulator.url}/v1/${project}/cloudservers/${serverId}`;
    const answer = await call("GET", url, headers as Record<string, string>);
    expect(answer.status).toBe(401);
    expect(answer.json).toMatchObject({
      error_code: "APIGW.0301",
      request_id: answer.headers["x-request-id"],
    });
  });

  it.for([
    ["GET", "/v1"],
    ["GET", "/v1/p/cloudservers"],
    ["GET", "/v1/p/cloudservers/"],
    ["GET", "/v1/p/cloudservers/s/os-server-password/"],
    ["GET", "/v1/p/cloudservers/s/nothing"],
    ["PUT", "/v1/p/cloudservers/s/os-server-password"],
    ["GET", "/v9/p/cloudservers/detail"],
  ] as const)("publishes no %s %s", async ([method, path]) => {
    const emulator = await startCloud(testSeed());
    const answer = await call(method, emulator.url + path);
    expect(answer.status).toBe(404);
    expect(answer.json).toMatchObject({ error_code: "APIGW.0101", request_id: expect.any(String) as string });
    expect(Object.keys(answer.json as object).sort()).toEqual(["error_code", "error_msg", "request_id"]);
  });

  it("shows a server with what tells Windows and the key pair", async () => {
    const answer = await ask(`/${serverId}`);
    expect(answer.json).toMatchObject({
      server: {
        id: serverId,
        name: "win-1",
        status: "ACTIVE",
        key_name: "key",
        metadata: { os_type: "Windows" },
        tags: ["env=test", "blue"],
        "OS-EXT-STS:vm_state": "active",
      },
    });
    expect((await ask("/web-2")).json).toMatchObject({
      server: { key_name: null, status: "SHUTOFF", metadata: { os_type: "Linux" } },
    });
  });

  it("pages by number and counts all that match", async () => {
    const many = Array.from({ length: 30 }, (_, index): SeedServer => ({
      id: `s-${index}`,
      name: `s-${index}`,
      os: "Linux",
    }));
    const emulator = await startCloud(testSeed({ servers: many }));
    const { token, project } = await login(emulator);
    const page = async (query: string): Promise<List> => {
      const url = `${emulator.url}/v1/${project}/cloudservers/detail${query}`;
      return (await call("GET", url, { "X-Auth-Token": token })).json as List;
    };
    const sizes = [
      await page(""),
      await page("?offset=2"),
      await page("?offset=3"),
      await page("?limit=1000"),
    ];
    expect(sizes.map((one) => [one.count, one.servers.length])).toEqual([
      [30, 25],
      [30, 5],
      [30, 0],
      [30, 30],
    ]);
    expect(await page("?offset=0&limit=1")).toEqual(await page("?offset=1&limit=1"));
    const ids = [...(await page("?limit=12")).servers, ...(await page("?limit=12&offset=2")).servers];
    expect(new Set(ids.map((one) => one.id)).size).toBe(24);
  });

  it.for(["?limit=0", "?limit=1001", "?limit=x", "?offset=-1"])("refuses %s", async (query) => {
    const answer = await ask(`/detail${query}`);
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ error: { code: "Ecs.0005" } });
  });

  it.for([
    ["", ["web-2", "web-1", serverId]],
    ["?name=WEB", ["web-2", "web-1"]],
    ["?name=w.b", []],
    ["?status=SHUTOFF", ["web-2"]],
    ["?tags=env", ["web-1", serverId]],
    ["?tags=env=live", ["web-1"]],
    ["?tags=env,blue", [serverId]],
    ["?not-tags=env", ["web-2"]],
    ["?server_id=web-1&server_id=web-2", ["web-2", "web-1"]],
    ["?server_id=web-1,hidden&name=nosuch", ["web-1"]],
    ["?unknown=1", ["web-2", "web-1", serverId]],
  ] as const)("filters by %s", async ([query, ids]) => {
    const list = (await ask(`/detail${query}`)).json as List;
    expect(list.servers.map((one) => one.id)).toEqual(ids);
    expect(list.count).toBe(ids.length);
  });
});
