import type { Clock } from "../lib/clock.ts";
import type { Environment } from "../lib/settings/environment.ts";
import type { Stream } from "./io.ts";
import type { StandardInput } from "./standard-input.ts";
import type { Terminal } from "./terminal.ts";

/** Everything of the outside that a command may touch. `main.ts` makes the real one. */
export interface Deps {
  readonly env: Environment;
  /** Relative paths start here. */
  readonly cwd: string;
  readonly stdin: StandardInput;
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly terminal: Terminal;
  /** As `process.platform` names it. */
  readonly platform: string;
  /** The user this program runs as; undefined where users have no number. */
  readonly userId: number | undefined;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Aborts with an Interruption when the process is told to stop. */
  readonly signal: AbortSignal;
  /** The command that starts this program anew: an interpreter and a script. */
  readonly self: readonly [string, ...string[]];
}
