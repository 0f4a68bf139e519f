import type { Command } from "commander";
import type { Deps } from "./deps.ts";
import type { GlobalOptions } from "./options.ts";
import type { Report } from "./report.ts";

/** What every command works with besides its own options. */
export interface Run {
  readonly deps: Deps;
  readonly globals: GlobalOptions;
  readonly report: Report;
  /** Aborts when the process is told to stop or `--timeout` runs out. */
  readonly signal: AbortSignal;
}

/** One command: its flags, and its work. */
export interface CommandModule {
  /** Command lines that show the usual ways, for the end of the help. */
  readonly examples: readonly string[];
  /** Adds arguments and options; `winpw NAME --help` shows what is added here. */
  register(command: Command): void;
  /** Does the work after parsing. Returns the exit code; throws for every failure that ends it. */
  run(command: Command, run: Run): Promise<number>;
}
