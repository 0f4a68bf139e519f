import { describe, expect, it } from "vitest";
import { akskAuthorizer, type AccessKeyCredential } from "../../lib/auth/aksk.ts";
import { createClient } from "../../lib/clients/create-client.ts";
import type { Client } from "../../lib/clients/client.ts";
import type { Seed, SeedFault } from "../../lib/emulator/index.ts";
import { AuthError, UnavailableError, UsageError } from "../../lib/errors.ts";
import { Secret } from "../../lib/secret.ts";
import {
  canaryPassword,
  emulatedCloud,
  recordingTransport,
  retryContext,
  serverId,
  testTransport,
  type EmulatedCloud,
} from "../http/emulated-cloud.ts";
import { everythingShown, rejectionOf } from "../http/rejection.ts";
import { testClock } from "../http/test-clock.ts";

const hour = 3_600_000;
const accessKey = "NOTAREALACCESSKEY001";
const secretKey = "CANARY-secret-key";
const securityToken = "CANARY-security-token";

const users: Seed["users"] = [
  { name: "demo", password: canaryPassword, role: "member", project: "demo", accessKey, secretKey },
  {
    name: "guest",
    password: canaryPassword,
    role: "reader",
    project: "demo",
    accessKey: "NOTAREALACCESSKEY002",
    secretKey,
    securityToken,
  },
  { name: "guest", password: canaryPassword, role: "reader", project: "twin" },
  { name: "guest", password: canaryPassword, role: "reader", project: "twin", domain: "Elsewhere" },
];
const temporary = { accessKey: "NOTAREALACCESSKEY002", secretKey, securityToken };

const cloudWith = async (...faults: SeedFault[]): Promise<EmulatedCloud> => emulatedCloud({ users, faults });

function clientOf(
  cloud: EmulatedCloud,
  credential: Partial<AccessKeyCredential> = {},
  options: Partial<Parameters<typeof createClient>[0]> = {},
): Client {
  return createClient({
    api: "v1",
    endpoint: cloud.url,
    authorizer: akskAuthorizer({
      accessKey,
      secretKey,
      projectName: "demo",
      authUrl: cloud.url,
      ...credential,
    }),
    transport: testTransport(),
    clock: cloud.clock,
    random: () => 0.5,
    ...options,
  });
}

async function projectId(cloud: EmulatedCloud, name = "demo"): Promise<string> {
  const authorizer = akskAuthorizer({ accessKey, secretKey, projectName: name, authUrl: cloud.url });
  return (await authorizer.scope(retryContext(cloud.clock))).projectId ?? "";
}

describe("a right signature", () => {
  it.for(["v1", "v2.1"] as const)("gets in by %s, and changes what it may", async (api) => {
    const cloud = await cloudWith();
    const client = clientOf(cloud, {}, { api });
    await expect(client.getPassword(serverId)).resolves.toMatchObject({ state: "empty" });
    await expect(client.clearPassword(serverId)).resolves.toBeDefined();
    await expect(client.findServersByName("win-1")).resolves.toHaveLength(1);
  });

  it("takes a security token, and leaves rights as they are", async () => {
    const cloud = await cloudWith();
    const client = clientOf(cloud, temporary);
    await expect(client.getPassword(serverId)).resolves.toMatchObject({ state: "empty" });
    const error = await rejectionOf(client.clearPassword(serverId));
    expect(error).toMatchObject({ code: "ERR_AUTH", status: 403, action: "ecs:cloudServers:deletePassword" });
  });

  it("takes Secrets, and a project id without any lookup", async () => {
    const cloud = await cloudWith();
    const id = await projectId(cloud);
    const before = cloud.log().length;
    const client = clientOf(cloud, {
      secretKey: Secret.of(secretKey),
      projectId: id,
      projectName: undefined,
      authUrl: undefined,
    });
    await client.getPassword(serverId);
    expect(cloud.log().slice(before)).toEqual([
      `GET /v1/${id}/cloudservers/${serverId}/os-server-password 200`,
    ]);
  });

  it("a repeated read is signed as one that was sent once", async () => {
    const cloud = await cloudWith({ path: "/v1/**", call: 1, status: 503 });
    await expect(clientOf(cloud).getPassword(serverId)).resolves.toMatchObject({ state: "empty" });
  });
});

