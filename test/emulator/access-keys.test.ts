import { createHash, createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Emulator, Seed } from "../../lib/emulator/index.ts";
import { call, demoPassword, login, serverId, startCloud, testSeed, type Answer } from "./cloud.ts";

const accessKey = "NOTAREALACCESSKEY001";
const secretKey = "not-a-real-secret-key";
const securityToken = "not-a-real-security-token";
const minute = 60_000;

const users: Seed["users"] = [
  { name: "demo", password: demoPassword, role: "member", project: "demo", accessKey, secretKey },
  { name: "demo", password: demoPassword, role: "reader", project: "other" },
  {
    name: "watcher",
    password: demoPassword,
    role: "reader",
    project: "demo",
    accessKey: "NOTAREALACCESSKEY002",
    secretKey,
    securityToken,
  },
];

/** A cloud whose time is the test's. */
async function cloudWithKeys(changes: Partial<Seed> = {}): Promise<{
  cloud: Emulator;
  project: string;
  lines: string[];
  clock: { time: number };
}> {
  const lines: string[] = [];
  const clock = { time: Date.UTC(2030, 0, 1) };
  const cloud = await startCloud(testSeed({ users, ...changes }), {
    log: (line) => lines.push(line),
    clock: { now: () => clock.time, sleep: untilAborted },
  });
  const { project } = await login(cloud);
  return { cloud, project, lines, clock };
}

async function untilAborted(_milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener("abort", () => reject(new Error("the emulator is closed")), { once: true });
  });
}

interface Signing {
  readonly time: number;
  readonly accessKey?: string;
  readonly secretKey?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The canonical path and query, for targets where they differ from what is sent. */
  readonly path?: string;
  readonly query?: string;
}

