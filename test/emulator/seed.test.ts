import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { startEmulator } from "../../lib/emulator/index.ts";
import { parseSeed } from "../../lib/emulator/parse-seed.ts";
import { UsageError } from "../../lib/errors.ts";
import { testKey, testSeed } from "./cloud.ts";
import { schemaErrors, type JsonSchema } from "./json-schema.ts";

const schema = JSON.parse(
  readFileSync(new URL("../../lib/emulator/seed.schema.json", import.meta.url), "utf8"),
) as JsonSchema;

const user = { name: "demo", password: "not-a-secret", role: "member", project: "demo" };
const server = { id: "s-1", name: "win-1", os: "Windows" };
const seed = { schema: "winpw-emulator/1", users: [user] };
const withServer = (more: object): object => ({ ...seed, servers: [{ ...server, ...more }] });
const withFault = (fault: object): object => ({ ...seed, faults: [{ path: "/v3/**", ...fault }] });

const good: readonly (readonly [string, object])[] = [
  ["the smallest", seed],
  ["the test's own", testSeed()],
  [
    "every field of the cloud",
    { ...seed, region: "r", tokenLifetimeMs: 1, catalog: { ecs: false, bms: true } },
  ],
  ["an empty catalog choice", { ...seed, catalog: {} }],
  ["every field of a user", { ...seed, users: [{ ...user, domain: "d", defaultProject: false }] }],
  [
    "a user with an access key",
    { ...seed, users: [{ ...user, accessKey: "A.b_c-1", secretKey: "!~", securityToken: "x" }] },
  ],
  [
    "a key pair with an owner",
    { ...seed, keyPairs: [{ name: "k", publicKey: "ssh-rsa AAAA", user: "demo" }] },
  ],
  ["a server without a key pair", withServer({ keyPair: null })],
  [
    "every field of a server",
    withServer({
      kind: "bms",
      keyPair: "k",
      bootDelayMs: 0,
      clearDelayMs: 0,
      password: "",
      ciphertext: "not base64 at all",
      status: "SHUTOFF",
      user: "demo",
      project: "demo",
      metadata: { a: "b" },
      tags: ["a=b", "c"],
      created: "2026-01-31T23:59:59.5+02:00",
    }),
  ],
  ["a fault of status", withFault({ status: 429, body: { a: 1 }, headers: { "Retry-After": "1" }, call: 1 })],
  ["a fault of status with a body of null", withFault({ status: 200, body: null })],
  ["a fault of delay alone", withFault({ delayMs: 5, method: "*" })],
  ["a fault of delay with another kind", withFault({ delayMs: 5, reset: true })],
  ["a fault of reset", withFault({ reset: true })],
  ["a fault of reset afterwards", withFault({ resetAfter: true })],
  ["a fault of a cut body", withFault({ cut: 0 })],
  ["a fault of a short ciphertext", withFault({ ciphertext: { truncateTo: 255 } })],
  ["a fault of another ciphertext", withFault({ ciphertext: { replaceWith: "" } })],
  ["a fault of a flipped bit", withFault({ ciphertext: { flipBit: 2047 } })],
  ["a fault of plaintext", withFault({ plaintext: "\u001b[31m" })],
  ["a fault of plaintext bytes", withFault({ plaintext: { base64: "/wAB" } })],
  ["a fault of doing nothing", withFault({ ignore: true })],
  ["a fault of redirection", withFault({ redirect: { location: "http://127.0.0.1/", status: 307 } })],
];

