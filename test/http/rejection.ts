import { inspect } from "node:util";
import { expect } from "vitest";

/** What a promise is rejected with; fails the test when it is not. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  return expect.fail(`nothing was thrown; the value is ${inspect(value)}`);
}

/** Everything that a log, a debugger or a careless caller could make of an error. */
export function everythingShown(error: unknown): string {
  const shown = inspect(error, { depth: Infinity, showHidden: true, maxStringLength: Infinity });
  return `${String(error)}\n${error instanceof Error ? String(error.stack) : ""}\n${shown}\n${JSON.stringify(error)}`;
}

/** A text of this form, inside a larger expectation. */
export function like(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}
