import { describe, expect, it } from "vitest";
import {
  AuthError,
  NotDeliveredError,
  NotFoundError,
  SuspectError,
  UnavailableError,
} from "../../lib/errors.ts";
import type { Secret } from "../../lib/secret.ts";
import { everythingShown, rejectionOf } from "../http/rejection.ts";
import { adminPassword, onCalls, scene, watchedRead, type SceneChanges } from "./windows-server.ts";

describe("a fetch that fails keeps its own error; nothing is delivered or cleared", () => {
  it.for<[string, SceneChanges, new (...args: never[]) => Error]>([
    ["busy", { faults: onCalls("GET", [1, 2, 3, 4, 5], { status: 503 }) }, UnavailableError],
    ["not found", { faults: onCalls("GET", [1], { status: 404 }) }, NotFoundError],
    ["forbidden", { faults: onCalls("GET", [1], { status: 403 }) }, AuthError],
    ["truncated", { faults: onCalls("GET", [1], { ciphertext: { truncateTo: 100 } }) }, SuspectError],
    ["not base64", { ciphertext: "CANARY!" }, SuspectError],
    ["far too long", { ciphertext: "A".repeat(100_000) }, SuspectError],
  ])("%s", async ([, changes, kind]) => {
    const stage = await scene(changes);
    const { result, passwords } = watchedRead(stage, { clear: true });
    const error = await rejectionOf(result);
    expect(error).toBeInstanceOf(kind);
    expect(everythingShown(error)).not.toContain("CANARY");
    expect(passwords).toEqual([]);
    expect(stage.cloud.count("DELETE", "")).toBe(0);
    expect(await stage.cloud.stored()).toBe(stage.ciphertext);
  });
});

describe("a delivery that fails", () => {
  const failing = async (deliver: (secret: Secret) => Promise<never>, clear = true): Promise<unknown> => {
    const stage = await scene();
    const error = await rejectionOf(watchedRead(stage, { clear, deliver }).result);
    // The ciphertext is left alone, and nobody asks for it again.
    expect(stage.cloud.trace.slice(-2)).toEqual(["decrypted", "deliver"]);
    expect(await stage.cloud.stored()).toBe(stage.ciphertext);
    return error;
  };

  it.for<[string, (text: string) => unknown]>([
    ["an Error that quotes the password", (text) => new Error(`cannot write ${text}`)],
    ["an Error whose cause does", (text) => new Error("cannot write", { cause: text })],
    ["an Error with the password in a field", (text) => Object.assign(new Error("no"), { text })],
    ["a text", (text) => text],
    ["nothing at all", () => undefined],
  ])("by %s: not delivered, and that is all that is said", async ([, make]) => {
    for (const clear of [true, false]) {
      const error = await failing(async (secret) => {
        throw make(secret.reveal());
      }, clear);
      expect(error).toBeInstanceOf(NotDeliveredError);
      expect(everythingShown(error)).not.toContain("CANARY");
    }
  });

  it("by an error of this package keeps it", async () => {
    for (const reason of [new NotDeliveredError("the disk is full"), new SuspectError("not to a terminal")]) {
      expect(
        await failing(async () => {
          throw reason;
        }),
      ).toBe(reason);
    }
  });

  it("before it resolves is a failure like any other", async () => {
    const sync = await failing(() => {
      throw new Error(adminPassword);
    });
    expect(sync).toBeInstanceOf(NotDeliveredError);
    expect(everythingShown(sync)).not.toContain("CANARY");
  });

  it("to no place at all is none: with clear the password would be lost", async () => {
    const stage = await scene();
    const error = await rejectionOf(watchedRead(stage, { clear: true, deliver: async () => [] }).result);
    expect(error).toBeInstanceOf(NotDeliveredError);
    expect(stage.cloud.count("DELETE", "")).toBe(0);
    expect(await stage.cloud.stored()).toBe(stage.ciphertext);
    // Without clear it is a look at the password that keeps nothing.
    const look = watchedRead(await scene(), { deliver: async () => [] });
    expect((await look.result).delivered).toEqual([]);
  });
});

describe("an observer that throws stops the run there", () => {
  it.for(["fetched", "decrypted", "delivered", "kept", "refetched"] as const)("at %s", async (step) => {
    const stage = await scene();
    const reason = new Error("the log is full");
    const { result, passwords } = watchedRead(stage, {
      clear: true,
      onStepName: (name) => {
        if (name === step) throw reason;
      },
    });
    expect(await rejectionOf(result)).toBe(reason);
    expect(passwords).toHaveLength(step === "fetched" || step === "decrypted" ? 0 : 1);
    expect(stage.cloud.trace.at(-1)).toBe(step);
    expect(stage.cloud.count("DELETE", "")).toBe(0);
    expect(await stage.cloud.stored()).toBe(stage.ciphertext);
  });
});