describe("the project by its name", () => {
  it("is looked up once, signed, for all calls in parallel", async () => {
    const cloud = await cloudWith();
    const { transport, sent } = recordingTransport();
    const client = clientOf(cloud, {}, { transport });
    await Promise.all([1, 2, 3].map(async () => client.getPassword(serverId)));
    expect(cloud.count("GET", "/v3/projects")).toBe(1);
    const [lookup, ...others] = sent;
    expect(lookup?.url.href).toBe(`${cloud.url}/v3/projects?name=demo`);
    expect(lookup?.headers["X-Project-Id"]).toBeUndefined();
    expect(new Set(others.map(({ headers }) => headers["X-Project-Id"]))).toEqual(
      new Set([await projectId(cloud)]),
    );
  });

  it("that nobody has, or several: said by name", async () => {
    const cloud = await cloudWith();
    const none = await rejectionOf(projectId(cloud, "nowhere-1"));
    expect(none).toBeInstanceOf(UsageError);
    expect(String(none)).toMatch(/knows no project named nowhere-1/);
    const body = { projects: [{ id: "p1" }, { id: "p2" }] };
    const twins = await cloudWith({ path: "/v3/projects", status: 200, body });
    const several = await rejectionOf(projectId(twins));
    expect(several).toBeInstanceOf(UsageError);
    expect(String(several)).toMatch(/knows 2 projects named demo: p1, p2/);
  });

  it.for<[string, SeedFault, unknown, RegExp]>([
    ["forbidden", { path: "/v3/projects", status: 403 }, AuthError, /may not look up projects/],
    [
      "no identity service",
      { path: "/v3/projects", status: 404 },
      UsageError,
      /no identity service at \/v3\/projects/,
    ],
    ["down", { path: "/v3/projects", status: 503 }, UnavailableError, /cannot answer now/],
    [
      "another service",
      { path: "/v3/projects", status: 200, body: "<html>" },
      UnavailableError,
      /does not answer like/,
    ],
  ])("%s", async ([, fault, kind, message]) => {
    const error = await rejectionOf(projectId(await cloudWith(fault)));
    expect(error).toBeInstanceOf(kind);
    expect(String(error)).toMatch(message);
  });

  it("unknown and not to be looked up is a usage error of the client", async () => {
    const cloud = await cloudWith();
    const client = clientOf(cloud, { projectName: undefined, authUrl: undefined });
    expect(await rejectionOf(client.getPassword(serverId))).toBeInstanceOf(UsageError);
    expect(cloud.log()).toEqual([]);
  });
});

describe("a refused signature", () => {
  const wrongs: readonly (readonly [string, Partial<AccessKeyCredential>])[] = [
    ["a wrong secret key", { secretKey: "CANARY-wrong" }],
    ["an unknown access key", { accessKey: "NOTAREALACCESSKEY999" }],
    ["no security token", { ...temporary, securityToken: undefined }],
    ["a wrong security token", { ...temporary, securityToken: "CANARY-wrong" }],
  ];

  it.for(wrongs)("%s: one request, whatever is asked after", async ([, wrong]) => {
    const cloud = await cloudWith();
    const client = clientOf(cloud, { projectId: "p", ...wrong });
    const errors: unknown[] = [];
    for (let target = 0; target < 3; target += 1)
      errors.push(await rejectionOf(client.getPassword(serverId)));
    for (const error of errors) {
      expect(error).toMatchObject({ code: "ERR_AUTH", status: 401, retryable: false });
      expect(everythingShown(error)).not.toContain("CANARY");
    }
    expect(String(errors[0])).toMatch(/APIGW\.0301/);
    expect(String(errors[2])).toMatch(/refused before and is not tried again/);
    expect(cloud.log()).toHaveLength(1);
  });

  it.for(wrongs)("%s at the lookup: the same", async ([, wrong]) => {
    const cloud = await cloudWith();
    const client = clientOf(cloud, wrong);
    for (let target = 0; target < 3; target += 1) {
      const error = await rejectionOf(client.getPassword(serverId));
      expect(error).toMatchObject({ code: "ERR_AUTH", status: 401 });
      expect(everythingShown(error)).not.toContain("CANARY");
    }
    expect(cloud.trace).toEqual(["GET projects 401"]);
  });

  it("a page of a proxy counts as well", async () => {
    const cloud = await cloudWith({ path: "/v1/**", status: 401, body: "<html>log in</html>" });
    const client = clientOf(cloud, { projectId: "p" });
    await rejectionOf(client.getPassword(serverId));
    await rejectionOf(client.getPassword(serverId));
    expect(cloud.log()).toHaveLength(1);
  });

  it("a gateway that quotes the security token is not quoted", async () => {
    const body = { error_code: "APIGW.0301", error_msg: `x-security-token:${securityToken}` };
    const cloud = await cloudWith({ path: "/v1/**", status: 401, body });
    const error = await rejectionOf(clientOf(cloud, { ...temporary, projectId: "p" }).getPassword(serverId));
    expect(String(error)).toMatch(/APIGW\.0301/);
    expect(everythingShown(error)).not.toContain("CANARY");
  });
});

