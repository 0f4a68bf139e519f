import type { Clock } from "../clock.ts";
import type { Randomness } from "./randomness.ts";
import type { State } from "./state.ts";
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
  /** A fault wants success to be answered and nothing to be changed. */
  readonly ignore: boolean;
}

/** What every route works on. */
export interface World {
  /** `http://127.0.0.1:PORT`, without a trailing slash. */
  readonly url: string;
  readonly state: State;
  readonly tokens: Tokens;
  readonly clock: Clock;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly randomness: Randomness;
}
