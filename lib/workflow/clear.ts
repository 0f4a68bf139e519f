import type { Client } from "../clients/client.ts";
import type { ClearAccepted } from "../clients/server-passwords.ts";
import type { Clock } from "../clock.ts";
import { NotFoundError, NotVerifiedError, UnavailableError, WinpwError } from "../errors.ts";

/** What a clear did. Anything less than "nothing is stored any more" is an error, not a result. */
export interface ClearResult {
  /** True when this call removed a ciphertext; false when there was none. */
  readonly changed: boolean;
  /** Service ids of the requests, for an audit. */
  readonly requestIds: readonly string[];
}

/** Settings of {@link clearPassword}. */
export interface ClearOptions {
  readonly client: Client;
  readonly serverId: string;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Deletes the stored ciphertext of a server and confirms that it is gone; an empty one is left alone.
 *
 * Irreversible: no service gives a cleared ciphertext back. Throws `AuthError` when clearing is not allowed,
 * `NotVerifiedError` when it was accepted but something is still stored, and the client's other errors.
 */
export async function clearPassword(options: ClearOptions): Promise<ClearResult> {
  const { client, serverId, signal } = options;
  const stored = await client.getPassword(serverId, { signal });
  const ids = [stored.requestId];
  if (stored.state === "ready") ids.push(...(await deleteAndConfirm(options)));
  return { changed: stored.state === "ready", requestIds: ids.filter((id) => id !== undefined) };
}

/**
 * DELETE, then reads until nothing is stored.
 *
 * A DELETE whose answer was lost is settled by the reads. Returns the service ids of its requests; throws as
 * {@link clearPassword} does.
 */
export async function deleteAndConfirm(options: ClearOptions): Promise<readonly string[]> {
  const { client, serverId, signal } = options;
  const ids: (string | undefined)[] = [];
  let outcome: ClearAccepted | UnavailableError;
  try {
    outcome = await client.clearPassword(serverId, { signal });
    ids.push(outcome.requestId);
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    outcome = error;
  }
  ids.push(await confirmEmpty(options, outcome));
  return ids.filter((id) => id !== undefined);
}

/** After an accepted DELETE no failure may read as if nothing had been changed; an interruption stays what it is. */
function unconfirmed(error: unknown): unknown {
  if (!(error instanceof WinpwError)) return error;
  const { requestId, retryable } = error;
  return new NotVerifiedError(`the clear was accepted, but its effect was not seen: ${error.message}`, {
    requestId,
    retryable,
  });
}

// A service that has done it shows so at once, or when its replicas agree: 16 seconds are plenty.
const promptPausesMs = [250, 500, 1_000, 2_000, 4_000, 8_000];
// One that only accepted it (bare metal, 202) does not say when it will be done: a minute, within its request limit.
const deferredPausesMs = [...promptPausesMs, 8_000, 8_000, 8_000, 8_000, 8_000, 8_000];

/** How long to look for the effect: a refused DELETE has none, but one whose answer was lost may be under way. */
function pausesFor(outcome: ClearAccepted | UnavailableError, api: Client["api"]): readonly number[] {
  if (!(outcome instanceof UnavailableError)) return outcome.deferred ? deferredPausesMs : promptPausesMs;
  const { status } = outcome;
  return api === "bms" && (status === undefined || status >= 500) ? promptPausesMs : [];
}

async function confirmEmpty(
  { client, serverId, clock, signal }: ClearOptions,
  outcome: ClearAccepted | UnavailableError,
): Promise<string | undefined> {
  const lost = outcome instanceof UnavailableError ? outcome : undefined;
  for (const pause of [...pausesFor(outcome, client.api), undefined]) {
    try {
      const stored = await client.getPassword(serverId, { signal });
      if (stored.state === "empty") return stored.requestId;
      if (pause !== undefined) await clock.sleep(pause, signal);
    } catch (error) {
      if (lost !== undefined) throw error;
      // Some services answer 404 for a password that is gone; after a DELETE that went through it is good news.
      if (error instanceof NotFoundError) return error.requestId;
      throw unconfirmed(error);
    }
  }
  throw lost ?? new NotVerifiedError("the clear was accepted, but the ciphertext is still stored");
}
