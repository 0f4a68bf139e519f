import type { Clock } from "../clock.ts";

// Of a limit per minute: what may be sent at a steady rate, and what at once after a pause. Together they stay below
// one, since requests that left apart may arrive together.
const steadyShare = 0.8;
const burstShare = 0.16;

/** Keeps requests below a documented limit per minute: a few at once, then one by one at four fifths of the limit. */
export class Pace {
  readonly #clock: Clock;
  readonly #burst: number;
  readonly #intervalMs: number;
  /** Requests that may leave now; below zero when some are waiting. */
  #credit: number;
  #countedAt: number;

  constructor(perMinute: number, clock: Clock) {
    this.#clock = clock;
    this.#burst = Math.max(1, Math.floor(perMinute * burstShare));
    this.#intervalMs = 60_000 / (perMinute * steadyShare);
    this.#credit = this.#burst;
    this.#countedAt = clock.now();
  }

  /** Resolves when one more request may leave, first come first served; rejects with the signal's reason. */
  async admit(signal?: AbortSignal): Promise<void> {
    const now = this.#clock.now();
    // A clock that was set back must not make anybody wait for what it took.
    const earned = Math.max(0, now - this.#countedAt) / this.#intervalMs;
    this.#credit = Math.min(this.#burst, this.#credit + earned) - 1;
    this.#countedAt = now;
    if (this.#credit < 0) await this.#clock.sleep(-this.#credit * this.#intervalMs, signal);
  }
}
