import { describe, expect, it } from "vitest";
import { systemClock } from "../../lib/clock.ts";
import { call, demoPassword, login, loginBody, serverId, startCloud, testSeed } from "./cloud.ts";

interface TokenBody {
  readonly token: {
    readonly user: { readonly id: string };
    readonly project?: { readonly id: string; readonly name: string };
    readonly roles?: readonly { readonly name: string }[];
    readonly issued_at: string;
    readonly expires_at: string;
    readonly catalog?: readonly {
      readonly type: string;
      readonly endpoints: readonly { readonly url: string }[];
    }[];
  };
}

const tokensOf = (url: string): string => `${url}/v3/auth/tokens`;

describe("Keystone", () => {
  it("takes a user by id, and a project by name alone, as Huawei Cloud does", async () => {
    const { url } = await startCloud(testSeed());
    const byName = await call("POST", tokensOf(url), {}, loginBody("demo", { project: { name: "demo" } }));
    expect(byName.status).toBe(201);
    const { token } = byName.json as TokenBody;
    expect(token.project?.name).toBe("demo");
    const user = { id: token.user.id, password: demoPassword };
    const identity = { methods: ["password"], password: { user } };
    const byId = await call("POST", tokensOf(url), {}, JSON.stringify({ auth: { identity } }));
    expect(byId.status).toBe(201);
    expect((byId.json as TokenBody).token.project).toEqual(token.project);
  });

  it("finds a project by name in the user's own domain only", async () => {
    const password = demoPassword;
    const { url } = await startCloud(
      testSeed({
        users: [
          { name: "a", password, role: "member", project: "same" },
          { name: "b", password, role: "member", project: "same", domain: "ACCOUNT" },
        ],
        keyPairs: [],
        servers: [],
      }),
    );
    const identity = {
      methods: ["password"],
      password: { user: { name: "b", domain: { name: "ACCOUNT" }, password } },
    };
    const answer = await call(
      "POST",
      tokensOf(url),
      {},
      JSON.stringify({ auth: { identity, scope: { project: { name: "same" } } } }),
    );
    expect((answer.json as TokenBody).token.project).toMatchObject({
      name: "same",
      domain: { name: "ACCOUNT" },
    });
    const wrongDomain = await call("POST", tokensOf(url), {}, loginBody("b"));
    expect(wrongDomain.status).toBe(401);
  });

  it.for([
    ["reader", ["reader"]],
    ["member", ["reader", "member"]],
    ["admin", ["reader", "member", "admin"]],
  ] as const)("lists the roles that %s implies", async ([role, roles]) => {
    const { url } = await startCloud(
      testSeed({
        users: [{ name: "u", password: demoPassword, role, project: "p" }],
        keyPairs: [],
        servers: [],
      }),
    );
    const answer = await call("POST", tokensOf(url), {}, loginBody("u"));
    expect((answer.json as TokenBody).token.roles?.map((one) => one.name)).toEqual(roles);
  });

  it("lists ECS and bare metal in the catalog with the project in each address, as Huawei Cloud does", async () => {
    const { url } = await startCloud(testSeed());
    const answer = await call("POST", tokensOf(url), {}, loginBody("demo"));
    const { token } = answer.json as TokenBody;
    const project = token.project?.id ?? "";
    expect(token.catalog?.map((one) => [one.type, one.endpoints[0]?.url])).toEqual([
      ["identity", `${url}/v3`],
      ["compute", `${url}/v2.1/${project}`],
      ["ecs", `${url}/v1/${project}`],
      ["bms", `${url}/v1/${project}`],
    ]);
  });

  it("looks like plain Nova when the seed leaves ECS out", async () => {
    const { url } = await startCloud(testSeed({ catalog: { ecs: false } }));
    const answer = await call("POST", tokensOf(url), {}, loginBody("demo"));
    const { token } = answer.json as TokenBody;
    expect(token.catalog?.map((one) => [one.type, one.endpoints[0]?.url])).toEqual([
      ["identity", `${url}/v3`],
      ["compute", `${url}/v2.1`],
    ]);
    const path = `${url}/v1/${token.project?.id ?? ""}/cloudservers/detail`;
    const ecs = await call("GET", path, { "X-Auth-Token": String(answer.headers["x-subject-token"]) });
    expect(ecs.status).toBe(404);
    expect(ecs.json).toBeUndefined();
  });

  it("gives an unscoped token without a default project, and exchanges it for each project of the user", async () => {
    const base = { name: "u", password: demoPassword, role: "member", defaultProject: false } as const;
    const { url } = await startCloud(
      testSeed({
        users: [
          { ...base, project: "one" },
          { ...base, project: "two", role: "reader" },
        ],
        servers: [],
        keyPairs: [],
      }),
    );
    const unscoped = await call("POST", tokensOf(url), {}, loginBody("u"));
    expect(unscoped.status).toBe(201);
    expect((unscoped.json as TokenBody).token).not.toHaveProperty("project");
    expect((unscoped.json as TokenBody).token).not.toHaveProperty("catalog");
    const id = String(unscoped.headers["x-subject-token"]);
    const projects = await call("GET", `${url}/v3/auth/projects`, { "X-Auth-Token": id });
    const names = (projects.json as { projects: { name: string }[] }).projects.map((one) => one.name);
    expect(names).toEqual(["one", "two"]);
    const identity = { methods: ["token"], token: { id } };
    const body = JSON.stringify({ auth: { identity, scope: { project: { name: "two" } } } });
    const scoped = await call("POST", tokensOf(url), {}, body);
    expect((scoped.json as TokenBody).token).toMatchObject({
      project: { name: "two" },
      roles: [{ name: "reader" }],
    });
    const compute = await call("GET", `${url}/v2.1/servers`, { "X-Auth-Token": id });
    expect(compute.status).toBe(403);
  });

  it("lets a user look up an own project by name, as IAM does", async () => {
    const emulator = await startCloud(testSeed());
    const { token, project } = await login(emulator);
    const found = await call("GET", `${emulator.url}/v3/projects?name=demo`, { "X-Auth-Token": token });
    expect(found.json).toMatchObject({ projects: [{ id: project, name: "demo" }] });
    const others = await call("GET", `${emulator.url}/v3/projects?name=other`, { "X-Auth-Token": token });
    expect(others.json).toMatchObject({ projects: [] });
  });

  it("gives random tokens", async () => {
    const emulator = await startCloud(testSeed());
    const [first, second] = [await login(emulator), await login(emulator)];
    expect(first.token).not.toBe(second.token);
    expect(first.token.length).toBeGreaterThan(100);
  });

  it("refuses a token once its time has run out, in every API", async () => {
    let now = Date.parse("2026-01-01T00:00:00Z");
    const clock = { now: () => now, sleep: systemClock.sleep.bind(systemClock) };
    const emulator = await startCloud(testSeed({ tokenLifetimeMs: 60_000 }), { clock });
    const { token, project } = await login(emulator);
    const urls = [
      `${emulator.url}/v3/auth/projects`,
      `${emulator.url}/v2.1/servers/${serverId}/os-server-password`,
      `${emulator.url}/v1/${project}/cloudservers/${serverId}/os-server-password`,
    ];
    const statuses = async (): Promise<number[]> =>
      Promise.all(urls.map(async (url) => (await call("GET", url, { "X-Auth-Token": token })).status));
    now += 59_999;
    expect(await statuses()).toEqual([200, 200, 200]);
    now += 1;
    expect(await statuses()).toEqual([401, 401, 401]);
    const ecs = await call("GET", urls[2] ?? "", { "X-Auth-Token": token });
    expect(ecs.json).toMatchObject({ error_code: "APIGW.0307" });
  });

  it("does not let an exchanged token live longer than the first", async () => {
    let now = Date.parse("2026-01-01T00:00:00Z");
    const clock = { now: () => now, sleep: systemClock.sleep.bind(systemClock) };
    const { url } = await startCloud(testSeed({ tokenLifetimeMs: 60_000 }), { clock });
    const first = await call("POST", tokensOf(url), {}, loginBody("demo"));
    expect((first.json as TokenBody).token).toMatchObject({
      issued_at: "2026-01-01T00:00:00.000000Z",
      expires_at: "2026-01-01T00:01:00.000000Z",
    });
    now += 30_000;
    const identity = { methods: ["token"], token: { id: String(first.headers["x-subject-token"]) } };
    const second = await call("POST", tokensOf(url), {}, JSON.stringify({ auth: { identity } }));
    expect((second.json as TokenBody).token).toMatchObject({
      issued_at: "2026-01-01T00:00:30.000000Z",
      expires_at: "2026-01-01T00:01:00.000000Z",
    });
  });

  it("refuses a revoked token, in every API, at once", async () => {
    const emulator = await startCloud(testSeed());
    const { token } = await login(emulator);
    const headers = { "X-Auth-Token": token, "X-Subject-Token": token };
    expect((await call("DELETE", tokensOf(emulator.url), headers)).status).toBe(204);
    expect((await call("GET", tokensOf(emulator.url), headers)).status).toBe(401);
    expect((await call("GET", `${emulator.url}/v2.1/servers`, headers)).status).toBe(401);
  });

  it.for([
    ["an array for a body", "[]", 400],
    [
      "a user that is a list",
      JSON.stringify({ auth: { identity: { methods: ["password"], password: [] } } }),
      400,
    ],
    ["methods that are no list", JSON.stringify({ auth: { identity: { methods: "password" } } }), 400],
    [
      "two methods",
      JSON.stringify({ auth: { identity: { methods: ["password", "token"], password: {}, token: {} } } }),
      401,
    ],
    ["no user", JSON.stringify({ auth: { identity: { methods: ["password"], password: {} } } }), 401],
    ["a password that is no text", loginBody("demo").replace(`"${demoPassword}"`, "true"), 401],
    ["a password left out", loginBody("demo").replace(`,"password":"${demoPassword}"`, ""), 401],
  ] as const)("refuses a login with %s", async ([, body, status]) => {
    const { url } = await startCloud(testSeed());
    const answer = await call("POST", tokensOf(url), {}, body);
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({ error: { code: status } });
  });

  it("says 405 to a method that a known path does not have", async () => {
    const emulator = await startCloud(testSeed());
    expect((await call("PATCH", tokensOf(emulator.url))).status).toBe(405);
  });
});