const bad: readonly (readonly [string, unknown, string])[] = [
  ["no object", [], ""],
  ["null", null, ""],
  ["no schema", { users: [user] }, "schema"],
  ["another schema", { ...seed, schema: "winpw-emulator/2" }, "schema"],
  ["no users", { schema: "winpw-emulator/1" }, "users"],
  ["an empty list of users", { ...seed, users: [] }, "users"],
  ["an unknown field", { ...seed, sevrers: [] }, "sevrers"],
  ["an unknown field of a user", { ...seed, users: [{ ...user, pasword: "x" }] }, "users.0.pasword"],
  ["a user without a password", { ...seed, users: [{ ...user, password: undefined }] }, "users.0.password"],
  ["an empty password", { ...seed, users: [{ ...user, password: "" }] }, "users.0.password"],
  ["a role that does not exist", { ...seed, users: [{ ...user, role: "owner" }] }, "users.0.role"],
  ["an unknown field of the catalog", { ...seed, catalog: { kms: true } }, "catalog.kms"],
  ["an access key alone", { ...seed, users: [{ ...user, accessKey: "A" }] }, "users.0"],
  ["a secret key alone", { ...seed, users: [{ ...user, secretKey: "s" }] }, "users.0"],
  ["a security token alone", { ...seed, users: [{ ...user, securityToken: "t" }] }, "users.0"],
  [
    "an access key with a space",
    { ...seed, users: [{ ...user, accessKey: "A B", secretKey: "s" }] },
    "users.0.accessKey",
  ],
  [
    "a secret key with a line end",
    { ...seed, users: [{ ...user, accessKey: "A", secretKey: "s\n" }] },
    "users.0.secretKey",
  ],
  ["a lifetime of nothing", { ...seed, tokenLifetimeMs: 0 }, "tokenLifetimeMs"],
  ["a fraction of a millisecond", { ...seed, tokenLifetimeMs: 1.5 }, "tokenLifetimeMs"],
  ["a key pair without a key", { ...seed, keyPairs: [{ name: "k" }] }, "keyPairs.0.publicKey"],
  ["a kind that does not exist", withServer({ kind: "vm" }), "servers.0.kind"],
  ["a clear that takes more than a day", withServer({ clearDelayMs: 86_400_001 }), "servers.0.clearDelayMs"],
  ["an os that does not exist", withServer({ os: "windows" }), "servers.0.os"],
  ["an id with a slash", withServer({ id: "a/b" }), "servers.0.id"],
  ["a delay below zero", withServer({ bootDelayMs: -1 }), "servers.0.bootDelayMs"],
  ["a delay of more than a day", withServer({ bootDelayMs: 86_400_001 }), "servers.0.bootDelayMs"],
  ["a password that is a number", withServer({ password: 12345 }), "servers.0.password"],
  ["metadata that is not text", withServer({ metadata: { a: 1 } }), "servers.0.metadata.a"],
  ["a time without a zone", withServer({ created: "2026-01-01T00:00:00" }), "servers.0.created"],
  ["a thirteenth month", withServer({ created: "2026-13-01T00:00:00Z" }), "servers.0.created"],
  ["an unknown field of a server", withServer({ keypair: "k" }), "servers.0.keypair"],
  ["a fault without a path", { ...seed, faults: [{ reset: true }] }, "faults.0.path"],
  ["a fault of no kind", withFault({}), "faults.0"],
  ["a fault of two kinds", withFault({ reset: true, status: 500 }), "faults.0"],
  ["a body without a status", withFault({ body: "x", delayMs: 1 }), "faults.0"],
  ["headers without a status", withFault({ headers: {}, reset: true }), "faults.0"],
  ["a header name with a space", withFault({ status: 200, headers: { "a b": "c" } }), "faults.0.headers.a b"],
  ["a header with a line end", withFault({ status: 200, headers: { a: "b\r\nc: d" } }), "faults.0.headers.a"],
  ["a status that is none", withFault({ status: 99 }), "faults.0.status"],
  ["the call before the first", withFault({ reset: true, call: 0 }), "faults.0.call"],
  ["a reset of false", withFault({ reset: false }), "faults.0.reset"],
  ["a method in lower case", withFault({ reset: true, method: "get" }), "faults.0.method"],
  ["a path that starts nowhere", withFault({ path: "v3", reset: true }), "faults.0.path"],
  ["a ciphertext left alone", withFault({ ciphertext: {} }), "faults.0.ciphertext"],
  [
    "two ways with a ciphertext",
    withFault({ ciphertext: { truncateTo: 1, flipBit: 1 } }),
    "faults.0.ciphertext",
  ],
  ["plaintext that is not base64", withFault({ plaintext: { base64: "*" } }), "faults.0.plaintext"],
  ["a redirection to nowhere", withFault({ redirect: {} }), "faults.0.redirect.location"],
  [
    "a redirection that is none",
    withFault({ redirect: { location: "/", status: 200 } }),
    "faults.0.redirect.status",
  ],
];

