import { TimeoutError, UsageError } from "../lib/errors.ts";
import type { Run } from "./command-module.ts";
import type { Deps } from "./deps.ts";
import { exitCodes } from "./exit-codes.ts";
import { globalFlagsWithValue, globalOptionsOf } from "./options.ts";
import { buildCommand, commands, isHelpShown } from "./program.ts";
import { openReport } from "./report.ts";
import { refuseSecretOption } from "./strict-command.ts";

/** Runs one command line. Returns the exit code; every failure has been told on standard error by then. */
export async function run(argv: readonly string[], deps: Deps): Promise<number> {
  const ordered = withCommandFirst(argv);
  try {
    return await dispatch(ordered, deps);
  } catch (error) {
    return fail(error, ordered, deps);
  }
}

/** Tells a failure that no command told itself: nothing of an answer was written yet. */
async function fail(error: unknown, argv: readonly string[], deps: Deps): Promise<number> {
  const end = argv.indexOf("--");
  const options = argv.slice(0, end < 0 ? argv.length : end);
  const { failureObject, tellError, writeError } = await import("./report-error.ts");
  await writeError(error, deps.stderr, options.includes("--debug"));
  const told = tellError(error);
  if (!options.includes("--json")) return told.exit;
  const [name = ""] = argv;
  try {
    // What is no command may be a secret in the wrong place.
    await deps.stdout.write(failureObject(commands.has(name) ? name : null, told));
  } catch {
    // standard error has said it, and the exit code is the failure's own
  }
  return told.exit;
}

async function dispatch(argv: readonly string[], deps: Deps): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined) {
    await deps.stderr.write(await overview());
    return exitCodes.USAGE;
  }
  if (name === "--help" || name === "-h" || (name === "help" && rest.length === 0)) {
    await deps.stdout.write(await overview());
    return exitCodes.OK;
  }
  if (name === "help") return dispatch([...rest.slice(0, 1), "--help"], deps);
  const entry = commands.get(name);
  if (entry === undefined) {
    for (const word of argv) refuseSecretOption(word);
    throw new UsageError("unknown command; see winpw --help");
  }
  return runCommand(name, await entry.load(), rest, deps);
}

async function overview(): Promise<string> {
  return (await import("./help.ts")).overview(commands);
}

async function runCommand(
  name: string,
  module: Awaited<ReturnType<NonNullable<ReturnType<typeof commands.get>>["load"]>>,
  argv: readonly string[],
  deps: Deps,
): Promise<number> {
  let shown = "";
  const command = await buildCommand(name, argv, module, (text) => {
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
  const limit = globals.timeoutMs === undefined ? undefined : timeLimit(globals.timeoutMs, deps);
  const context: Run = {
    deps,
    globals,
    report: openReport(deps.stderr, globals),
    get signal() {
      return limit?.signal ?? deps.signal;
    },
  };
  try {
    return await module.run(command, context);
  } finally {
    limit?.end();
  }
}

function timeLimit(milliseconds: number, deps: Deps): { readonly signal: AbortSignal; end(): void } {
  const limit = new AbortController();
  const timer = setTimeout(() => {
    limit.abort(new TimeoutError("the time limit of --timeout ran out"));
  }, milliseconds);
  return {
    signal: AbortSignal.any([deps.signal, limit.signal]),
    end: () => {
      clearTimeout(timer);
    },
  };
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
