import { closeSync, openSync, writeSync } from "node:fs";
import { ReadStream } from "node:tty";
import { Interruption } from "./interruption.ts";

const longestAnswer = 4096; // bytes

/** The two ends of a terminal, by the paths that open them. */
export interface TerminalPaths {
  readonly input: string;
  readonly output: string;
}

/** Asks one question. Throws an Interruption for Ctrl-C and Ctrl-D, and the signal's reason when it aborts. */
export async function ask(
  { input, output }: TerminalPaths,
  question: string,
  signal: AbortSignal,
  mode: "hidden" | "echoed",
): Promise<Uint8Array> {
  const out = openSync(output, "w");
  const fd = openSync(input, "r+");
  const stream = new ReadStream(fd);
  try {
    // First: who types at once must not be echoed.
    stream.setRawMode(mode === "hidden");
    writeSync(out, question);
    return await readLine(stream, signal, mode);
  } finally {
    stream.setRawMode(false);
    if (mode === "hidden") writeSync(out, "\n");
    stream.destroy();
    closeSync(out);
  }
}

async function readLine(
  stream: ReadStream,
  signal: AbortSignal,
  mode: "hidden" | "echoed",
): Promise<Uint8Array> {
  const typed = Buffer.alloc(longestAnswer);
  let length = 0;
  return new Promise<Uint8Array>((resolve, reject) => {
    const settle = (act: () => void): void => {
      signal.removeEventListener("abort", onAbort);
      stream.removeAllListeners();
      act();
      typed.fill(0);
    };
    const onAbort = (): void => {
      const reason: unknown = signal.reason;
      settle(() => {
        reject(reason);
      });
    };
    const stop = (): void => {
      settle(() => {
        reject(new Interruption("SIGINT"));
      });
    };
    signal.addEventListener("abort", onAbort, { once: true });
    stream.on("end", stop);
    stream.on("error", stop);
    stream.on("data", (chunk: Buffer) => {
      for (const byte of chunk) {
        if (byte === 0x0d || byte === 0x0a) {
          const answer = Uint8Array.from(typed.subarray(0, length));
          settle(() => {
            resolve(answer);
          });
          break;
        }
        // In raw mode the terminal leaves these keys to us: Ctrl-C, Ctrl-D, Backspace, Ctrl-U.
        if (mode === "hidden" && (byte === 0x03 || byte === 0x04)) {
          stop();
          break;
        }
        if (mode === "hidden" && (byte === 0x7f || byte === 0x08))
          length = withoutLastCharacter(typed, length);
        else if (mode === "hidden" && byte === 0x15) length = 0;
        else if (length < longestAnswer) typed[length++] = byte;
      }
      chunk.fill(0);
    });
    signal.throwIfAborted();
  });
}

/** One UTF-8 character back, not one byte. */
function withoutLastCharacter(typed: Uint8Array, length: number): number {
  let end = Math.max(0, length - 1);
  while (end > 0 && ((typed[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return end;
}
