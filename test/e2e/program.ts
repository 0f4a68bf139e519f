import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The built program; `npm run build` makes it. */
const programPath = fileURLToPath(new URL("../../dist/cli/main.cjs", import.meta.url));

export interface RunOptions {
  /** Added to a minimal environment: PATH, an empty HOME, a UTF-8 locale. Nothing else is inherited. */
  readonly env?: Readonly<Record<string, string>>;
  /** Fed to standard input, which otherwise is empty. */
  readonly stdin?: string | Uint8Array;
  /** Default: the empty HOME, so give files by absolute path. */
  readonly cwd?: string;
  /** Closes the reading end of standard output at once, so that a write there meets EPIPE. */
  readonly closeStdout?: boolean;
  /** Milliseconds until the run is killed and the call rejects; default 30 seconds. */
  readonly timeout?: number;
  /** Secrets that must appear neither on stdout nor on stderr: the call rejects if one does. */
  readonly canaries?: readonly string[];
  /** Secrets that may appear on stdout but never on stderr: the password itself. */
  readonly stdoutOnly?: readonly string[];
}

export interface RunResult {
  /** The exit code; null when a signal ended the program. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface StartedProgram {
  readonly child: ChildProcess;
  readonly result: Promise<RunResult>;
}

/** Runs the built program to its end. */
export async function runProgram(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return startProgram(args, options).result;
}

/** Starts the built program; for tests that send it signals or talk to it while it runs. */
export function startProgram(args: readonly string[], options: RunOptions = {}): StartedProgram {
  return start([process.execPath, builtProgram(), ...args], options);
}

/**
 * Runs a bash command line in which `winpw` is the built program, for redirections: `winpw … > /dev/full`,
 * `winpw … >&-`, `winpw … | true`. With `pipefail`, so that the program's own code comes out of a pipeline.
 */
export async function runShell(command: string, options: RunOptions = {}): Promise<RunResult> {
  const winpw = `winpw() { ${quote(process.execPath)} ${quote(builtProgram())} "$@"; }`;
  return start(["bash", "-c", `set -o pipefail; ${winpw}; ${command}`], options).result;
}

export interface TerminalStep {
  /** What must be on the screen, after the previous step's match, before anything is typed. */
  readonly expect: string;
  /** The keys to press; `\r` is Enter, `\x03` is Ctrl-C. */
  readonly type: string;
}

export interface TerminalOptions extends Omit<RunOptions, "stdin" | "closeStdout"> {
  readonly steps?: readonly TerminalStep[];
  /** Shell redirections for the program: `2>errors`, `< key.pem`, `> "$HOME/out"`. */
  readonly redirect?: string;
}

/**
 * Runs the built program on a pseudo terminal made by util-linux `script` (ask `toolOrSkip("script", test)`).
 * `stdout` of the result is the screen, which holds stderr as well; lines end in CR LF there.
 */
export async function runOnTerminal(
  args: readonly string[],
  options: TerminalOptions = {},
): Promise<RunResult> {
  const { steps = [], redirect = "", ...rest } = options;
  const words = [process.execPath, builtProgram(), ...args].map((word) => quote(word));
  const command = `exec ${words.join(" ")} ${redirect}`;
  const { child, result } = start(["script", "-qec", command, "/dev/null"], rest, "pipe");
  const waiting = [...steps];
  let screen = "";
  const play = (): void => {
    for (let step = waiting[0]; step !== undefined && screen.includes(step.expect); step = waiting[0]) {
      screen = screen.slice(screen.indexOf(step.expect) + step.expect.length);
      child.stdin?.write(step.type);
      waiting.shift();
    }
  };
  child.stdout?.on("data", (chunk: Buffer) => {
    screen += chunk.toString("utf8");
    play();
  });
  play();
  const ended = await result;
  const missed = waiting[0];
  if (missed === undefined) return ended;
  throw new Error(`the program ended without showing ${JSON.stringify(missed.expect)}:\n${show(ended)}`);
}

function start(command: readonly string[], options: RunOptions, stdin?: "pipe"): StartedProgram {
  const home = mkdtempSync(join(tmpdir(), "winpw-home-"));
  const stdio: StdioOptions = [options.stdin === undefined ? (stdin ?? "ignore") : "pipe", "pipe", "pipe"];
  const [file = "", ...args] = command;
  const child = spawn(file, args, {
    cwd: options.cwd ?? home,
    env: { ...minimalEnvironment(home), ...options.env },
    stdio,
    // Its own session: a prompt must not find the terminal that the tests were started from.
    detached: process.platform !== "win32",
  });
  if (options.closeStdout === true) child.stdout?.destroy();
  if (options.stdin !== undefined) {
    child.stdin?.on("error", () => undefined); // a program that does not read its input is no fault of the test
    child.stdin?.end(options.stdin);
  }
  const result = finish(child, options).finally(() => rmSync(home, { recursive: true, force: true }));
  return { child, result };
}

async function finish(child: ChildProcess, options: RunOptions): Promise<RunResult> {
  const { timeout = 30_000, canaries = [], stdoutOnly = [] } = options;
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => stderr.push(chunk));
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    killGroup(child);
  }, timeout);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (...end) => resolve(end));
  }).finally(() => clearTimeout(timer));
  const result: RunResult = {
    code,
    signal,
    stdout: Buffer.concat(stdout),
    stderr: Buffer.concat(stderr).toString("utf8"),
  };
  if (late) throw new Error(`the program did not end within ${timeout} ms:\n${show(result)}`);
  mustNotHold("stderr", result.stderr, [...canaries, ...stdoutOnly]);
  mustNotHold("stdout", result.stdout.toString("utf8"), canaries);
  return result;
}

/** Throws when one of the secrets is in the text: as it is, in base64, in a URL or in JSON. */
export function mustNotHold(where: string, text: string, secrets: readonly string[]): void {
  for (const secret of secrets) {
    const base64 = Buffer.from(secret).toString("base64").replace(/=+$/, "");
    const forms = [secret, base64, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
    if (forms.some((form) => text.includes(form))) {
      throw new Error(`the secret ${JSON.stringify(secret)} appeared on ${where}:\n${text}`);
    }
  }
}

function builtProgram(): string {
  if (!existsSync(programPath)) throw new Error("dist/cli/main.cjs is missing: run `npm run build` first");
  return programPath;
}

function minimalEnvironment(home: string): Record<string, string> {
  const env: Record<string, string> = { HOME: home, LANG: "C.UTF-8", SHELL: "/bin/sh" };
  // Windows starts no program without its own folder, and looks for the home elsewhere.
  if (process.platform === "win32") Object.assign(env, { USERPROFILE: home, APPDATA: home });
  for (const name of ["PATH", "SYSTEMROOT", "TEMP", "TMPDIR"]) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return env;
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? child.pid : -child.pid, "SIGKILL");
  } catch {
    // It ended by itself in this very moment.
  }
}

function quote(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function show(result: RunResult): string {
  return `code ${result.code}, signal ${result.signal}\nstdout: ${result.stdout.toString("utf8")}\nstderr: ${result.stderr}`;
}
