import type { Client } from "../clients/client.ts";
import type { StoredPassword } from "../clients/server-passwords.ts";
import type { Clock } from "../clock.ts";
import { NotReadyError, TimeoutError, UnavailableError } from "../errors.ts";

/** How long and how often to ask for a password that is not there yet. */
export interface WaitPolicy {
  /** Give up after this time, in milliseconds. */
  readonly timeoutMs: number;
  /** The first pause, in milliseconds. */
  readonly firstPauseMs: number;
  /** Pauses grow by half each time up to this, in milliseconds. */
  readonly longestPauseMs: number;
}

/** A quarter of an hour: clouds say to allow 5 to 10 minutes after the start of a server. */
export const defaultWaitPolicy: WaitPolicy = {
  timeoutMs: 900_000,
  firstPauseMs: 5_000,
  longestPauseMs: 30_000,
};

/** What waiting needs from outside. */
export interface WaitContext {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly signal?: AbortSignal | undefined;
  /** Told before each pause. */
  readonly onPause?: (pause: { readonly milliseconds: number; readonly elapsedMs: number }) => void;
}

type Ready = Extract<StoredPassword, { state: "ready" }>;

/**
 * The stored ciphertext; with a policy, asks again until it is there.
 *
 * Each pause is shortened by up to a fifth at random, so that a fleet does not ask in step. Once the service has
 * answered, it may be away for a while: that is waited out too. Throws `NotReadyError` without a policy,
 * `TimeoutError` when the time runs out, and every other error of {@link Client.getPassword} at once.
 */
export async function fetchCiphertext(
  client: Client,
  serverId: string,
  policy: WaitPolicy | undefined,
  context: WaitContext,
): Promise<Ready> {
  const { clock, random, signal } = context;
  const started = clock.now();
  let pause = policy?.firstPauseMs ?? 0;
  for (let asked = 1; ; asked += 1) {
    const stored = await ask(client, serverId, policy !== undefined && asked > 1, signal);
    if (stored?.state === "ready") return stored;
    if (policy === undefined) {
      throw new NotReadyError("no password is stored for this server: not posted yet, or cleared", {
        requestId: stored?.requestId,
      });
    }
    const elapsedMs = clock.now() - started;
    const left = policy.timeoutMs - elapsedMs;
    if (left <= 0)
      throw new TimeoutError(`no password was stored within ${Math.round(policy.timeoutMs / 1000)} s`);
    const milliseconds = Math.min(left, pause * (1 - random() / 5));
    context.onPause?.({ milliseconds, elapsedMs });
    await clock.sleep(milliseconds, signal);
    pause = Math.min(policy.longestPauseMs, pause * 1.5);
  }
}

async function ask(
  client: Client,
  serverId: string,
  patient: boolean,
  signal: AbortSignal | undefined,
): Promise<StoredPassword | undefined> {
  try {
    return await client.getPassword(serverId, { signal });
  } catch (error) {
    if (patient && error instanceof UnavailableError && error.retryable) return undefined;
    throw error;
  }
}
