import { describe, expect, it } from "vitest";
import type { Authorizer } from "../../lib/auth/authorizer.ts";
import { keystoneAuthorizer } from "../../lib/auth/keystone.ts";
import type { SeedFault } from "../../lib/emulator/index.ts";
import { AuthError, UnavailableError, UsageError } from "../../lib/errors.ts";
import type { HttpRequest } from "../../lib/http/message.ts";
import { canaryPassword, emulatedCloud, retryContext, type EmulatedCloud } from "../http/emulated-cloud.ts";
import { everythingShown, rejectionOf } from "../http/rejection.ts";

const hour = 3_600_000;
const tokens = "/v3/auth/tokens";

const authorizerFor = (cloud: EmulatedCloud, password = canaryPassword): Authorizer =>
  keystoneAuthorizer({
    authUrl: cloud.url,
    userName: "demo",
    userDomainName: "Default",
    projectName: "demo",
    password,
  });
const request = (cloud: EmulatedCloud): HttpRequest => ({
  method: "GET",
  url: new URL(`${cloud.url}/v2.1/servers`),
  headers: { Accept: "application/json" },
});
const refused = { status: 401, headers: {}, body: new Uint8Array() };
const logins = (cloud: EmulatedCloud): number => cloud.count("POST", tokens);
const once = { policy: { attempts: 1, baseDelayMs: 1, maxDelayMs: 1, deadlineMs: 60_000 } };
const faultyCloud = async (...faults: SeedFault[]): Promise<EmulatedCloud> => emulatedCloud({ faults });
/** The token that an authorizer puts on a request. */
async function tokenFrom(authorizer: Authorizer, cloud: EmulatedCloud): Promise<string | undefined> {
  return (await authorizer.authorize(request(cloud), retryContext(cloud.clock))).headers["X-Auth-Token"];
}

describe("a login", () => {
  it("brings a token that the cloud takes, and keeps the request as it was", async () => {
    const cloud = await emulatedCloud();
    const context = retryContext(cloud.clock);
    const plain = request(cloud);
    const signed = await authorizerFor(cloud).authorize(plain, context);
    expect(signed).toEqual({
      ...plain,
      headers: { Accept: "application/json", "X-Auth-Token": signed.headers["X-Auth-Token"] },
    });
    expect(plain.headers).toEqual({ Accept: "application/json" });
    expect((await context.transport.send(signed)).status).toBe(200);
  });

  it("brings project and catalog", async () => {
    const cloud = await emulatedCloud({ region: "eu-nowhere-1" });
    const scope = await authorizerFor(cloud).scope(retryContext(cloud.clock));
    expect(scope.projectId).toMatch(/^[0-9a-f]{32}$/);
    expect(scope.catalog?.filter(({ type }) => type === "ecs")).toEqual(
      ["public", "internal", "admin"].map((face) => ({
        type: "ecs",
        interface: face,
        region: "eu-nowhere-1",
        url: `${cloud.url}/v1/${scope.projectId}`,
      })),
    );
  });

  it("is made once for calls in parallel", async () => {
    const cloud = await emulatedCloud();
    const authorizer = authorizerFor(cloud);
    const found = await Promise.all(Array.from({ length: 10 }, async () => tokenFrom(authorizer, cloud)));
    await authorizer.scope(retryContext(cloud.clock));
    expect(new Set(found).size).toBe(1);
    expect(logins(cloud)).toBe(1);
  });

  it("is tried again on transient faults", async () => {
    const cloud = await faultyCloud(
      { path: tokens, call: 1, status: 503 },
      { path: tokens, call: 2, reset: true },
    );
    expect(await tokenFrom(authorizerFor(cloud), cloud)).toBeDefined();
    expect(logins(cloud)).toBe(3);
  });
});

describe("a refused login", () => {
  it.for([401, 403])("with %i is never sent again, since some clouds lock an account", async (status) => {
    const cloud =
      status === 401 ? await emulatedCloud() : await faultyCloud({ method: "POST", path: tokens, status });
    const authorizer = authorizerFor(cloud, "CANARY-wrong");
    const context = retryContext(cloud.clock);
    const attempts = Array.from({ length: 5 }, async () =>
      rejectionOf(authorizer.authorize(request(cloud), context)),
    );
    const errors = await Promise.all(attempts);
    errors.push(await rejectionOf(authorizer.scope(context)));
    cloud.clock.advance(2 * hour);
    errors.push(await rejectionOf(authorizer.authorize(request(cloud), context)));
    for (const error of errors) {
      expect(error).toBeInstanceOf(AuthError);
      expect(error).toMatchObject({ status });
      expect(everythingShown(error)).not.toContain("CANARY");
    }
    expect(logins(cloud)).toBe(1);
    expect(cloud.clock.pauses).toEqual([]);
  });

  it("stays refused when a 401 to another request asks for a new one", async () => {
    const cloud = await faultyCloud({ path: tokens, status: 401 });
    const authorizer = authorizerFor(cloud);
    const context = retryContext(cloud.clock);
    await rejectionOf(authorizer.authorize(request(cloud), context));
    expect(authorizer.renew(refused, request(cloud))).toBe(false);
    expect(await rejectionOf(authorizer.authorize(request(cloud), context))).toBeInstanceOf(AuthError);
    expect(logins(cloud)).toBe(1);
  });
});

