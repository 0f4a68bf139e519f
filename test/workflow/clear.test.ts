import { describe, expect, it } from "vitest";
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
