import type { Clock } from "../clock.ts";
import type { AccessKeyLocks } from "./access-key-locks.ts";
import type { Randomness } from "./randomness.ts";
import type { Caller, State } from "./state.ts";
import type { Tokens } from "./tokens.ts";

/** One request, read in full. */
export interface Call {
  readonly method: string;
  /** As sent, without the query. */
  readonly path: string;
  /** The path's parts between slashes, percent-decoded; a trailing slash leaves an empty last part. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  header(name: string): string | undefined;
  readonly body: Uint8Array;
  /** Who signed it with an access key; undefined for every other call. */
  readonly signer?: Caller;
  /** A fault wants success to be answered and nothing to be changed. */
  readonly ignore: boolean;
}

/** What every route works on. */
export interface World {
  /** `http://127.0.0.1:PORT`, without a trailing slash. */
  readonly url: string;
  readonly state: State;
  readonly tokens: Tokens;
  readonly locks: AccessKeyLocks;
  readonly clock: Clock;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly randomness: Randomness;
}

/** On whose behalf a call is made; undefined for strangers. */
export function callerOf(call: Call, world: World): Caller | undefined {
  return call.signer ?? world.tokens.find(call.header("x-auth-token"));
}
