import { describe, expect, it } from "vitest";
import { AuthError, NotDeliveredError, NotVerifiedError, SuspectError } from "../../lib/errors.ts";
import { everythingShown, like, rejectionOf } from "../http/rejection.ts";
import {
  adminPassword,
  encrypt,
  onCalls,
  scene,
  testKey,
  watchedRead,
  type Scene,
  type SceneChanges,
  type WatchedRead,
} from "./windows-server.ts";

const attempts = [1, 2, 3, 4, 5];
const get = "GET os-server-password";
const del = "DELETE os-server-password";

/** The requests after the delivery. */
const after = ({ cloud }: Scene): string[] =>
  cloud.trace.slice(cloud.trace.indexOf("deliver")).filter((line) => /^[A-Z]+ /.test(line));

async function clearing(changes: SceneChanges): Promise<{ stage: Scene; read: WatchedRead }> {
  const stage = await scene(changes);
  return { stage, read: watchedRead(stage, { clear: true }) };
}

async function failing(changes: SceneChanges): Promise<{ stage: Scene; error: unknown }> {
  const { stage, read } = await clearing(changes);
  const error = await rejectionOf(read.result);
  expect(read.passwords).toEqual([adminPassword]);
  expect(everythingShown(error)).not.toContain("CANARY");
  return { stage, error };
}

describe("keeping the ciphertext fails", () => {
  it.for([new NotDeliveredError("the folder is gone"), new Error("of the caller's own")])(
    "%s: passed on, nothing is asked or deleted",
    async (reason) => {
      const stage = await scene();
      const keepCiphertext = async (): Promise<void> => {
        throw reason;
      };
      const { result, passwords } = watchedRead(stage, { clear: true, keepCiphertext });
      expect(await rejectionOf(result)).toBe(reason);
      expect(passwords).toEqual([adminPassword]);
      expect(after(stage)).toEqual([]);
      expect(await stage.cloud.stored()).toBe(stage.ciphertext);
    },
  );
});

describe("the second fetch", () => {
  it("finds another ciphertext: it is left alone", async () => {
    const other = encrypt(await testKey(), "CANARY-another");
    const { stage, error } = await failing({
      faults: onCalls("GET", [2], { ciphertext: { replaceWith: other } }),
    });
    expect(error).toBeInstanceOf(NotVerifiedError);
    expect(error).toMatchObject({ message: like(/another ciphertext/) });
    expect(after(stage)).toEqual([`${get} 200`]);
  });

  it("finds the same ciphertext in other words: goes on", async () => {
    const own = await testKey();
    const ciphertext = encrypt(own, adminPassword);
    const wrapped = ciphertext.replace(/.{64}/g, "$&\r\n");
    const { stage, read } = await clearing({
      ciphertext,
      faults: onCalls("GET", [2], { ciphertext: { replaceWith: wrapped } }),
    });
    expect(await read.result).toMatchObject({ cleared: true, changed: true });
    expect(await stage.cloud.stored()).toBe("");
  });

  it.for(["", "  ", null])("finds %j: somebody else has cleared it, and that is said", async (password) => {
    const { stage, read } = await clearing({
      faults: onCalls("GET", [2], { status: 200, body: { password } }),
    });
    expect(await read.result).toMatchObject({ cleared: true, changed: false, verdict: "ready" });
    expect(after(stage)).toEqual([`${get} 200`]);
    expect(stage.cloud.trace.at(-1)).toBe("refetched");
  });

  it.for<[string, SceneChanges["faults"]]>([
    ["is busy", onCalls("GET", [2, 3, 4, 5, 6], { status: 503 })],
    ["breaks", onCalls("GET", [2, 3, 4, 5, 6], { reset: true })],
    ["finds no server", onCalls("GET", [2], { status: 404 })],
    ["is refused", onCalls("GET", [2], { status: 400 })],
    ["is redirected", onCalls("GET", [2], { redirect: { location: "https://ecs.example/" } })],
    ["finds no base64", onCalls("GET", [2], { ciphertext: { replaceWith: "CANARY!" } })],
    ["finds half a ciphertext", onCalls("GET", [2], { ciphertext: { truncateTo: 64 } })],
    ["is no answer", onCalls("GET", [2], { status: 200, body: "<html>CANARY</html>" })],
  ])("%s: delivered but not verified, nothing is deleted", async ([, faults]) => {
    const { stage, error } = await failing({ faults: faults ?? [] });
    expect(error).toBeInstanceOf(NotVerifiedError);
    expect(error).toMatchObject({ message: like(/was delivered/) });
    expect(stage.cloud.count("DELETE", "")).toBe(0);
    expect(await stage.cloud.stored()).toBe(stage.ciphertext);
  });

  it("is forbidden: the permission is named", async () => {
    const { stage, error } = await failing({ faults: onCalls("GET", [2], { status: 403 }) });
    expect(error).toBeInstanceOf(AuthError);
    expect(error).toMatchObject({ status: 403, action: "ecs:cloudServers:get" });
    expect(stage.cloud.count("DELETE", "")).toBe(0);
  });
});

