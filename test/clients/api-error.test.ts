import { describe, expect, it } from "vitest";
import { apiError, isThrottledSuccess, readServiceFault } from "../../lib/clients/api-error.ts";
import { operations } from "../../lib/clients/operations.ts";
import {
  AuthError,
  NotFoundError,
  NotOfferedError,
  RefusedError,
  UnavailableError,
  type WinpwError,
} from "../../lib/errors.ts";
import type { HttpResponse } from "../../lib/http/message.ts";

const answer = (status: number, body: unknown, headers: Record<string, string> = {}): HttpResponse => ({
  status,
  headers,
  body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
});
const { ecsShowPassword, ecsDeletePassword } = operations;
const errorOf = (response: HttpResponse, operation = ecsShowPassword): WinpwError =>
  apiError(operation, response, "ecs.example");

describe("the shapes of errors", () => {
  it.for<[string, unknown, string | undefined, string | undefined]>([
    ["ECS and BMS", { error: { code: "Ecs.0005", message: "bad", details: [] } }, "Ecs.0005", "bad"],
    [
      "ECS batch",
      {
        error: { code: "Ecs.0611", message: "some failed" },
        internalError: [{ id: "s", error_code: "Ecs.0613", error_message: "no plug-in" }],
      },
      "Ecs.0611",
      "some failed",
    ],
    ["Nova", { badRequest: { code: 400, message: "bad" } }, "badRequest", "bad"],
    ["Nova, no server", { itemNotFound: { code: 404, message: "gone" } }, "itemNotFound", "gone"],
    [
      "Nova, over the limit",
      { overLimit: { code: 429, message: "slow", retryAfter: 7 } },
      "overLimit",
      "slow",
    ],
    ["Nova, broken", { computeFault: { code: 500, message: "oops" } }, "computeFault", "oops"],
    [
      "the gateway",
      { error_msg: "Incorrect IAM authentication information", error_code: "APIGW.0301", request_id: "r" },
      "APIGW.0301",
      "Incorrect IAM authentication information",
    ],
    [
      "the identity service, whose code is a number",
      { error: { code: 401, message: "The username or password is wrong.", title: "Unauthorized" } },
      "401",
      "The username or password is wrong.",
    ],
    ["IAM", { error_msg: "no", error_code: "IAM.0011" }, "IAM.0011", "no"],
    ["KPS", { error_code: "KPS.0010", error_msg: "no" }, "KPS.0010", "no"],
    ["camel case", { errorCode: "X.1", errorMsg: "no" }, "X.1", "no"],
    ["bare", { code: "X.2", message: "no", encoded_authorization_message: "CANARY" }, "X.2", "no"],
    ["a code without a message", { error: { code: "X.3" } }, "X.3", undefined],
    ["a message that is none", { code: "X.4", message: { a: 1 } }, "X.4", undefined],
    ["nothing of the kind", { error: "no", message: "no" }, undefined, undefined],
    ["HTML", "<html><h1>502 Bad Gateway</h1></html>", undefined, undefined],
    ["text", "upstream connect error", undefined, undefined],
    ["empty", "", undefined, undefined],
    ["null", "null", undefined, undefined],
    ["an array", [{ code: "X.5" }], undefined, undefined],
    ["a number", "17", undefined, undefined],
  ])("%s", ([, body, code, message]) => {
    expect(readServiceFault(answer(400, body))).toEqual({ code, message });
  });
});

