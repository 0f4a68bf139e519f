import type { Server } from "./state.ts";

/** What a route answers; the server adds Content-Length and Date. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string;
  /** Who logged in by this very call, for the log. */
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

/** An answer in the plain HTML that WebOb makes for what never reached an API: unknown routes, the metadata service. */
export function webobPage(
  status: number,
  title: string,
  sentence: string,
  headers: Readonly<Record<string, string | readonly string[]>> = {},
): Answer {
  const heading = `${status} ${title}`;
  const body = `<html>\n <head>\n  <title>${heading}</title>\n </head>\n <body>\n  <h1>${heading}</h1>\n  ${sentence}<br /><br />\n\n\n\n </body>\n</html>`;
  return { status, headers: { "Content-Type": "text/html; charset=UTF-8", ...headers }, body };
}
