import { describe, expect, it } from "vitest";
import { jsonBody, requestIdOf, type HttpResponse } from "../../lib/http/message.ts";
import { describeRequest } from "../../lib/http/redact.ts";

const response = (headers: Record<string, string>, body: string | Uint8Array = ""): HttpResponse => ({
  status: 200,
  headers,
  body: typeof body === "string" ? Buffer.from(body) : body,
});

describe("the service's id of a request", () => {
  it.for([
    [{ "x-request-id": "a1" }, "a1"],
    [{ "x-openstack-request-id": "req-2" }, "req-2"],
    [{ "x-iam-trace-id": "token_region_null_1f" }, "token_region_null_1f"],
    // Nova's own id leads to its log; the other one spans services.
    [{ "x-openstack-request-id": "req-global", "x-compute-request-id": "req-own" }, "req-own"],
    [{ "x-request-id": "gateway", "x-compute-request-id": "req-own" }, "gateway"],
    [{}, undefined],
    [{ "x-request-id": "" }, undefined],
    [{ "x-request-id": "bad\u001b[31m", "x-iam-trace-id": "good" }, "good"],
    [{ "x-request-id": "two words" }, undefined],
    [{ "x-request-id": "x".repeat(128) }, "x".repeat(128)],
    [{ "x-request-id": "x".repeat(129) }, undefined],
  ] as const)("of %j is %s", ([headers, id]) => {
    expect(requestIdOf(response(headers))).toBe(id);
  });
});

describe("a body as JSON", () => {
  it.for([
    ['{"a":[1]}', { a: [1] }],
    [" null ", null],
    ["\uFEFF{}", {}],
    ["", undefined],
    ["<html>502</html>", undefined],
    ['{"a":', undefined],
  ] as const)("%j", ([body, value]) => {
    expect(jsonBody(response({}, body))).toEqual(value);
  });

  it("that is not UTF-8 is none", () => {
    expect(jsonBody(response({}, Uint8Array.of(0x22, 0xff, 0x22)))).toBeUndefined();
  });
});

describe("a request for the debug log", () => {
  it("shows method, URL, plain headers and the body's length", () => {
    const lines = describeRequest({
      method: "PUT",
      url: new URL("https://user:CANARY@ecs.example:8443/v1/p?limit=1#part"),
      headers: { "Content-Type": "application/json" },
      body: Buffer.from('{"new_password":"CANARY"}'),
    });
    expect(lines).toEqual([
      "PUT https://ecs.example:8443/v1/p?limit=1",
      "Content-Type: application/json",
      "body: 25 bytes, not shown",
    ]);
  });

  it.for([
    "Authorization",
    "Cookie",
    "OpenStack-Auth-Receipt",
    "X-Auth-Token",
    "x-auth-token",
    "X-Security-Token",
    "X-SUBJECT-TOKEN",
  ])("hides the value of %s", (name) => {
    const url = new URL("https://ecs.example/");
    const lines = describeRequest({ method: "GET", url, headers: { [name]: "CANARY" } });
    expect(lines).toEqual(["GET https://ecs.example/", `${name}: [redacted]`]);
  });
});
