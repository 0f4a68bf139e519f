import { describe, expect, it } from "vitest";
import { tokenAuthorizer } from "../../lib/auth/token.ts";
import { AuthError, UnavailableError, UsageError } from "../../lib/errors.ts";
import { Secret } from "../../lib/secret.ts";
import {
  canaryPassword,
  emulatedCloud,
  recordingTransport,
  retryContext,
  type EmulatedCloud,
} from "../http/emulated-cloud.ts";
import { everythingShown, rejectionOf } from "../http/rejection.ts";
import { testClock } from "../http/test-clock.ts";

const tokens = "/v3/auth/tokens";
const request = { method: "GET", url: new URL("https://ecs.example/"), headers: { A: "b" } } as const;

/** A token that somebody else obtained. */
async function issuedToken(cloud: EmulatedCloud): Promise<string> {
  const user = { name: "demo", domain: { name: "Default" }, password: canaryPassword };
  const body = JSON.stringify({ auth: { identity: { methods: ["password"], password: { user } } } });
  const response = await fetch(`${cloud.url}${tokens}`, { method: "POST", body });
  return response.headers.get("x-subject-token") ?? expect.fail("no token");
}

describe("a ready token", () => {
  it.for([["text", "CANARY"] as const, ["a Secret", Secret.of("CANARY")] as const])(
    "given as %s goes into X-Auth-Token without any request",
    async ([, token]) => {
      const { transport, sent } = recordingTransport();
      const authorizer = tokenAuthorizer({ token, authUrl: "https://iam.example" });
      const signed = await authorizer.authorize(request, retryContext(testClock(), { transport }));
      expect(signed).toEqual({ ...request, headers: { A: "b", "X-Auth-Token": "CANARY" } });
      expect(sent).toEqual([]);
    },
  );

  it("cannot be renewed", () => {
    const refused = { status: 401, headers: {}, body: new Uint8Array() };
    expect(tokenAuthorizer({ token: "t" }).renew(refused, request)).toBe(false);
  });

  it("without the identity service's address knows neither project nor catalog", async () => {
    const { transport, sent } = recordingTransport();
    const scope = await tokenAuthorizer({ token: "t" }).scope(retryContext(testClock(), { transport }));
    expect(scope).toEqual({ projectId: undefined, catalog: undefined });
    expect(sent).toEqual([]);
  });
});

describe("its scope", () => {
  it("is asked for once, however many calls need it", async () => {
    const cloud = await emulatedCloud();
    const token = await issuedToken(cloud);
    const { transport, sent } = recordingTransport();
    const context = retryContext(cloud.clock, { transport });
    const authorizer = tokenAuthorizer({ token, authUrl: `${cloud.url}/v3` });
    const [first, second] = await Promise.all([authorizer.scope(context), authorizer.scope(context)]);
    expect(await authorizer.scope(context)).toBe(first);
    expect(second).toBe(first);
    expect(first.projectId).toMatch(/^[0-9a-f]{32}$/);
    expect(first.catalog?.map(({ type }) => type)).toContain("compute");
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({
      method: "GET",
      headers: { "X-Auth-Token": token, "X-Subject-Token": token },
    });
    expect(sent[0]?.url.href).toBe(`${cloud.url}${tokens}`);
  });

  it("of an expired or invented token is refused, and not asked for again", async () => {
    const cloud = await emulatedCloud({ tokenLifetimeMs: 60_000 });
    const expired = await issuedToken(cloud);
    cloud.clock.advance(60_000);
    for (const token of [expired, "CANARY-invented"]) {
      const before = cloud.log().length;
      const authorizer = tokenAuthorizer({ token, authUrl: cloud.url });
      for (let call = 0; call < 3; call += 1) {
        const error = await rejectionOf(authorizer.scope(retryContext(cloud.clock)));
        expect(error).toBeInstanceOf(AuthError);
        expect(error).toMatchObject({ status: 401 });
        expect(everythingShown(error)).not.toContain(token);
      }
      expect(cloud.log().length - before).toBe(1);
    }
    expect(cloud.clock.pauses).toEqual([]);
  });

  it("that could not be asked for is asked for by the next call", async () => {
    const cloud = await emulatedCloud({
      faults: [
        { method: "GET", path: tokens, call: 1, status: 503 },
        { method: "GET", path: tokens, call: 2, status: 200, body: {} },
      ],
    });
    const authorizer = tokenAuthorizer({ token: await issuedToken(cloud), authUrl: cloud.url });
    const context = retryContext(cloud.clock, {
      policy: { attempts: 1, baseDelayMs: 1, maxDelayMs: 1, deadlineMs: 1_000 },
    });
    expect(await rejectionOf(authorizer.scope(context))).toBeInstanceOf(UnavailableError);
    expect(await rejectionOf(authorizer.scope(context))).toBeInstanceOf(UnavailableError);
    expect((await authorizer.scope(context)).projectId).toBeDefined();
  });

  it("abandoned by one caller is there for the next", async () => {
    const cloud = await emulatedCloud();
    const authorizer = tokenAuthorizer({ token: await issuedToken(cloud), authUrl: cloud.url });
    const reason = new Error("stop");
    const aborted = retryContext(cloud.clock, { signal: AbortSignal.abort(reason) });
    expect(await rejectionOf(authorizer.scope(aborted))).toBe(reason);
    expect((await authorizer.scope(retryContext(cloud.clock))).projectId).toBeDefined();
  });

  it("needs an address that is one; the text is not repeated", async () => {
    const authorizer = tokenAuthorizer({ token: "t", authUrl: "CANARY not a URL" });
    const error = await rejectionOf(authorizer.scope(retryContext(testClock())));
    expect(error).toBeInstanceOf(UsageError);
    expect(everythingShown(error)).not.toContain("CANARY");
  });
});