describe("a login that fails otherwise is forgotten", () => {
  it.for<[string, SeedFault]>([
    ["busy", { path: tokens, call: 1, status: 503 }],
    ["throttled", { path: tokens, call: 1, status: 429 }],
    ["reset", { path: tokens, call: 1, reset: true }],
    ["not an identity service", { path: tokens, call: 1, status: 404, body: "<html>" }],
    ["no token", { path: tokens, call: 1, status: 201, body: {} }],
  ])("%s", async ([, fault]) => {
    const cloud = await faultyCloud(fault);
    const authorizer = authorizerFor(cloud);
    const context = retryContext(cloud.clock, once);
    expect(await rejectionOf(authorizer.authorize(request(cloud), context))).not.toBeInstanceOf(AuthError);
    expect((await authorizer.authorize(request(cloud), context)).headers["X-Auth-Token"]).toBeDefined();
    expect(logins(cloud)).toBe(2);
  });

  it("abandoned by one caller: the others who wait for it still get in", async () => {
    const cloud = await emulatedCloud();
    const authorizer = authorizerFor(cloud);
    const stop = new AbortController();
    const reason = new Error("stop");
    const abandoned = rejectionOf(
      authorizer.authorize(request(cloud), retryContext(cloud.clock, { signal: stop.signal })),
    );
    const others = [tokenFrom(authorizer, cloud), tokenFrom(authorizer, cloud)];
    stop.abort(reason);
    expect(await abandoned).toBe(reason);
    const [first, second] = await Promise.all(others);
    expect(first).toBeDefined();
    expect(second).toBe(first);
    expect(logins(cloud)).toBeLessThanOrEqual(2);
  });
});

it("a caller who only waits for another's login can give up at once; the other gets in", async () => {
  const cloud = await emulatedCloud();
  const authorizer = authorizerFor(cloud);
  const context = retryContext(cloud.clock);
  const { transport } = context;
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const held = {
    ...transport,
    send: async (...call: Parameters<typeof transport.send>) => {
      await released;
      return transport.send(...call);
    },
  };
  const patient = authorizer.authorize(request(cloud), { ...context, transport: held });
  const stop = new AbortController();
  const reason = { why: "not an Error" };
  const waiting = rejectionOf(authorizer.authorize(request(cloud), { ...context, signal: stop.signal }));
  stop.abort(reason);
  expect(await waiting).toBe(reason);
  release();
  expect((await patient).headers["X-Auth-Token"]).toBeDefined();
  expect(logins(cloud)).toBe(1);
});

describe("renewal", () => {
  it("comes a minute before the token expires, not earlier", async () => {
    const cloud = await emulatedCloud({ tokenLifetimeMs: hour });
    const authorizer = authorizerFor(cloud);
    const first = await tokenFrom(authorizer, cloud);
    cloud.clock.advance(hour - 60_001);
    expect(await tokenFrom(authorizer, cloud)).toBe(first);
    expect(logins(cloud)).toBe(1);
    cloud.clock.advance(1);
    const second = await tokenFrom(authorizer, cloud);
    expect(second).not.toBe(first);
    expect(await tokenFrom(authorizer, cloud)).toBe(second);
    expect(logins(cloud)).toBe(2);
  });

  it("is one login, however many calls find the token expired", async () => {
    const cloud = await emulatedCloud({ tokenLifetimeMs: hour });
    const authorizer = authorizerFor(cloud);
    await tokenFrom(authorizer, cloud);
    cloud.clock.advance(hour);
    const found = await Promise.all(Array.from({ length: 5 }, async () => tokenFrom(authorizer, cloud)));
    expect(new Set(found).size).toBe(1);
    expect(logins(cloud)).toBe(2);
  });

  it("after a 401 is one login, however many requests were answered so", async () => {
    const cloud = await emulatedCloud();
    const authorizer = authorizerFor(cloud);
    const first = await tokenFrom(authorizer, cloud);
    const found = await Promise.all(
      Array.from({ length: 5 }, async () => {
        expect(authorizer.renew(refused, request(cloud))).toBe(true);
        return tokenFrom(authorizer, cloud);
      }),
    );
    expect(new Set(found).size).toBe(1);
    expect(found[0]).not.toBe(first);
    expect(logins(cloud)).toBe(2);
  });

  it("that is refused is not sent again by the other requests", async () => {
    const cloud = await faultyCloud(
      ...[2, 3, 4, 5, 6].map((call) => ({ method: "POST", path: tokens, call, status: 401 })),
    );
    const authorizer = authorizerFor(cloud);
    await tokenFrom(authorizer, cloud);
    for (let request401 = 0; request401 < 3; request401 += 1) {
      authorizer.renew(refused, request(cloud));
      expect(await rejectionOf(tokenFrom(authorizer, cloud))).toBeInstanceOf(AuthError);
    }
    expect(logins(cloud)).toBe(2);
  });
});