/** A signed GET, written down as the signing guide says, for targets that need no encoding. */
async function signed(cloud: Emulator, target: string, signing: Signing, method = "GET"): Promise<Answer> {
  const url = new URL(target, cloud.url);
  const date = new Date(signing.time).toISOString().replace(/[-:]|\.\d+/g, "");
  const headers: Record<string, string> = { host: url.host, "x-sdk-date": date, ...signing.headers };
  const names = Object.keys(headers).sort();
  const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
  const canonical = [
    method,
    signing.path ?? `${url.pathname}/`,
    signing.query ?? url.search.slice(1),
    ...names.map((name) => `${name}:${headers[name]}`),
    "",
    names.join(";"),
    sha256(""),
  ].join("\n");
  const signature = createHmac("sha256", signing.secretKey ?? secretKey)
    .update(`SDK-HMAC-SHA256\n${date}\n${sha256(canonical)}`)
    .digest("hex");
  const Authorization = `SDK-HMAC-SHA256 Access=${signing.accessKey ?? accessKey}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
  return call(method, `${cloud.url}${target}`, { ...headers, Authorization });
}

describe("a right signature", () => {
  it("opens ECS, Nova and the list of projects, and the log knows whose it was", async () => {
    const { cloud, project, lines, clock } = await cloudWithKeys();
    const { time } = clock;
    for (const target of [
      `/v1/${project}/cloudservers/${serverId}/os-server-password`,
      `/v1/${project}/cloudservers/detail?limit=1&name=win`,
      `/v2.1/${project}/servers/${serverId}/os-server-password`,
      `/v2.1/${project}/os-keypairs/key`,
      "/v3/projects?name=demo",
      "/v3/auth/projects",
    ]) {
      const answer = await signed(cloud, target, { time });
      expect(answer.status, target).toBe(200);
      expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ user: "demo", status: 200 });
    }
    const projects = await signed(cloud, "/v3/projects?name=demo", { time });
    expect(projects.json).toMatchObject({ projects: [{ id: project, name: "demo" }] });
  });

  it("keeps the rights of its user", async () => {
    const { cloud, project, clock } = await cloudWithKeys();
    const watcher = {
      time: clock.time,
      accessKey: "NOTAREALACCESSKEY002",
      headers: { "x-security-token": securityToken },
    };
    const target = `/v1/${project}/cloudservers/${serverId}/os-server-password`;
    expect((await signed(cloud, target, watcher)).status).toBe(200);
    expect((await signed(cloud, target, watcher, "DELETE")).status).toBe(403);
    expect((await signed(cloud, target, { time: clock.time }, "DELETE")).status).toBe(204);
  });

  it("is for the project of X-Project-Id", async () => {
    const { cloud, project, clock } = await cloudWithKeys();
    const target = `/v1/${project}/cloudservers/detail`;
    const inProject = async (id: string): Promise<Answer> =>
      signed(cloud, target, { time: clock.time, headers: { "x-project-id": id } });
    expect((await inProject(project)).status).toBe(200);
    const wrong = await inProject("0123456789abcdef0123456789abcdef");
    expect(wrong).toMatchObject({ status: 400, json: { error: { code: "Ecs.0023" } } });
  });

  it("covers path and query in their decoded and encoded-anew form", async () => {
    const { cloud, project, clock } = await cloudWithKeys();
    const answer = await signed(
      cloud,
      `/v1/${project}/cloudservers/detail?name=%e4%b8%80+(x)&limit=%32&tags`,
      {
        time: clock.time,
        path: `/v1/${project}/cloudservers/detail/`,
        query: "limit=2&name=%E4%B8%80%20%28x%29&tags=",
      },
    );
    expect(answer.status).toBe(200);
  });

  it.for([-15 * minute, 15 * minute])("may be %i ms off", async (off) => {
    const { cloud, clock } = await cloudWithKeys();
    expect((await signed(cloud, "/v3/projects", { time: clock.time + off })).status).toBe(200);
  });
});

describe("a refused signature", () => {
  it.for<[string, Partial<Signing>, string]>([
    ["a wrong secret key", { secretKey: "wrong" }, "verify aksk signature fail"],
    ["an unknown access key", { accessKey: "NOBODY" }, "AK does not exist"],
    ["another query than was sent", { query: "name=other" }, "verify aksk signature fail"],
    ["another path than was sent", { path: "/v3/" }, "verify aksk signature fail"],
    [
      "a security token where none belongs",
      { headers: { "x-security-token": "x" } },
      "verify aksk signature fail",
    ],
    ["no security token", { accessKey: "NOTAREALACCESSKEY002" }, "verify aksk signature fail"],
    ["a malformed date", { headers: { "x-sdk-date": "2030-01-01T00:00:00Z" } }, "x-sdk-date"],
  ])("%s: 401 APIGW.0301", async ([, wrong, message]) => {
    const { cloud, clock } = await cloudWithKeys();
    const answer = await signed(cloud, "/v3/projects?name=demo", { time: clock.time, ...wrong });
    expect(answer).toMatchObject({ status: 401, json: { error_code: "APIGW.0301" } });
    expect(answer.text).toContain(message);
    expect((answer.json as { request_id: string }).request_id).toBe(answer.headers["x-request-id"]);
  });

  it.for([-15 * minute - 1000, 15 * minute + 1000])(
    "%i ms off: 401 APIGW.0303, with the cloud's Date",
    async (off) => {
      const { cloud, clock } = await cloudWithKeys();
      const answer = await signed(cloud, "/v3/projects", { time: clock.time + off });
      expect(answer).toMatchObject({ status: 401, json: { error_code: "APIGW.0303" } });
      expect(Date.parse(answer.headers.date ?? "")).toBe(clock.time);
    },
  );

  it("a malformed header", async () => {
    const { cloud } = await cloudWithKeys();
    const headers = { Authorization: "SDK-HMAC-SHA256 Access=x" };
    const answer = await call("GET", `${cloud.url}/v3/projects`, headers);
    expect(answer).toMatchObject({ status: 401, json: { error_code: "APIGW.0301" } });
  });

  it("five in a row lock the key for five minutes, even for a right one", async () => {
    const { cloud, clock } = await cloudWithKeys();
    const attempt = async (secret?: string): Promise<string> => {
      const more = secret === undefined ? {} : { secretKey: secret };
      const answer = await signed(cloud, "/v3/projects", { time: clock.time, ...more });
      return answer.status === 200 ? "in" : /limit,forbidden/.test(answer.text) ? "locked" : "refused";
    };
    for (let failure = 0; failure < 4; failure += 1) expect(await attempt("wrong")).toBe("refused");
    expect(await attempt()).toBe("in");
    for (let failure = 0; failure < 5; failure += 1) expect(await attempt("wrong")).toBe("refused");
    expect(await attempt()).toBe("locked");
    clock.time += 5 * minute - 1000;
    expect(await attempt()).toBe("locked");
    clock.time += 1000;
    expect(await attempt()).toBe("in");
  });

  it("by plain Nova, which has no gateway that knows signatures", async () => {
    const { cloud, clock } = await cloudWithKeys({ catalog: { ecs: false } });
    const answer = await signed(cloud, "/v2.1/servers", { time: clock.time });
    expect(answer).toMatchObject({ status: 401, json: { error: { title: "Unauthorized" } } });
  });
});

describe("a seed", () => {
  it("with one access key for two rows is refused", async () => {
    const twice = users.map((user) => ({ ...user, accessKey, secretKey }));
    await expect(startCloud(testSeed({ users: twice }))).rejects.toThrow(/users\.1\.accessKey: another row/);
  });
});
