import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { startProgram, type RunResult } from "./program.ts";

/** One line of the emulator's log. */
export interface LogEntry {
  readonly time: string;
  readonly method: string;
  readonly path: string;
  readonly status: number | null;
  readonly user: string | null;
}

/** `winpw emulator --seed --log` as a child process. */
export interface EmulatedCloud {
  readonly url: string;
  /** What makes the program talk to it, as the seed's first user. */
  readonly env: Readonly<Record<string, string>>;
  /** Every request so far. The line of a request is written before its answer is sent. */
  entries(): readonly LogEntry[];
  /** `METHOD status` of each call for a server's password, in order; guests' own calls are not among them. */
  passwordCalls(serverId: string): readonly string[];
  /** The log as text. */
  logText(): string;
  /** Waits until the log holds an entry like this. */
  until(isMet: (entries: readonly LogEntry[]) => boolean): Promise<void>;
  /** Ends it as a supervisor would, and tells how it ended. */
  stop(): Promise<RunResult>;
}

const serveLimitMs = 120_000; // a test that hangs must not leave an emulator behind
const pollMs = 20;

/** Starts an emulator with this seed; it ends with the test. */
export async function startCloud(seed: object, args: readonly string[] = []): Promise<EmulatedCloud> {
  const folder = mkdtempSync(join(tmpdir(), "winpw-cloud-"));
  const seedFile = join(folder, "seed.json");
  const logFile = join(folder, "requests.log");
  writeFileSync(seedFile, JSON.stringify({ schema: "winpw-emulator/1", ...seed }));
  const { child, result } = startProgram(["emulator", "--seed", seedFile, "--log", logFile, ...args], {
    timeout: serveLimitMs,
  });
  const stop = async (): Promise<RunResult> => {
    child.kill("SIGTERM");
    return result;
  };
  onTestFinished(async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const { url, env } = await readyLine(child.stdout, result);
  const logText = (): string => readFileSync(logFile, "utf8");
  const entries = (): readonly LogEntry[] =>
    logText()
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as LogEntry);
  return {
    url,
    env,
    logText,
    entries,
    passwordCalls: (serverId) =>
      entries()
        .filter(({ path }) => path.endsWith(`/${serverId}/os-server-password`))
        .map(({ method, status }) => `${method} ${status}`),
    until: async (isMet) => {
      while (!isMet(entries())) await new Promise((resolve) => setTimeout(resolve, pollMs));
    },
    stop,
  };
}

async function readyLine(
  stdout: NodeJS.ReadableStream | null,
  result: Promise<RunResult>,
): Promise<{ readonly url: string; readonly env: Record<string, string> }> {
  const line = await new Promise<string>((resolve, reject) => {
    let told = "";
    stdout?.on("data", (chunk: Buffer) => {
      told += chunk.toString("utf8");
      if (told.includes("\n")) resolve(told);
    });
    result.then(
      (ended) => reject(new Error(`the emulator ended before it was ready: ${ended.stderr}`)),
      reject,
    );
  });
  return JSON.parse(line) as { url: string; env: Record<string, string> };
}
