import { TimeoutError, UsageError } from "../lib/errors.ts";
import type { Run } from "./command-module.ts";
import type { Deps } from "./deps.ts";
import { exitCodes } from "./exit-codes.ts";
import { globalFlagsWithValue, globalOptionsOf } from "./options.ts";
import { failureObject } from "./output/json.ts";
import { buildCommand, commands, isHelpShown, overview } from "./program.ts";
import { openReport } from "./report.ts";
import { tellError, writeError } from "./report-error.ts";

/** Runs one command line. Returns the exit code; every failure has been told on standard error by then. */
export async function run(argv: readonly string[], deps: Deps): Promise<number> {
  const ordered = withCommandFirst(argv);
  const end = argv.indexOf("--");
  const asked = (flag: string): boolean => argv.slice(0, end < 0 ? argv.length : end).includes(flag);
  try {
    return await dispatch(ordered, deps);
  } catch (error) {
    await writeError(error, deps.stderr, asked("--debug"));
    const told = tellError(error);
    // Nothing was answered yet, or the command would have told the failure itself.
    if (asked("--json")) {
      const [name = ""] = ordered;
      // What is no command may be a secret in the wrong place.
      const action = commands.has(name) ? name : null;
      await deps.stdout.write(failureObject(action, told)).catch(() => undefined);
    }
    return told.exit;
  }
}

async function dispatch(argv: readonly string[], deps: Deps): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined) {
    await deps.stderr.write(overview());
    return exitCodes.USAGE;
  }
  if (name === "--help" || name === "-h" || (name === "help" && rest.length === 0)) {
    await deps.stdout.write(overview());
    return exitCodes.OK;
  }
  if (name === "help") return dispatch([...rest.slice(0, 1), "--help"], deps);
  const entry = commands.get(name);
  if (entry === undefined) throw new UsageError("unknown command; see winpw --help");
  return runCommand(name, await entry.load(), rest, deps);
}

async function runCommand(
  name: string,
  module: Awaited<ReturnType<NonNullable<ReturnType<typeof commands.get>>["load"]>>,
  argv: readonly string[],
  deps: Deps,
): Promise<number> {
  let shown = "";
  const command = buildCommand(name, module, (text) => {
    shown += text;
  });
  try {
    command.parse([...argv], { from: "user" });
  } catch (error) {
    if (!isHelpShown(error)) throw error;
    await deps.stdout.write(shown);
    return exitCodes.OK;
  }
  const globals = globalOptionsOf(command);
  const limit = new AbortController();
  const timer =
    globals.timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          limit.abort(new TimeoutError("the time limit of --timeout ran out"));
        }, globals.timeoutMs);
  const signal = AbortSignal.any([deps.signal, limit.signal]);
  const context: Run = { deps, globals, report: openReport(deps.stderr, globals), signal };
  try {
    return await module.run(command, context);
  } finally {
    clearTimeout(timer);
  }
}

/** `winpw --region x get …` means `winpw get --region x …`: global options may stand before the command. */
function withCommandFirst(argv: readonly string[]): readonly string[] {
  let at = 0;
  while (at < argv.length && (argv[at] ?? "").startsWith("-"))
    at += globalFlagsWithValue.has(argv[at] ?? "") ? 2 : 1;
  const name = argv[at];
  if (at === 0 || name === undefined) return argv;
  return [name, ...argv.slice(0, at), ...argv.slice(at + 1)];
}
