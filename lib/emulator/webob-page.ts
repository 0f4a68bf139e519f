import { json, type Answer } from "./answer.ts";

/**
 * The answer that WebOb makes for what reaches no API: unknown routes of Nova, refusals of the metadata service.
 *
 * As HTML where `Accept` likes that, else as JSON, else (and without an Accept header) as plain text; WebOb 1.8,
 * webob/exc.py, generate_response.
 */
export function webobPage(
  accept: string | undefined,
  status: number,
  title: string,
  sentence: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const code = `${status} ${title}`;
  const html = quality(accept, "text/html");
  const asJson = quality(accept, "application/json");
  if (asJson > html) {
    return json(status, { message: `${sentence}<br /><br />\n\n\n`, code, title }, headers);
  }
  const [type, body] =
    html > 0
      ? [
          "text/html",
          `<html>\n <head>\n  <title>${code}</title>\n </head>\n <body>\n  <h1>${code}</h1>\n  ${sentence}<br /><br />\n\n\n\n </body>\n</html>`,
        ]
      : ["text/plain", `${code}\n\n${sentence}\n\n   `];
  return { status, headers: { "Content-Type": `${type}; charset=UTF-8`, ...headers }, body };
}

/** How much an Accept header likes a type, from 0 to 1 (RFC 9110 section 12.5.1); the most specific range counts. */
function quality(accept: string | undefined, type: string): number {
  const [kind] = type.split("/");
  const ranges = new Map(
    (accept ?? "").split(",").map((entry): [string, number] => {
      const [range = "", ...parameters] = entry.split(";").map((part) => part.trim().toLowerCase());
      const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
      return [range, weight === undefined ? 1 : Number(weight)];
    }),
  );
  return ranges.get(type) ?? ranges.get(`${kind ?? ""}/*`) ?? ranges.get("*/*") ?? 0;
}