describe("statuses and codes", () => {
  const gateway = (code: string): unknown => ({ error_code: code, error_msg: "said" });
  const ecs = (code: string): unknown => ({ error: { code, message: "said" } });

  it.for<[number, unknown, new (...args: never[]) => WinpwError, boolean]>([
    // ECS
    [400, ecs("Ecs.0000"), RefusedError, false],
    [400, ecs("Ecs.0005"), RefusedError, false],
    [403, ecs("Ecs.0003"), AuthError, false],
    [403, ecs("Ecs.0110"), AuthError, false],
    [403, ecs("Pdp.0001"), AuthError, false],
    [400, ecs("Ecs.0011"), RefusedError, false],
    [400, ecs("Ecs.0023"), RefusedError, false],
    [400, ecs("Common.0018"), RefusedError, false],
    [400, ecs("Ecs.0100"), RefusedError, false],
    [404, ecs("Ecs.0114"), NotFoundError, false],
    [404, ecs("Ecs.0614"), NotFoundError, false],
    [400, ecs("Ecs.0114"), NotFoundError, false],
    [400, ecs("Ecs.0118"), RefusedError, false],
    [501, ecs("Ecs.0603"), UnavailableError, true],
    [400, ecs("Ecs.0605"), RefusedError, false],
    [400, ecs("Ecs.0610"), RefusedError, false],
    [400, ecs("Ecs.0611"), RefusedError, false],
    [400, ecs("Ecs.0613"), RefusedError, false],
    [500, ecs("Ecs.0615"), UnavailableError, true],
    [500, ecs("Common.0001"), UnavailableError, true],
    [401, ecs("Common.0013"), AuthError, false],
    [202, ecs("Common.0024"), UnavailableError, true],
    [503, ecs("Common.1503"), UnavailableError, true],
    [429, ecs("Common.1503"), UnavailableError, true],
    // BMS
    [400, ecs("BMS.0001"), RefusedError, false],
    [400, ecs("BMS.0004"), AuthError, false],
    [400, ecs("BMS.0005"), AuthError, false],
    [400, ecs("BMS.0022"), RefusedError, false],
    [400, ecs("BMS.0032"), AuthError, false],
    [403, ecs("BMS.0033"), AuthError, false],
    [400, ecs("BMS.0033"), AuthError, false],
    [400, ecs("BMS.0035"), RefusedError, false],
    [400, ecs("BMS.0040"), NotFoundError, false],
    [400, ecs("BMS.0212"), UnavailableError, true],
    [403, ecs("BMS.0288"), AuthError, false],
    [400, ecs("BMS.0288"), AuthError, false],
    [400, ecs("BMS.3011"), AuthError, false],
    // the gateway, by its older and newer name
    [404, gateway("APIGW.0101"), NotOfferedError, false],
    [404, gateway("APIG.0101"), NotOfferedError, false],
    [400, gateway("APIGW.0201"), RefusedError, false],
    [413, gateway("APIGW.0201"), RefusedError, false],
    [502, gateway("APIGW.0201"), UnavailableError, true],
    [504, gateway("APIGW.0201"), UnavailableError, true],
    [401, gateway("APIGW.0301"), AuthError, false],
    [403, gateway("APIGW.0302"), AuthError, false],
    [401, gateway("APIGW.0303"), AuthError, false],
    [401, gateway("APIGW.0305"), AuthError, false],
    [403, gateway("APIGW.0306"), AuthError, false],
    [401, gateway("APIGW.0307"), AuthError, false],
    [429, gateway("APIGW.0308"), UnavailableError, true],
    [500, gateway("APIGW.0601"), UnavailableError, true],
    [503, gateway("APIGW.0613"), UnavailableError, true],
    [403, gateway("APIGW.0802"), AuthError, false],
    // Nova
    [404, { itemNotFound: { code: 404, message: "Instance s could not be found." } }, NotFoundError, false],
    [403, { forbidden: { code: 403, message: "Policy doesn't allow" } }, AuthError, false],
    [400, { badRequest: { code: 400, message: "said" } }, RefusedError, false],
    [406, { computeFault: { code: 406, message: "said" } }, RefusedError, false],
    [409, { conflictingRequest: { code: 409, message: "said" } }, RefusedError, false],
    [429, { overLimit: { code: 429, message: "said", retryAfter: 1 } }, UnavailableError, true],
    [501, { notImplemented: { code: 501, message: "said" } }, UnavailableError, true],
    [503, { serviceUnavailable: { code: 503, message: "said" } }, UnavailableError, true],
    // without a body that could be read
    [401, "", AuthError, false],
    [403, "<html>", AuthError, false],
    [404, "<html>", NotFoundError, false],
    [408, "", UnavailableError, true],
    [502, "<html>", UnavailableError, true],
    [504, "upstream request timeout", UnavailableError, true],
    [302, "", UnavailableError, false],
    [300, "", UnavailableError, false],
  ])("%i %j", ([status, body, kind, retryable]) => {
    const error = errorOf(answer(status, body, { "x-request-id": "req-9" }));
    expect(error.constructor).toBe(kind);
    expect(error).toMatchObject({ retryable, requestId: "req-9" });
    expect(error.message).toContain(
      kind === NotOfferedError ? "ecs.example" : `ecs.example answered ${status}`,
    );
  });

  it("an endpoint that is not offered is named, so that another API can be tried", () => {
    const error = errorOf(answer(404, gateway("APIGW.0101")), ecsDeletePassword);
    expect(error.message).toContain("DELETE cloudservers/{server_id}/os-server-password");
  });

  it("code and message are repeated, the rest of the body is not", () => {
    const body = { error: { code: "Ecs.0100", message: "wrong state", details: "CANARY" }, more: "CANARY" };
    const { message } = errorOf(answer(400, body));
    expect(message).toBe("ecs.example answered 400 (Ecs.0100: wrong state)");
    expect(errorOf(answer(502, "<html>CANARY</html>")).message).toBe("ecs.example answered 502");
  });
});

