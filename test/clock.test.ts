import { getEventListeners } from "node:events";
import { expect, it } from "vitest";
import { systemClock } from "../lib/clock.ts";
import { rejectionOf } from "./http/rejection.ts";

const day = 86_400_000;
const reason = { why: "any value" };

it("shows the machine's time", () => {
  const before = Date.now();
  const now = systemClock.now();
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
});

it("a sleep ends by itself, and then no longer listens to its signal", async () => {
  const { signal } = new AbortController();
  await systemClock.sleep(1, signal);
  await systemClock.sleep(0);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

it("a sleep that is cut short gives the reason back", async () => {
  const stop = new AbortController();
  const asleep = rejectionOf(systemClock.sleep(day, stop.signal));
  stop.abort(reason);
  expect(await asleep).toBe(reason);
});

it("a sleep does not begin when the signal was first", async () => {
  expect(await rejectionOf(systemClock.sleep(day, AbortSignal.abort(reason)))).toBe(reason);
});
