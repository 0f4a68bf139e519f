import { systemClock } from "../lib/clock.ts";
import { Interruption } from "./interruption.ts";
import { openStream, type Stream } from "./io.ts";
import { run } from "./run.ts";
import { openStandardInput } from "./standard-input.ts";
import { controllingTerminal } from "./terminal.ts";

/** What the process gives a run. */
export type Host = Pick<
  NodeJS.Process,
  "argv" | "cwd" | "env" | "execPath" | "exit" | "geteuid" | "platform"
> & {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
};

/** What was opened before anything else was loaded. */
export interface Opened {
  readonly stdout: Stream;
  readonly isTerminal: (fd: number) => boolean;
}

/** Gathers the real outside and runs the command line in it. Returns the exit code. */
export async function start(argv: readonly string[], host: Host, opened: Opened): Promise<number> {
  // Watched for only once somebody asks: until then the system's own way of ending a program is the best one. It also
  // ends a blocking read or open, during which no listener of ours could run.
  let stop: AbortController | undefined;
  const watch = (): AbortController => {
    const watched = new AbortController();
    for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"] as const) {
      host.on(signal, () => {
        const interruption = new Interruption(signal);
        // The second time the user means it: whatever is still being tidied up is left.
        if (watched.signal.aborted) host.exit(interruption.exitCode);
        watched.abort(interruption);
      });
    }
    return watched;
  };
  const input = openStream(0, "standard input", opened.isTerminal);
  return run(argv, {
    env: host.env,
    cwd: host.cwd(),
    stdin: openStandardInput(0, () => input.kind),
    stdout: opened.stdout,
    stderr: openStream(2, "standard error", opened.isTerminal),
    terminal: controllingTerminal(host.platform),
    platform: host.platform,
    userId: host.geteuid?.(),
    clock: systemClock,
    random: Math.random,
    get signal() {
      stop ??= watch();
      return stop.signal;
    },
    self: [host.execPath, host.argv[1] ?? ""],
  });
}