describe("an identity service that does not behave", () => {
  const token = { expires_at: "2031-01-01T00:00:00.000000Z", project: { id: "p" }, catalog: [] };
  const header = { "X-Subject-Token": "CANARY-token" };

  it.for<[string, Omit<SeedFault, "path">]>([
    ["no token header", { status: 201, body: { token } }],
    ["an empty token header", { status: 201, body: { token }, headers: { "X-Subject-Token": "" } }],
    ["no document", { status: 201, headers: header }],
    ["HTML", { status: 200, headers: header, body: "<html>CANARY</html>" }],
    ["another document", { status: 201, headers: header, body: { access: { token: "CANARY" } } }],
    [
      "no time of expiry",
      { status: 201, headers: header, body: { token: { ...token, expires_at: undefined } } },
    ],
    [
      "an expiry that is no time",
      { status: 201, headers: header, body: { token: { ...token, expires_at: "never" } } },
    ],
    ["a catalog that is none", { status: 201, headers: header, body: { token: { ...token, catalog: {} } } }],
  ])("%s: unavailable, and the answer is not repeated", async ([, fault]) => {
    const cloud = await faultyCloud({ path: tokens, ...fault });
    const error = await rejectionOf(tokenFrom(authorizerFor(cloud), cloud));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(everythingShown(error)).not.toContain("CANARY");
  });

  it("a catalog may leave out what is not needed", async () => {
    const catalog = [
      {
        type: "compute",
        endpoints: [{ interface: "public", region: "r1", url: "https://c.example", extra: 1 }],
      },
      { type: "ecs", endpoints: [{ interface: "public", region_id: null, url: "https://e.example" }] },
      { type: "empty", endpoints: [] },
    ];
    const cloud = await faultyCloud({
      path: tokens,
      status: 201,
      headers: header,
      body: { token: { expires_at: token.expires_at, catalog } },
    });
    expect(await authorizerFor(cloud).scope(retryContext(cloud.clock))).toMatchObject({
      projectId: undefined,
      catalog: [
        { type: "compute", interface: "public", region: "r1", url: "https://c.example" },
        { type: "ecs", interface: "public", region: undefined, url: "https://e.example" },
      ],
    });
  });

  it.for([
    { status: 400, kind: UsageError },
    { status: 404, kind: UsageError },
    { status: 405, kind: UsageError },
    { status: 300, kind: UsageError },
    { status: 408, kind: UnavailableError },
    { status: 429, kind: UnavailableError },
    { status: 500, kind: UnavailableError },
    { status: 501, kind: UnavailableError },
    { status: 503, kind: UnavailableError },
  ])(
    "status $status: $kind.name, with the request's id and without what it quotes",
    async ({ status, kind }) => {
      const cloud = await faultyCloud({
        path: tokens,
        status,
        headers: { "x-openstack-request-id": "req-17" },
        body: { error: { code: status, message: `Invalid input for field 'password': '${canaryPassword}'` } },
      });
      const context = retryContext(cloud.clock, once);
      const error = await rejectionOf(authorizerFor(cloud).authorize(request(cloud), context));
      expect(error).toBeInstanceOf(kind);
      expect(error).toMatchObject({ requestId: "req-17" });
      expect(everythingShown(error)).not.toContain("CANARY");
    },
  );

  it("a redirect of the login is not followed", async () => {
    const other = await emulatedCloud();
    const cloud = await faultyCloud({
      path: tokens,
      redirect: { location: `${other.url}${tokens}`, status: 307 },
    });
    expect(await rejectionOf(tokenFrom(authorizerFor(cloud), cloud))).toBeInstanceOf(UsageError);
    expect(other.log()).toEqual([]);
  });
});
