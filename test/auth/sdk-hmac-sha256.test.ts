import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { canonicalQuery, canonicalRequest, type SignedParts } from "../../lib/auth/canonical-request.ts";
import { authorizationHeader, signRequest } from "../../lib/auth/sdk-hmac-sha256.ts";
import type { HttpRequest } from "../../lib/http/message.ts";
import { Secret } from "../../lib/secret.ts";

interface Vector extends SignedParts {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly date: string;
  readonly signedHeaders: string;
  readonly signature: string;
}

const guideUrl =
  "https://service.region.example.com/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0";
const guideDate = "20191115T033655Z";
const guide: SignedParts = {
  method: "GET",
  url: new URL(guideUrl),
  headers: {
    "Content-Type": "application/json",
    Host: "service.region.example.com",
    "X-Sdk-Date": guideDate,
  },
};
const test = { accessKey: "testAK", secretKey: "testSK", date: guideDate };
const go = { accessKey: "AccessKey", secretKey: "SecretKey", date: "20060102T150405Z" };
const python = { ...go, date: "20200608T023900Z" };
const pythonParts = {
  url: new URL("https://service.endpoint.myhuaweicloud.com/resources?size=1"),
  headers: { host: "service.endpoint.myhuaweicloud.com", "x-sdk-date": python.date },
};

// From the signing guide and the tests of the vendor's own libraries.
const vectors: Readonly<Record<string, Vector>> = {
  "the guide's request": {
    ...guide,
    ...test,
    signedHeaders: "content-type;host;x-sdk-date",
    signature: "1ce02ffed91dfc294aed8863aaf0fec29ccbf2f45ddcca7f120baabddba29782",
  },
  "the guide's request with the key of its older edition": {
    ...guide,
    accessKey: "QTWAOYTTINDUT2QVKYUC",
    secretKey: ["MFyfvK41ba2giqM7", "Uio6PznpdUKGpownRZlmVmHc"].join(""), // published there, of no use
    date: guideDate,
    signedHeaders: "content-type;host;x-sdk-date",
    signature: "7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe",
  },
  "Java: no query": {
    ...guide,
    ...test,
    url: new URL("https://service.test-region-1.myhuaweicloud.com/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs"),
    headers: { ...guide.headers, Host: "service.test-region-1.myhuaweicloud.com" },
    signedHeaders: "content-type;host;x-sdk-date",
    signature: "756d8ba92a76b376c5cc61caabb5a315233406273c6f1e32ae95923a7ebfddc7",
  },
  "Go: only the date is signed": {
    ...go,
    method: "GET",
    url: new URL("https://example.huaweicloud.com/path?limit=1"),
    headers: { "X-Sdk-Date": go.date },
    signedHeaders: "x-sdk-date",
    signature: "5a2ce64c865e0e6046321c6f3d5a77ba8413eeaf355c3166c03d58d02ac79624",
  },
  "Go: a body with a line end": {
    ...go,
    method: "POST",
    url: new URL("https://example.huaweicloud.com/path?key=value"),
    headers: { "X-Sdk-Date": go.date },
    body: Buffer.from('{"Name":"test","Id":1}\n'),
    signedHeaders: "x-sdk-date",
    signature: "cecc2af119b18ab70b4d094c0750f3b42c02f254903179a0fc2cc72fc9db4f59",
  },
  "Python: host and date": {
    ...python,
    ...pythonParts,
    method: "GET",
    signedHeaders: "host;x-sdk-date",
    signature: "cfb4171acec81de07d50e53d57eb77edd537414d66ddb1d7d780f128e12cd842",
  },
  "Python: a body": {
    ...python,
    ...pythonParts,
    method: "POST",
    body: Buffer.from('{"name":"test","id":1}'),
    signedHeaders: "host;x-sdk-date",
    signature: "436b1ac0a1ae03705934bb70ef2f2e09f7bfed2117d731a38235053199323a1f",
  },
};

