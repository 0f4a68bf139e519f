import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { Secret } from "../lib/secret.ts";

const canary = "CANARY-ß-密";

describe("a secret does not show itself", () => {
  it.for<[string, (secret: Secret) => string]>([
    ["as a string", (secret) => String(secret)],
    ["concatenated", (secret) => ["", secret].join("")],
    ["as JSON", (secret) => JSON.stringify({ secret })],
    ["inspected", (secret) => inspect(secret, { showHidden: true, depth: Infinity })],
    ["inspected inside something", (secret) => inspect({ a: [{ secret }] }, { depth: Infinity })],
    ["by its own names", (secret) => JSON.stringify(Object.getOwnPropertyNames(secret))],
    ["copied", (secret) => inspect(Object.assign({}, secret))],
    ["as the cause of an error", (secret) => inspect(new Error("m", { cause: secret }))],
  ])("%s", ([, show]) => {
    expect(show(Secret.of(canary))).not.toContain("CANARY");
    expect(show(new Secret(Buffer.from(canary)))).not.toContain("67, 65"); // the bytes of "CA"
  });

  it("but says that it is there", () => {
    const secret = Secret.of(canary);
    expect([String(secret), JSON.stringify(secret), inspect(secret)]).toEqual([
      "[redacted]",
      '"[redacted]"',
      "[redacted]",
    ]);
  });
});

describe("what is inside", () => {
  it("comes out as text and as bytes", () => {
    expect(Secret.of(canary).reveal()).toBe(canary);
    expect(Buffer.from(Secret.of(canary).bytes()).toString()).toBe(canary);
    expect(Secret.of("").reveal()).toBe("");
    expect(Secret.of("\uFEFFx").reveal()).toBe("\uFEFFx");
  });

  it("cannot be changed through a copy of the bytes", () => {
    const secret = Secret.of(canary);
    secret.bytes().fill(0);
    expect(secret.reveal()).toBe(canary);
  });

  it("need not be text; then only the bytes come out", () => {
    const secret = new Secret(Uint8Array.of(0xff, 0x00));
    expect(secret.bytes()).toEqual(Uint8Array.of(0xff, 0x00));
    expect(() => secret.reveal()).toThrow(TypeError);
  });
});

describe("wiping", () => {
  it("overwrites the very bytes that were handed in", () => {
    const bytes = Uint8Array.from(Buffer.from(canary));
    const secret = new Secret(bytes);
    secret.wipe();
    expect(bytes).toEqual(new Uint8Array(bytes.length));
    expect(() => secret.reveal()).toThrow(TypeError);
    expect(() => secret.bytes()).toThrow(TypeError);
    expect(() => secret.wipe()).not.toThrow();
    expect(String(secret)).toBe("[redacted]");
  });

  it("leaves copies to their owner", () => {
    const secret = Secret.of(canary);
    const copy = secret.bytes();
    secret.wipe();
    expect(Buffer.from(copy).toString()).toBe(canary);
  });
});
