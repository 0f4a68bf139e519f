import pRetry from "p-retry";
import type { Clock } from "../clock.ts";
import { UnavailableError } from "../errors.ts";
import { ConnectionError } from "./connection-error.ts";
import { requestIdOf, type HttpRequest, type HttpResponse } from "./message.ts";
import type { Transport } from "./transport.ts";

/** How often and how long one request is tried. */
export interface RetryPolicy {
  /** Attempts in all, the first included. */
  readonly attempts: number;
  /** The longest wait before the second attempt, in milliseconds; it doubles with each further one. */
  readonly baseDelayMs: number;
  /** No single wait is longer, in milliseconds; a Retry-After may be. */
  readonly maxDelayMs: number;
  /** No attempt is begun after this time since the first, in milliseconds. */
  readonly deadlineMs: number;
}

/** Five attempts within a minute. */
export const defaultRetryPolicy: RetryPolicy = {
  attempts: 5,
  baseDelayMs: 500,
  maxDelayMs: 8_000,
  deadlineMs: 60_000,
};

/** What a retried request needs from outside. */
export interface RetryContext {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly policy: RetryPolicy;
  readonly signal?: AbortSignal | undefined;
  /** Awaited before each attempt; rejects with the signal's reason. */
  readonly admit?: (signal?: AbortSignal) => Promise<void>;
}

// 501 is left out: it says that the service lacks the operation. 500 is what Nova answers when its database is busy.
const transientStatuses: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/** True for a status that a new attempt may change. */
export function isTransientStatus(status: number): boolean {
  return transientStatuses.has(status);
}

/**
 * Sends an idempotent request until its answer is final.
 *
 * Transient answers and broken connections are tried again after a random wait (full jitter) or what Retry-After
 * asks for. The last transient answer is returned as it is, so that its error body can be read. Throws
 * `ConnectionError` after the last broken connection, `UnavailableError` when Retry-After lies beyond the deadline.
 */
export async function sendWithRetry(
  request: HttpRequest,
  context: RetryContext,
  isTransient: (response: HttpResponse) => boolean = (response) => isTransientStatus(response.status),
): Promise<HttpResponse> {
  const { transport, clock, policy, signal } = context;
  await context.admit?.(signal);
  const deadline = clock.now() + policy.deadlineMs;
  try {
    return await pRetry(
      async () => {
        const response = await transport.send(request, signal);
        if (isTransient(response)) throw new TransientAnswer(response);
        return response;
      },
      {
        retries: policy.attempts - 1,
        minTimeout: 0,
        ...(signal === undefined ? {} : { signal }),
        shouldRetry: async ({ error, attemptNumber }) => {
          if (!(error instanceof TransientAnswer || (error instanceof ConnectionError && error.transient)))
            return false;
          const asked = error instanceof TransientAnswer ? error.retryAfterMs(clock) : undefined;
          const delay = asked ?? fullJitter(attemptNumber, context);
          if (clock.now() + delay > deadline) {
            if (error instanceof TransientAnswer && asked !== undefined)
              throw error.asksToWaitTooLong(request);
            return false;
          }
          await clock.sleep(delay, signal);
          await context.admit?.(signal);
          return clock.now() <= deadline;
        },
      },
    );
  } catch (error) {
    // p-retry would wrap a reason that is no Error.
    signal?.throwIfAborted();
    if (error instanceof TransientAnswer) return error.response;
    throw error;
  }
}

function fullJitter(attempt: number, { random, policy }: RetryContext): number {
  return random() * Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (attempt - 1));
}

class TransientAnswer extends Error {
  readonly response: HttpResponse;

  constructor(response: HttpResponse) {
    super(`HTTP ${response.status}`);
    this.response = response;
  }

  /** Retry-After is seconds or an HTTP date (RFC 9110 section 10.2.3). */
  retryAfterMs(clock: Clock): number | undefined {
    const value = this.response.headers["retry-after"]?.trim();
    if (value === undefined || value === "") return undefined;
    if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
    // Date.parse takes "-5" and "1.5" for days of 2001; an HTTP date begins with the name of a day.
    const date = /^[A-Z][a-z]+,? /.test(value) ? Date.parse(value) : Number.NaN;
    return Number.isNaN(date) ? undefined : Math.max(0, date - clock.now());
  }

  asksToWaitTooLong(request: HttpRequest): UnavailableError {
    const wait = this.response.headers["retry-after"] ?? "";
    return new UnavailableError(
      `${request.url.host} asks to wait (Retry-After: ${/^\d+$/.test(wait) ? `${wait} s` : "a later date"}), longer than this run may`,
      { status: this.response.status, requestId: requestIdOf(this.response) },
    );
  }
}
