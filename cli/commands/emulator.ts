import { appendFileSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { startEmulator } from "../../lib/emulator/index.ts";
import { UsageError } from "../../lib/errors.ts";
import type { CommandModule, Run } from "../command-module.ts";
import { Interruption } from "../interruption.ts";
import { systemCode } from "../io.ts";

interface EmulatorOptions {
  readonly port?: number;
  readonly seed?: string;
  readonly log?: string;
}

/** `winpw emulator`: serves the cloud's API on 127.0.0.1 until it is told to stop. */
export const emulatorCommand: CommandModule = {
  examples: ["emulator --port 8774 --seed seed.json --log requests.jsonl"],
  register: (command) => {
    command
      .option("--port <n>", "port on 127.0.0.1; default: any free one", parsePort)
      .option("--seed <file>", "users, key pairs, servers and faults: winpw-emulator/1 JSON")
      .option("--log <file>", "append a line of JSON for each request");
  },
  run: async (command, run) => emulate(command.opts<EmulatorOptions>(), run),
};

async function emulate(options: EmulatorOptions, run: Run): Promise<number> {
  const { deps, signal } = run;
  const { seed, log } = options;
  const logFile = log === undefined ? undefined : resolve(deps.cwd, log);
  if (logFile !== undefined) append(logFile, "");
  const emulator = await startEmulator({
    clock: deps.clock,
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(seed === undefined ? {} : { seed: readSeed(resolve(deps.cwd, seed)) }),
    ...(logFile === undefined ? {} : { log: (line: string) => append(logFile, `${line}\n`) }),
  });
  try {
    const { url, env } = emulator;
    await deps.stdout.write(`${JSON.stringify({ url, env })}\n`, run);
    return await untilStopped(signal);
  } finally {
    await emulator.close();
  }
}

/** Being told to stop is how a server ends: no error, but the exit code says what told it. */
async function untilStopped(signal: AbortSignal): Promise<number> {
  await new Promise<void>((stopped) => {
    if (signal.aborted) stopped();
    signal.addEventListener("abort", () => stopped(), { once: true });
  });
  if (signal.reason instanceof Interruption) return signal.reason.exitCode;
  throw signal.reason;
}

function readSeed(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(`the seed file cannot be read (${systemCode(error)})`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError("the seed file is not JSON");
  }
}

function append(path: string, text: string): void {
  try {
    appendFileSync(path, text, { mode: 0o600 });
  } catch (error) {
    throw new UsageError(`the log file cannot be written (${systemCode(error)})`);
  }
}

function parsePort(value: string): number {
  const port = Number(value);
  if (!/^\d{1,5}$/.test(value) || port > 65_535)
    throw new UsageError("--port takes a number from 0 to 65535");
  return port;
}
