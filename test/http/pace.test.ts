import { describe, expect, it } from "vitest";
import { Pace } from "../../lib/http/pace.ts";
import { testClock } from "./test-clock.ts";

/** When each of so many requests left, in milliseconds from the start. */
async function departures(perMinute: number, count: number): Promise<number[]> {
  const clock = testClock(0);
  const pace = new Pace(perMinute, clock);
  const left: number[] = [];
  for (let sent = 0; sent < count; sent += 1) {
    await pace.admit();
    left.push(clock.now());
  }
  return left;
}

describe("a pace", () => {
  it.for([1, 5, 50, 500, 1000])("of %i a minute is never exceeded, in no minute", async (perMinute) => {
    const left = await departures(perMinute, perMinute * 3);
    for (const start of left) {
      const within = left.filter((at) => at >= start && at < start + 60_000).length;
      expect(within).toBeLessThanOrEqual(perMinute);
    }
  });

  it("of 50 a minute lets 8 go at once and then one each 1.5 seconds", async () => {
    const left = await departures(50, 12);
    expect(left).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1500, 3000, 4500, 6000]);
  });

  it("lets several go at once again after a pause, but not more than at first", async () => {
    const clock = testClock(0);
    const pace = new Pace(50, clock);
    for (let sent = 0; sent < 8; sent += 1) await pace.admit();
    clock.advance(3_600_000);
    for (let sent = 0; sent < 8; sent += 1) await pace.admit();
    expect(clock.pauses).toEqual([]);
    await pace.admit();
    expect(clock.pauses).toEqual([1500]);
  });

  it("admits those who wait together one after the other, in their order", async () => {
    const waits: number[] = [];
    const pace = new Pace(50, {
      now: () => 0,
      sleep: async (milliseconds) => {
        waits.push(milliseconds);
      },
    });
    await Promise.all(Array.from({ length: 11 }, async () => pace.admit()));
    expect(waits).toEqual([1500, 3000, 4500]);
  });

  it("is not held up by a clock that was set back", async () => {
    const clock = testClock(10_000_000);
    const pace = new Pace(50, clock);
    for (let sent = 0; sent < 8; sent += 1) await pace.admit();
    clock.advance(-9_000_000);
    await pace.admit();
    expect(clock.pauses).toEqual([1500]);
  });

  it("ends with the signal's own reason", async () => {
    const pace = new Pace(1, testClock(0));
    await pace.admit();
    const reason = { why: "not an Error" };
    await expect(pace.admit(AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
