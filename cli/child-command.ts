import { spawn } from "node:child_process";
import type { Run } from "./command-module.ts";

/** What a command of the user's own answered. */
export interface CommandAnswer {
  /** Its exit code; null when a signal ended it, and when it was stopped because it printed more than the limit. */
  readonly code: number | null;
  /** Its standard output, at most the limit and one byte; the caller wipes it. */
  readonly output: Uint8Array;
}

/**
 * Runs a command line as the user typed it, by the shell, with its standard error on ours.
 *
 * It keeps the environment but for the passphrase of the key. Throws the signal's reason when the run is interrupted,
 * and what the system says when there is no shell.
 */
export async function runUserCommand(
  command: string,
  input: Uint8Array | undefined,
  outputLimit: number,
  { deps, signal }: Run,
): Promise<CommandAnswer> {
  const env = { ...deps.env };
  delete env["WINPW_PASSPHRASE"];
  const [shell, ...words] =
    deps.platform === "win32" ? ["cmd.exe", "/d", "/s", "/c", `"${command}"`] : ["/bin/sh", "-c", command];
  const child = spawn(shell ?? "", words, {
    env,
    cwd: deps.cwd,
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "inherit"],
    windowsVerbatimArguments: deps.platform === "win32",
  });
  const chunks: Uint8Array[] = [];
  let length = 0;
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      child.kill();
      const reason: unknown = signal.reason;
      reject(reason);
    };
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    child.on("error", reject);
    child.stdin?.on("error", () => undefined); // it may end without reading; its exit code says whether that was well
    child.stdin?.end(input);
    child.stdout?.on("data", (chunk: Uint8Array) => {
      if (length > outputLimit) return;
      chunks.push(chunk);
      length += chunk.byteLength;
      if (length <= outputLimit) return;
      // It may never come to an end by itself; whatever else the shell started gets EPIPE.
      child.stdout?.destroy();
      child.kill();
    });
    child.on("close", (code) => {
      signal.removeEventListener("abort", stop);
      const output = Buffer.concat(chunks).subarray(0, outputLimit + 1);
      for (const chunk of chunks) chunk.fill(0);
      resolve({ code, output });
    });
  });
}
