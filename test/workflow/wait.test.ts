import { describe, expect, it } from "vitest";
import type { SeedFault } from "../../lib/emulator/index.ts";
import { AuthError, NotFoundError, NotReadyError, TimeoutError, UnavailableError } from "../../lib/errors.ts";
import { defaultWaitPolicy } from "../../lib/workflow/wait.ts";
import { rejectionOf } from "../http/rejection.ts";
import { adminPassword, onCalls, scene, watchedRead } from "./windows-server.ts";

const notYet = { status: 200, body: { password: "" } };
const calls = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);
/** No password before the call after this many. */
const emptyFor = (times: number): SeedFault[] => onCalls("GET", calls(1, times), notYet);
const asked = ({ cloud }: Awaited<ReturnType<typeof scene>>): number =>
  cloud.count("GET", "/os-server-password");

it("the default is a quarter of an hour, from 5 to 30 seconds", () => {
  expect(defaultWaitPolicy).toEqual({ timeoutMs: 900_000, firstPauseMs: 5_000, longestPauseMs: 30_000 });
});

it("without a policy an empty answer is an end", async () => {
  const stage = await scene({ faults: emptyFor(1) });
  const error = await rejectionOf(watchedRead(stage).result);
  expect(error).toBeInstanceOf(NotReadyError);
  expect([asked(stage), stage.cloud.clock.pauses]).toEqual([1, []]);
});

describe("the pauses", () => {
  it("grow by half from 5 to 30 seconds", async () => {
    const stage = await scene({ faults: emptyFor(8) });
    const { result, passwords } = watchedRead(stage, { wait: defaultWaitPolicy });
    await result;
    expect(passwords).toEqual([adminPassword]);
    expect(stage.cloud.clock.pauses).toEqual([
      5_000, 7_500, 11_250, 16_875, 25_312.5, 30_000, 30_000, 30_000,
    ]);
    expect(asked(stage)).toBe(9);
  });

  it.for([0, 0.5, 0.999_999])("are shortened by up to a fifth at random (%d)", async (value) => {
    const stage = await scene({ faults: emptyFor(2) });
    await watchedRead(stage, { wait: defaultWaitPolicy, random: () => value }).result;
    const share = 1 - value / 5;
    expect(stage.cloud.clock.pauses).toEqual([5_000 * share, 7_500 * share]);
  });

  it("are announced with the time so far", async () => {
    const stage = await scene({ faults: emptyFor(2) });
    const announced: unknown[] = [];
    await watchedRead(stage, { wait: defaultWaitPolicy, onPause: (pause) => announced.push(pause) }).result;
    expect(announced).toEqual([
      { milliseconds: 5_000, elapsedMs: 0 },
      { milliseconds: 7_500, elapsedMs: 5_000 },
    ]);
  });

  it("are none when the password is there at once", async () => {
    const stage = await scene();
    await watchedRead(stage, { wait: defaultWaitPolicy }).result;
    expect(stage.cloud.clock.pauses).toEqual([]);
  });
});

describe("the deadline", () => {
  it("cuts the last pause short, asks once more, and ends the wait", async () => {
    const stage = await scene({ faults: emptyFor(100) });
    const { result, passwords } = watchedRead(stage, { wait: { ...defaultWaitPolicy, timeoutMs: 20_000 } });
    const error = await rejectionOf(result);
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ code: "ERR_TIMEOUT", message: "no password was stored within 20 s" });
    expect(stage.cloud.clock.pauses).toEqual([5_000, 7_500, 7_500]);
    expect(asked(stage)).toBe(4);
    expect(passwords).toEqual([]);
  });

  it("takes a password that comes with the last look", async () => {
    const stage = await scene({ faults: emptyFor(3) });
    const { result, passwords } = watchedRead(stage, { wait: { ...defaultWaitPolicy, timeoutMs: 20_000 } });
    await result;
    expect(passwords).toEqual([adminPassword]);
  });

  it("of the default is kept to the millisecond", async () => {
    const stage = await scene({ faults: emptyFor(1_000) });
    const started = stage.cloud.clock.now();
    await rejectionOf(watchedRead(stage, { wait: defaultWaitPolicy }).result);
    expect(stage.cloud.clock.now() - started).toBe(900_000);
  });

  it("of no time at all means one look", async () => {
    const stage = await scene({ faults: emptyFor(5) });
    const wait = { ...defaultWaitPolicy, timeoutMs: 0 };
    expect(await rejectionOf(watchedRead(stage, { wait }).result)).toBeInstanceOf(TimeoutError);
    expect(asked(stage)).toBe(1);
  });
});

