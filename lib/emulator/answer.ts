import type { Server } from "./state.ts";

/** What a route answers; the server adds Content-Length and Date. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string;
  /** Who logged in by this very call, or signed it, for the log. */
  readonly user?: string;
  /** Whose stored ciphertext the body holds, so that a fault can tamper with it. */
  readonly passwordOf?: Server;
}

/** An answer with a JSON body. */
export function json(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string | readonly string[]>> = {},
): Answer {
  return { status, headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(value) };
}
