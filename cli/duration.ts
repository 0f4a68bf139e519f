import { UsageError } from "../lib/errors.ts";

const unitsMs: ReadonlyMap<string, number> = new Map([
  ["", 1_000],
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
]);
const longestMs = 24 * 24 * 3_600_000; // what a Node timer can hold, in whole days

/**
 * A duration in milliseconds: `90s`, `15m`, `1h`, or a bare number of seconds.
 *
 * Throws `UsageError` naming the option; the value is not repeated.
 */
export function parseDuration(text: string, option: string): number {
  const match = /^(\d{1,9})([smh]?)$/.exec(text);
  const milliseconds = Number(match?.[1]) * (unitsMs.get(match?.[2] ?? "") ?? Number.NaN);
  if (match === null || !(milliseconds > 0) || milliseconds > longestMs) {
    throw new UsageError(`${option} takes a duration such as 90s, 15m or 1h, up to 24 days`);
  }
  return milliseconds;
}
