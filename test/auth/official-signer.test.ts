import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { signRequest } from "../../lib/auth/sdk-hmac-sha256.ts";
import { Secret } from "../../lib/secret.ts";
import { loadPackage } from "../tools.ts";

interface OfficialSigner {
  readonly AKSKSigner: {
    sign(
      request: {
        readonly method: string;
        readonly endpoint: string;
        readonly headers: Readonly<Record<string, string>>;
        readonly queryParams: Record<string, readonly string[]>;
        readonly data: unknown;
      },
      credential: { getAk(): string; getSk(): string },
    ): Readonly<Record<string, string>>;
  };
}

const name = "@huaweicloud/huaweicloud-sdk-core";
const official = loadPackage(`${name}/auth/AKSKSigner`) as OfficialSigner | undefined;

const visible = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
  minLength: 1,
});
const anyText = fc.string({ unit: "binary", maxLength: 12 });
// The official signer takes the path as the legacy URL parser gives it, which escapes some characters before they are signed.
const segment = anyText
  .map((text) => text.replace(/[\s\p{C}%"'<>{}|\\^`?#/\uFEFF]/gu, "") || "x")
  .filter((text) => !/^\.+$/.test(text));

const requests = fc.record({
  method: fc.constantFrom("GET", "POST", "PUT", "DELETE"),
  host: fc.constantFrom("ecs.cn-north-4.myhuaweicloud.com", "iam.example.com", "127.0.0.1:8443"),
  path: fc.array(segment, { maxLength: 5 }),
  slash: fc.boolean(),
  query: fc.dictionary(anyText, fc.array(anyText, { minLength: 1, maxLength: 3 }), { maxKeys: 5 }),
  json: fc.option(fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()))),
  time: fc.integer({ min: Date.UTC(2001, 0, 1) / 1000, max: Date.UTC(2037, 0, 1) / 1000 }),
  project: fc.option(visible, { nil: undefined }),
  token: fc.option(visible, { nil: undefined }),
  accessKey: fc.stringMatching(/^[A-Z0-9]{20}$/),
  secretKey: visible,
});

describe.skipIf(official === undefined)(`${name}: the official signer`, () => {
  it("agrees on 600 random requests", { timeout: 60_000 }, () => {
    let compared = 0;
    fc.assert(
      fc.property(requests, (one) => {
        const tail = one.slash && one.path.length > 0 ? "/" : "";
        const sdkDate = new Date(one.time * 1000).toISOString().replace(/[-:]|\.\d+/g, "");
        const theirs = official?.AKSKSigner.sign(
          {
            method: one.method,
            endpoint: `https://${one.host}/${one.path.join("/")}${tail}`,
            headers: {
              "X-Sdk-Date": sdkDate,
              ...(one.json === null ? {} : { "content-type": "application/json" }),
              ...(one.project === undefined ? {} : { "X-Project-Id": one.project }),
              ...(one.token === undefined ? {} : { "X-Security-Token": one.token }),
            },
            queryParams: Object.fromEntries(
              Object.entries(one.query).map(([key, values]) => [key, [...values]]),
            ),
            data: one.json ?? undefined,
          },
          { getAk: () => one.accessKey, getSk: () => one.secretKey },
        );
        const url = new URL(`https://${one.host}/${one.path.map(encodeURIComponent).join("/")}${tail}`);
        for (const [key, values] of Object.entries(one.query))
          for (const value of values) url.searchParams.append(key, value);
        const ours = signRequest(
          {
            method: one.method,
            url,
            headers: one.json === null ? {} : { "Content-Type": "application/json" },
            ...(one.json === null ? {} : { body: new TextEncoder().encode(JSON.stringify(one.json)) }),
          },
          {
            accessKey: one.accessKey,
            secretKey: Secret.of(one.secretKey),
            securityToken: one.token === undefined ? undefined : Secret.of(one.token),
          },
          one.time * 1000,
          one.project,
        );
        compared += 1;
        expect(ours.headers["Authorization"]).toBe(theirs?.["Authorization"]);
      }),
      { numRuns: 600 },
    );
    expect(compared).toBeGreaterThanOrEqual(600);
  });
});
