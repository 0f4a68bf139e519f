import type { Exchange } from "../lib/http/transport.ts";
import type { Stream } from "./io.ts";
import { escapeUntrusted } from "./output/escape.ts";

/** How much is told on standard error. */
export interface Verbosity {
  /** Only errors. */
  readonly quiet: boolean;
  /** Also what was looked up and skipped. */
  readonly verbose: boolean;
  /** Also every request, and stack traces of errors. */
  readonly debug: boolean;
}

/** Everything that goes to standard error while a command works, each line under the program's name. */
export interface Report {
  readonly verbosity: Verbosity;
  /** What the user should know but need not act on; silent under `--quiet`. */
  notice(text: string): Promise<void>;
  /** What the user should act on; silent under `--quiet`. */
  warning(text: string): Promise<void>;
  /** Background; under `--verbose` only. */
  detail(text: string): Promise<void>;
  /** One attempt at one request; under `--debug` only. Bodies and secret headers are never shown. */
  readonly exchange: (exchange: Exchange) => void;
}

/** A report on a stream. Its own failures are ignored: nobody is left to tell. */
export function openReport(stderr: Stream, verbosity: Verbosity): Report {
  const line = async (text: string): Promise<void> => {
    await stderr.write(`winpw: ${escapeUntrusted(text)}\n`).catch(() => undefined);
  };
  return {
    verbosity,
    notice: async (text) => {
      if (!verbosity.quiet) await line(text);
    },
    warning: async (text) => {
      if (!verbosity.quiet) await line(`warning: ${text}`);
    },
    detail: async (text) => {
      if (verbosity.verbose || verbosity.debug) await line(text);
    },
    exchange: (exchange) => {
      if (!verbosity.debug) return;
      const { request, status, bytes, requestId, proxy, milliseconds } = exchange;
      const answer = status === undefined ? "no answer" : `${status}, ${bytes ?? 0} bytes`;
      const id = requestId === undefined ? "" : `, request id ${requestId}`;
      const way = proxy === undefined ? "" : ` through the proxy ${proxy}`;
      const lines = [...request, `answer: ${answer} after ${Math.round(milliseconds)} ms${way}${id}`];
      for (const text of lines) void line(`debug: ${text}`);
    },
  };
}
