import type { Clock } from "../../lib/clock.ts";

/** A clock that stands still until somebody sleeps: a sleep is over at once and moves the time. */
export interface TestClock extends Clock {
  /** Every sleep so far, in milliseconds. */
  readonly pauses: readonly number[];
  /** Moves the time without a sleep. */
  advance(milliseconds: number): void;
  /** Called at the start of each sleep, before the signal is looked at. */
  onSleep: (milliseconds: number) => void;
}

export function testClock(start: number = Date.UTC(2030, 0, 1)): TestClock {
  let now = start;
  const pauses: number[] = [];
  const clock: TestClock = {
    now: () => now,
    sleep: async (milliseconds, signal) => {
      pauses.push(milliseconds);
      clock.onSleep(milliseconds);
      signal?.throwIfAborted();
      now += milliseconds;
    },
    pauses,
    advance: (milliseconds) => {
      now += milliseconds;
    },
    onSleep: () => undefined,
  };
  return clock;
}