describe("published vectors", () => {
  it.for(Object.entries(vectors))("%s", ([, vector]) => {
    const keys = { accessKey: vector.accessKey, secretKey: Secret.of(vector.secretKey) };
    expect(authorizationHeader(vector, vector.date, keys)).toBe(
      `SDK-HMAC-SHA256 Access=${vector.accessKey}, SignedHeaders=${vector.signedHeaders}, Signature=${vector.signature}`,
    );
  });

  it("the guide's canonical request", () => {
    const digest = createHash("sha256").update(canonicalRequest(guide).text).digest("hex");
    expect(digest).toBe("b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a");
  });

  it("the query with everything in it", () => {
    const query = new URLSearchParams([
      ["limit", "1"],
      ["enable", "true"],
      ["test", "一 (&=?!#%.*)"],
      ["path", "/tmp/123"],
      ["multi", "3"],
      ["multi", "1"],
      ["multi", "2"],
    ]);
    expect(canonicalQuery(query)).toBe(
      "enable=true&limit=1&multi=1&multi=2&multi=3&path=%2Ftmp%2F123&test=%E4%B8%80%20%28%26%3D%3F%21%23%25.%2A%29",
    );
  });

  it("Node: a reset of a password with project and security token", () => {
    const request: HttpRequest = {
      method: "PUT",
      url: new URL("https://ecs.cn-north-4.myhuaweicloud.com/v1/p/cloudservers/s/os-reset-password"),
      headers: { "Content-Type": "application/json" },
      body: Buffer.from('{"reset-password":{"new_password":"Aé!\\"x"}}'),
    };
    const keys = {
      accessKey: "AccessKey",
      secretKey: Secret.of("SecretKey"),
      securityToken: Secret.of("tok"),
    };
    expect(signRequest(request, keys, Date.UTC(2026, 0, 1), "p")).toEqual({
      ...request,
      headers: {
        "Content-Type": "application/json",
        "X-Sdk-Date": "20260101T000000Z",
        "X-Project-Id": "p",
        "X-Security-Token": "tok",
        Authorization:
          "SDK-HMAC-SHA256 Access=AccessKey, SignedHeaders=content-type;host;x-project-id;x-sdk-date;x-security-token, Signature=b252432a3c750b30f8de6542bf6284b14aa32a2497bec795a10f111e224f26fc",
      },
    });
  });
});

describe("what is signed is what is sent", () => {
  const keys = { accessKey: "AccessKey", secretKey: Secret.of("SecretKey") };
  const signed = (url: string, headers: Record<string, string> = {}): HttpRequest =>
    signRequest({ method: "GET", url: new URL(url), headers }, keys, Date.UTC(2026, 0, 1));

  it("the query takes its signed form, the path keeps its own", () => {
    expect(signed("https://h.example/v1/a%20b/c?z=1+2&a=%7e&b").url.href).toBe(
      "https://h.example/v1/a%20b/c?a=~&b=&z=1%202",
    );
    expect(signed("https://h.example:8443/v1?").url.href).toBe("https://h.example:8443/v1");
  });

  it("headers of no meaning for the service are left out of the signature", () => {
    const { headers } = signed("https://h.example/", { Accept: "application/json" });
    expect(headers["Authorization"]).toContain("SignedHeaders=host;x-sdk-date,");
    expect(headers["Accept"]).toBe("application/json");
  });

  it.for([
    ["", "/"],
    ["/", "/"],
    ["/v1", "/v1/"],
    ["/v1/", "/v1/"],
    ["/v1/a%2Fb", "/v1/a%2Fb/"],
    ["/v1/a b", "/v1/a%20b/"],
    ["/v1/(a)!*'", "/v1/%28a%29%21%2A%27/"],
    ["/v1/é~", "/v1/%C3%A9~/"],
    ["/v1/%zz", "/v1/%25zz/"],
  ])("the path %j is signed as %j", ([path = "", expected]) => {
    const parts: SignedParts = { method: "GET", url: new URL(`https://h.example${path}`), headers: {} };
    expect(canonicalRequest(parts).text.split("\n")[1]).toBe(expected);
  });

  it("names are lower-cased and sorted, values trimmed, a body of no bytes is that of none", () => {
    const parts: SignedParts = {
      method: "DELETE",
      url: new URL("https://h.example/x"),
      headers: { "X-B": " two ", "x-a": "one" },
    };
    const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    expect(canonicalRequest(parts)).toEqual({
      signedHeaders: "x-a;x-b",
      text: `DELETE\n/x/\n\nx-a:one\nx-b:two\n\nx-a;x-b\n${empty}`,
    });
    expect(canonicalRequest({ ...parts, body: new Uint8Array() }).text).toBe(canonicalRequest(parts).text);
  });
});