describe("a service that goes away while it is waited for", () => {
  it.for<[string, Partial<SeedFault>]>([
    ["busy", { status: 503 }],
    ["throttling", { status: 429 }],
    ["reset", { reset: true }],
  ])("%s: is waited out like an empty answer", async ([, fault]) => {
    // Each look is five attempts.
    const stage = await scene({ faults: [...emptyFor(1), ...onCalls("GET", calls(2, 11), fault)] });
    const { result, passwords } = watchedRead(stage, { wait: defaultWaitPolicy });
    await result;
    expect(passwords).toEqual([adminPassword]);
    expect(asked(stage)).toBe(12);
    const long = stage.cloud.clock.pauses.filter((pause) => pause >= 5_000);
    expect(long).toEqual([5_000, 7_500, 11_250]);
  });

  it("for good: ends at the deadline", async () => {
    const stage = await scene({
      faults: [...emptyFor(1), ...onCalls("GET", calls(2, 500), { status: 503 })],
    });
    const { result } = watchedRead(stage, { wait: { ...defaultWaitPolicy, timeoutMs: 60_000 } });
    expect(await rejectionOf(result)).toBeInstanceOf(TimeoutError);
  });

  it("at the first look is unavailable: the address may be wrong", async () => {
    const stage = await scene({ faults: onCalls("GET", calls(1, 5), { status: 503 }) });
    expect(await rejectionOf(watchedRead(stage, { wait: defaultWaitPolicy }).result)).toBeInstanceOf(
      UnavailableError,
    );
    expect(asked(stage)).toBe(5);
  });

  it.for<[string, Partial<SeedFault>, new (...args: never[]) => Error]>([
    ["the server is gone", { status: 404 }, NotFoundError],
    ["the right is gone", { status: 403 }, AuthError],
    ["the answer is none", { status: 200, body: "<html>" }, UnavailableError],
  ])("but not when %s", async ([, fault, kind]) => {
    const stage = await scene({ faults: [...emptyFor(1), ...onCalls("GET", [2], fault)] });
    expect(await rejectionOf(watchedRead(stage, { wait: defaultWaitPolicy }).result)).toBeInstanceOf(kind);
    expect(asked(stage)).toBe(2);
  });
});

it("a token that expires meanwhile is renewed", async () => {
  const stage = await scene({ faults: emptyFor(20), seed: { tokenLifetimeMs: 120_000 } });
  const { result, passwords } = watchedRead(stage, { wait: defaultWaitPolicy });
  await result;
  expect(passwords).toEqual([adminPassword]);
  expect(stage.cloud.count("POST", "/tokens")).toBeGreaterThan(3);
  expect(stage.cloud.log().filter((line) => line.endsWith("401"))).toEqual([]);
});

it("an abort ends the wait with its reason", async () => {
  const stage = await scene({ faults: emptyFor(100) });
  const stop = new AbortController();
  const reason = { why: "not an Error" };
  stage.cloud.clock.onSleep = (milliseconds) => {
    if (milliseconds > 10_000) stop.abort(reason);
  };
  const { result } = watchedRead(stage, { wait: defaultWaitPolicy, signal: stop.signal });
  expect(await rejectionOf(result)).toBe(reason);
  expect(asked(stage)).toBe(3);
});