describe("a missing right", () => {
  it("is named by its permission", () => {
    const refused = answer(403, { error_code: "Pdp.0001", error_msg: "no" });
    expect(errorOf(refused)).toMatchObject({ status: 403, action: "ecs:cloudServers:get" });
    expect(errorOf(refused, ecsDeletePassword)).toMatchObject({ action: "ecs:cloudServers:deletePassword" });
    expect(errorOf(refused, operations.nativeDeletePassword)).toMatchObject({
      action: "ecs:serverPasswords:manage",
    });
    expect(errorOf(refused, operations.bmsDeletePassword)).toMatchObject({
      action: "bms:servers:deletePassword",
    });
    // Editions of the bare metal reference differ on the status.
    for (const code of ["BMS.0004", "BMS.0005", "BMS.0033", "BMS.0288"]) {
      const inItsWords = answer(400, { error: { code, message: "no" } });
      expect(errorOf(inItsWords, operations.bmsDeletePassword)).toMatchObject({
        status: 403,
        action: "bms:servers:deletePassword",
      });
    }
  });

  it("is not what is wrong when the account is restricted, or the caller is not known", () => {
    const restricted = answer(403, { error: { code: "Ecs.0003", message: "restricted" } });
    expect(errorOf(restricted)).toMatchObject({ status: 403, action: undefined });
    expect(errorOf(answer(401, ""))).toMatchObject({ status: 401, action: undefined });
    const stale = answer(400, { error: { code: "BMS.0032", message: "Token check fail." } });
    expect(errorOf(stale)).toMatchObject({ status: 401, action: undefined });
  });
});

describe("the request's id", () => {
  it.for([
    ["header before body", { "x-request-id": "head" }, { error_code: "A.1", request_id: "body" }, "head"],
    ["the gateway's body", {}, { error_code: "A.1", request_id: "body-1" }, "body-1"],
    ["none", {}, { error_code: "A.1" }, undefined],
    ["not one", {}, { error_code: "A.1", request_id: "a b\u001b[2J" }, undefined],
    ["not text", {}, { error_code: "A.1", request_id: 7 }, undefined],
  ] as const)("%s", ([, headers, body, id]) => {
    expect(errorOf(answer(400, body, headers)).requestId).toBe(id);
  });
});

describe("an answer 202", () => {
  it("with an error in it means throttling", () => {
    expect(isThrottledSuccess(answer(202, { error: { code: "Common.0024", message: "flow" } }))).toBe(true);
    expect(isThrottledSuccess(answer(202, { error_code: "Common.0024", error_msg: "flow" }))).toBe(true);
  });

  it("without one means accepted; an error in another 2xx is no throttling", () => {
    expect(isThrottledSuccess(answer(202, ""))).toBe(false);
    expect(isThrottledSuccess(answer(202, { job_id: "j" }))).toBe(false);
    expect(isThrottledSuccess(answer(200, { error: { code: "Common.0024" } }))).toBe(false);
  });
});

describe("hostile text", () => {
  it("is cut to a length that no documented message reaches", () => {
    const body = { error: { code: `E${"x".repeat(9_999)}`, message: "m".repeat(1_000_000) } };
    const fault = readServiceFault(answer(400, body));
    expect(fault.code).toHaveLength(64);
    expect(fault.message).toHaveLength(300);
    expect(errorOf(answer(400, body)).message.length).toBeLessThan(450);
  });

  it("that only looks like a code changes no class", () => {
    const pretending = { error: { code: "x APIGW.0101", message: "Ecs.0114" } };
    expect(errorOf(answer(400, pretending))).toBeInstanceOf(RefusedError);
    expect(errorOf(answer(404, pretending))).toBeInstanceOf(NotFoundError);
  });

  it("nested without end is no fault, and no overflow", () => {
    const depth = 200_000;
    const nested = '{"a":'.repeat(depth) + '{"code":"X.1"}' + "}".repeat(depth);
    expect(readServiceFault(answer(400, nested))).toEqual({ code: undefined, message: undefined });
    expect(errorOf(answer(400, nested))).toBeInstanceOf(RefusedError);
  });
});
