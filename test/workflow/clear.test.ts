import { describe, expect, it } from "vitest";
import type { SeedFault } from "../../lib/emulator/index.ts";
import { AuthError, NotFoundError, NotVerifiedError, UnavailableError } from "../../lib/errors.ts";
import { clearPassword, type ClearResult } from "../../lib/workflow/clear.ts";
import { serverId } from "../http/emulated-cloud.ts";
import { like, rejectionOf } from "../http/rejection.ts";
import { onCalls, scene, type Scene } from "./windows-server.ts";

const login = "POST tokens 201";
const get = "GET os-server-password 200";
const del = "DELETE os-server-password 204";

const clear = async ({ client, cloud }: Scene, signal?: AbortSignal): Promise<ClearResult> =>
  clearPassword({ client, serverId, clock: cloud.clock, signal });

describe.for(["v1", "v2.1"] as const)("a clear on %s", (api) => {
  it("looks, deletes and looks again; a second one finds nothing to do", async () => {
    const stage = await scene({ client: { api } });
    expect(await clear(stage)).toEqual({ changed: true, requestIds: [like(/./), like(/./), like(/./)] });
    expect(stage.cloud.trace).toEqual([login, get, del, get]);
    expect(await stage.cloud.stored()).toBe("");
    expect(await clear(stage)).toEqual({ changed: false, requestIds: [like(/./)] });
    expect(stage.cloud.trace.slice(4)).toEqual([get]);
    expect(stage.cloud.clock.pauses).toEqual([]);
  });

  it("needs the right to delete, not only to read", async () => {
    const stage = await scene({ client: { api, user: "watcher" } });
    const error = await rejectionOf(clear(stage));
    expect(error).toBeInstanceOf(AuthError);
    expect(error).toMatchObject({ status: 403, action: like(/deletePassword|manage/) });
    expect(await stage.cloud.stored()).toBe(stage.ciphertext);
  });
});

it("an unknown server is not found, and nothing is deleted", async () => {
  const stage = await scene({ seed: { servers: [] } });
  expect(await rejectionOf(clear(stage))).toBeInstanceOf(NotFoundError);
  expect(stage.cloud.count("DELETE", "")).toBe(0);
});

it("a DELETE whose answers are lost is settled by a look", async () => {
  const stage = await scene({ faults: onCalls("DELETE", [1, 2, 3, 4, 5], { resetAfter: true }) });
  expect(await clear(stage)).toMatchObject({ changed: true });
});

it("a DELETE that never acts stays unavailable", async () => {
  const stage = await scene({ faults: onCalls("DELETE", [1, 2, 3, 4, 5], { status: 503 }) });
  const error = await rejectionOf(clear(stage));
  expect(error).toBeInstanceOf(UnavailableError);
  expect(error).toMatchObject({ status: 503, retryable: true });
  expect(await stage.cloud.stored()).toBe(stage.ciphertext);
});

it("a clear that does not take is not verified", async () => {
  const stage = await scene({ faults: onCalls("DELETE", [1], { ignore: true }) });
  expect(await rejectionOf(clear(stage))).toBeInstanceOf(NotVerifiedError);
  expect(stage.cloud.clock.pauses).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000]);
});

it("a 404 for the password after an accepted DELETE is gone", async () => {
  const stage = await scene({ faults: onCalls("GET", [2], { status: 404 }) });
  expect(await clear(stage)).toMatchObject({ changed: true });
});

it("an abort sends nothing more", async () => {
  const stage = await scene();
  const reason = { why: "not an Error" };
  expect(await rejectionOf(clear(stage, AbortSignal.abort(reason)))).toBe(reason);
  expect(stage.cloud.trace).toEqual([]);
  expect(await stage.cloud.stored()).toBe(stage.ciphertext);
});

describe("a clear on bms, which is only accepted", () => {
  const metal = (clearDelayMs: number, faults: SeedFault[] = []): Promise<Scene> =>
    scene({ client: { api: "bms" }, metal: { clearDelayMs }, faults });
  const accepted = "DELETE os-server-password 202";

  it("done at once needs one look", async () => {
    const stage = await metal(0);
    expect(await clear(stage)).toMatchObject({ changed: true });
    expect(stage.cloud.trace).toEqual([login, get, accepted, get]);
  });

  it("is looked for with growing pauses, for a minute", async () => {
    const stage = await metal(60_000);
    expect(await clear(stage)).toMatchObject({ changed: true });
    expect(await stage.cloud.stored()).toBe("");
    const { pauses } = stage.cloud.clock;
    const looking = [250, 500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000, 8_000, 8_000, 8_000, 8_000];
    // Some of the later looks also wait for their turn, below 50 requests a minute.
    expect(pauses.filter((pause) => looking.includes(pause))).toEqual(looking);
    expect(stage.cloud.count("DELETE", "")).toBe(1);
  });

  it("that is not seen to be done within it is not verified", async () => {
    const stage = await metal(600_000);
    const error = await rejectionOf(clear(stage));
    expect(error).toBeInstanceOf(NotVerifiedError);
    expect(error).toMatchObject({ message: like(/still stored/) });
  });

  it("an answer that is lost each time may stand for a DELETE that is under way", async () => {
    const stage = await metal(5_000, onCalls("DELETE", [1, 2, 3, 4, 5], { resetAfter: true }));
    expect(await clear(stage)).toMatchObject({ changed: true });
    expect(await stage.cloud.stored()).toBe("");
  });

  it("a refusal of all attempts is told at once: nothing is under way", async () => {
    const flow = { error: { code: "Common.0024", message: "exceeds flow over limit" } };
    const stage = await metal(0, onCalls("DELETE", [1, 2, 3, 4, 5], { status: 202, body: flow }));
    expect(await rejectionOf(clear(stage))).toMatchObject({ code: "ERR_UNAVAILABLE", status: 202 });
    expect(stage.cloud.count("GET", "/os-server-password")).toBe(2);
    expect(await stage.cloud.stored()).toBe(stage.ciphertext);
  });

  it("the right to delete is asked for by its name", async () => {
    const stage = await scene({ client: { api: "bms", user: "watcher" }, metal: { clearDelayMs: 0 } });
    expect(await rejectionOf(clear(stage))).toMatchObject({ action: "bms:servers:deletePassword" });
  });

  it("an unknown server is not found, and nothing is deleted", async () => {
    const stage = await scene({ client: { api: "bms" } });
    expect(await rejectionOf(clear(stage))).toBeInstanceOf(NotFoundError);
    expect(stage.cloud.count("DELETE", "")).toBe(0);
  });
});
