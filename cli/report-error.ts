import { BadKeyError, WinpwError } from "../lib/errors.ts";
import { exitCodeOf, exitCodes } from "./exit-codes.ts";
import { hintFor } from "./hints.ts";
import { interrupted, Interruption } from "./interruption.ts";
import { systemCode, type Stream } from "./io.ts";
import { escapeUntrusted } from "./output/escape.ts";
import { emptyHead, emptyTail, wholeObject, type ToldError } from "./output/json.ts";

/** What to tell of anything that was thrown. */
export function tellError(error: unknown): ToldError {
  if (error instanceof WinpwError) {
    // A passphrase that nobody could be asked for is a fault of the call, not of the key.
    const missing = error instanceof BadKeyError && error.reason === "passphrase-missing";
    return {
      code: missing ? "ERR_USAGE" : error.code,
      exit: missing ? exitCodes.USAGE : exitCodeOf[error.code],
      message: error.message,
      hint: hintFor(error),
      retryable: error.retryable,
      requestId: error.requestId ?? null,
    };
  }
  if (error instanceof Interruption) {
    return told(interrupted, error.exitCode, error.message, null);
  }
  // A foreign error's text could quote anything; its kind and system code cannot.
  const kind = error instanceof Error ? `${error.name}, ${systemCode(error)}` : typeof error;
  return told(
    "ERR_INTERNAL",
    exitCodes.INTERNAL,
    `unexpected failure (${kind})`,
    "this is a bug: run again with --debug and report it",
  );
}

function told(code: string, exit: number, message: string, hint: string | null): ToldError {
  return { code, exit, message, hint, retryable: false, requestId: null };
}

/** The answer object of a command line that failed before it did anything. */
export function failureObject(action: string | null, error: ToldError): string {
  return wholeObject({ ...emptyHead, action }, { ...emptyTail, error });
}

/** Writes the error line (`about` says whose, where there are several), the hint line and, for debugging, the stack. */
export async function writeError(error: unknown, stderr: Stream, debug: boolean, about = ""): Promise<void> {
  const { code, message, hint, requestId } = tellError(error);
  const id = requestId === null ? "" : ` [request id ${requestId}]`;
  let text = `winpw: error ${code}: ${escapeUntrusted(about + message)}${id}\n`;
  if (hint !== null) text += `winpw: hint: ${escapeUntrusted(hint)}\n`;
  if (debug) text += stackOf(error);
  try {
    await stderr.write(text);
  } catch {
    // nobody is left to tell; the exit code still says it
  }
}

/** Where it was thrown, without the message: that was told, or must not be. */
function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  const cause = error.cause === undefined ? "" : `winpw: debug: caused by\n${stackOf(error.cause)}`;
  return `${frames.map((frame) => `winpw: debug: ${frame.trim()}\n`).join("")}${cause}`;
}