describe("a wrong clock of this machine", () => {
  it.for([
    ["behind", -2 * hour],
    ["ahead", 2 * hour],
    ["just beyond the limit", 15 * 60_000 + 2000],
  ] as const)("%s: corrected once, told once, and then all calls pass", async ([, off]) => {
    const cloud = await cloudWith();
    const id = await projectId(cloud);
    const before = cloud.trace.length;
    const told: number[] = [];
    const clock = testClock(cloud.clock.now() + off);
    const client = clientOf(cloud, { projectId: id, onClockSkew: (skew) => told.push(skew) }, { clock });
    await client.getPassword(serverId);
    await client.getPassword(serverId);
    expect(cloud.trace.slice(before)).toEqual([
      "GET os-server-password 401",
      "GET os-server-password 200",
      "GET os-server-password 200",
    ]);
    expect(told).toEqual([-off]);
  });

  it("is noticed at the lookup as well", async () => {
    const cloud = await cloudWith();
    const clock = testClock(cloud.clock.now() - 2 * hour);
    await clientOf(cloud, {}, { clock }).getPassword(serverId);
    expect(cloud.trace).toEqual(["GET projects 401", "GET projects 200", "GET os-server-password 200"]);
  });

  it("calls in parallel are all corrected by the first refusal", async () => {
    const cloud = await cloudWith();
    const id = await projectId(cloud);
    const told: number[] = [];
    const clock = testClock(cloud.clock.now() - 2 * hour);
    const client = clientOf(cloud, { projectId: id, onClockSkew: (skew) => told.push(skew) }, { clock });
    await Promise.all([1, 2, 3].map(async () => client.getPassword(serverId)));
    expect(told).toHaveLength(1);
  });

  it("is not corrected twice: a cloud whose clocks disagree gets two requests and no third", async () => {
    const date = new Date(testClock().now() + 10 * hour).toUTCString();
    const body = { error_code: "APIGW.0303", error_msg: "signature expired" };
    const cloud = await cloudWith({ path: "/v1/**", status: 401, headers: { Date: date }, body });
    const client = clientOf(cloud, { projectId: "p" });
    await rejectionOf(client.getPassword(serverId));
    await rejectionOf(client.getPassword(serverId));
    expect(cloud.log()).toHaveLength(2);
  });

  it("a wrong secret key behind it ends at the second request", async () => {
    const cloud = await cloudWith();
    const clock = testClock(cloud.clock.now() - 2 * hour);
    const client = clientOf(cloud, { projectId: "p", secretKey: "CANARY-wrong" }, { clock });
    for (let target = 0; target < 3; target += 1) await rejectionOf(client.getPassword(serverId));
    expect(cloud.log()).toHaveLength(2);
  });

  it.for([
    ["no Date", { Date: "" }],
    ["a Date that is none", { Date: "yesterday" }],
  ] as const)("%s: nothing to correct by", async ([, headers]) => {
    const body = { error_code: "APIGW.0303", error_msg: "signature expired" };
    const cloud = await cloudWith({ path: "/v1/**", status: 401, headers, body });
    await rejectionOf(clientOf(cloud, { projectId: "p" }).getPassword(serverId));
    expect(cloud.log()).toHaveLength(1);
  });
});

describe("what cannot stand in a header is refused before anything is sent", () => {
  it.for<[string, Partial<AccessKeyCredential>]>([
    ["an access key with a line end", { accessKey: "CANARY\n" }],
    ["an access key with a comma", { accessKey: "CANARY,Signature=0" }],
    ["an empty access key", { accessKey: "" }],
    ["an empty secret key", { secretKey: "" }],
    ["a secret key with a line end", { secretKey: "CANARY\r\n" }],
    ["a security token with a space", { securityToken: "CANARY token" }],
    ["an empty security token", { securityToken: "" }],
    ["a project id with a line end", { projectId: "CANARY\nX: y" }],
  ])("%s", ([, wrong]) => {
    try {
      akskAuthorizer({ accessKey, secretKey, ...wrong });
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError);
      expect(everythingShown(error)).not.toContain("CANARY");
      return;
    }
    expect.fail("nothing was thrown");
  });
});