describe("the DELETE", () => {
  it.for([
    ["v1", "ecs:cloudServers:deletePassword"],
    ["v2.1", "ecs:serverPasswords:manage"],
  ] as const)("is forbidden on %s: the permission is named, the ciphertext stays", async ([api, action]) => {
    const { stage, error } = await failing({ client: { api, user: "watcher" } });
    expect(error).toBeInstanceOf(AuthError);
    expect(error).toMatchObject({
      status: 403,
      action,
      requestId: like(/./),
      message: like(/was delivered/),
    });
    expect(after(stage)).toEqual([`${get} 200`, `${del} 403`]);
    expect(await stage.cloud.stored()).toBe(stage.ciphertext);
  });

  it.for([
    ["is answered 503 each time", { status: 503 }, 503],
    ["is answered 500 each time", { status: 500 }, 500],
    [
      "is throttled each time",
      { status: 202, body: { error: { code: "Common.0024", message: "flow" } } },
      202,
    ],
    ["breaks before it acts, each time", { reset: true }, null],
  ] as const)("%s: one look settles that it did not act", async ([, fault, status]) => {
    const { stage, error } = await failing({ faults: onCalls("DELETE", attempts, fault) });
    expect(error).toBeInstanceOf(NotVerifiedError);
    expect(error).toMatchObject({ retryable: true });
    expect(after(stage)).toEqual([`${get} 200`, ...attempts.map(() => `${del} ${status}`), `${get} 200`]);
    expect(await stage.cloud.stored()).toBe(stage.ciphertext);
  });

  it.for([
    ["once", [1]],
    ["each time", attempts],
  ] as const)("acts, but its answer is lost %s: the look afterwards settles it", async ([, calls]) => {
    const { stage, read } = await clearing({ faults: onCalls("DELETE", calls, { resetAfter: true }) });
    expect(await read.result).toMatchObject({ cleared: true, changed: true });
    expect(await stage.cloud.stored()).toBe("");
    expect(after(stage).at(-1)).toBe(`${get} 200`);
  });

  it.for([400, 404, 409, 501])("is refused with %i: not verified", async (status) => {
    const { stage, error } = await failing({ faults: onCalls("DELETE", [1], { status }) });
    expect(error).toBeInstanceOf(NotVerifiedError);
    expect(await stage.cloud.stored()).toBe(stage.ciphertext);
  });

  it("is accepted but changes nothing: looked for half a minute or less, then said", async () => {
    const { stage, error } = await failing({ faults: [...onCalls("DELETE", [1], { ignore: true })] });
    expect(error).toBeInstanceOf(NotVerifiedError);
    expect(error).toMatchObject({ message: like(/still stored/) });
    const pauses = [250, 500, 1_000, 2_000, 4_000, 8_000];
    expect(stage.cloud.clock.pauses).toEqual(pauses);
    expect(after(stage)).toEqual([`${get} 200`, `${del} 204`, ...Array<string>(7).fill(`${get} 200`)]);
  });
});

describe("the confirmation", () => {
  it("waits for a service that takes its time", async () => {
    const own = await testKey();
    const ciphertext = encrypt(own, adminPassword);
    const stillThere = onCalls("GET", [3, 4], { status: 200, body: { password: ciphertext } });
    const { stage, read } = await clearing({ ciphertext, faults: stillThere });
    expect(await read.result).toMatchObject({ cleared: true, changed: true });
    expect(stage.cloud.clock.pauses).toEqual([250, 500]);
  });

  it("takes a 404 for the password after an accepted DELETE for gone", async () => {
    const { stage, read } = await clearing({ faults: onCalls("GET", [3], { status: 404 }) });
    expect(await read.result).toMatchObject({ cleared: true, changed: true });
    expect(after(stage)).toEqual([`${get} 200`, `${del} 204`, `${get} 404`]);
  });

  it("takes no 404 for gone when the DELETE had no answer", async () => {
    const { error } = await failing({
      faults: [...onCalls("DELETE", attempts, { resetAfter: true }), ...onCalls("GET", [3], { status: 404 })],
    });
    expect(error).toBeInstanceOf(NotVerifiedError);
  });

  it.for<[string, SceneChanges["faults"]]>([
    ["is not answered", onCalls("GET", [3, 4, 5, 6, 7], { status: 503 })],
    ["is no answer", onCalls("GET", [3], { status: 200, body: "<html>" })],
    ["is a list", onCalls("GET", [3], { status: 200, body: [] })],
  ])("%s: cleared, but not verified", async ([, faults]) => {
    const { stage, error } = await failing({ faults: faults ?? [] });
    expect(error).toBeInstanceOf(NotVerifiedError);
    expect(await stage.cloud.stored()).toBe("");
  });
});

it("a password that does not decrypt is never cleared, whatever was asked", async () => {
  const stage = await scene({ ciphertext: Buffer.alloc(128, 0xff).toString("base64") });
  const { result, passwords } = watchedRead(stage, { clear: true });
  expect(await rejectionOf(result)).toBeInstanceOf(SuspectError);
  expect(passwords).toEqual([]);
  expect(stage.cloud.count("DELETE", "")).toBe(0);
});