describe("a seed", () => {
  it.for(good)("is taken: %s", ([, value]) => {
    expect(parseSeed(value)).toEqual(value);
  });

  it.for(bad)("is refused: %s", ([, value, path]) => {
    const error = catchError(() => parseSeed(value));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toMatch(
      path === "" ? /^seed: / : new RegExp(`^seed: ${path.replaceAll(".", "\\.")}(\\.|: )`),
    );
  });

  it.for(good)("is taken by the published schema too: %s", ([, value]) => {
    expect(schemaErrors(schema, value)).toEqual([]);
  });

  // undefined fields cannot be written in JSON; there, the field is missing.
  it.for(bad)("is refused by the published schema too: %s", ([, value]) => {
    expect(schemaErrors(schema, JSON.parse(JSON.stringify(value)))).not.toEqual([]);
  });

  it("never has its values repeated in an error", () => {
    const canary = "canary-4711";
    const spoiled = [
      { ...seed, users: [{ ...user, password: [canary] }] },
      { ...seed, users: [{ ...user, role: canary }] },
      withServer({ password: { [canary]: canary } }),
      { ...seed, keyPairs: [{ name: "k", publicKey: { canary } }] },
    ];
    for (const value of spoiled) expect(catchError(() => parseSeed(value)).message).not.toContain(canary);
  });
});

describe("a seed that contradicts itself", () => {
  const publicKey = testKey().publicKey;
  it.for([
    [
      "a key that is none",
      { ...seed, keyPairs: [{ name: "k", publicKey: "ssh-rsa AAAA" }] },
      "keyPairs.0.publicKey",
    ],
    [
      "a private key for a public one",
      { ...seed, keyPairs: [{ name: "k", publicKey: "-----BEGIN PRIVATE KEY-----" }] },
      "keyPairs.0.publicKey",
    ],
    [
      "a key pair twice",
      {
        ...seed,
        keyPairs: [
          { name: "k", publicKey },
          { name: "k", publicKey },
        ],
      },
      "keyPairs.1.name",
    ],
    ["a key pair of nobody", { ...seed, keyPairs: [{ name: "k", publicKey, user: "x" }] }, "keyPairs.0.user"],
    ["a server twice", { ...seed, servers: [server, server] }, "servers.1.id"],
    ["a server with an unknown key pair", withServer({ keyPair: "k" }), "servers.0.keyPair"],
    ["a virtual server that clears later", withServer({ clearDelayMs: 1 }), "servers.0.clearDelayMs"],
    ["a server in an unknown project", withServer({ project: "p" }), "servers.0.project"],
    ["a server of an unknown user", withServer({ user: "x" }), "servers.0.user"],
    [
      "a user with two passwords",
      { ...seed, users: [user, { ...user, project: "p", password: "another" }] },
      "users.1.password",
    ],
    ["a user twice in a project", { ...seed, users: [user, user] }, "users.1.project"],
  ] as const)("is refused: %s", async ([, value, path]) => {
    const started = startEmulator({ seed: value });
    await expect(started).rejects.toBeInstanceOf(UsageError);
    await expect(started).rejects.toThrow(`seed: ${path}: `);
  });
});

function catchError(act: () => unknown): Error {
  try {
    act();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("nothing was thrown");
}
