import type { IncomingMessage } from "node:http";
import type { Call } from "./call.ts";

/** No request of these APIs is anywhere near it. */
const bodyLimit = 64 * 1024; // bytes

/** The whole body, or undefined when it is larger than the limit. */
export async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of request.iterator({ destroyOnReturn: false })) {
    if (!(piece instanceof Uint8Array)) continue;
    length += piece.length;
    if (length > bodyLimit) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** A request's header; one that came several times is joined with commas. */
export function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}

/** The request as routes see it; undefined when the path's percent-encoding is broken. */
export function readCall(
  request: IncomingMessage,
  path: string,
  body: Uint8Array,
  ignore: boolean,
): Call | undefined {
  const query = (request.url ?? "").slice(path.length + 1);
  try {
    return {
      method: request.method ?? "",
      path,
      segments: path.split("/").slice(1).map(decodeURIComponent),
      query: new URLSearchParams(query),
      header: (name) => header(request, name),
      body,
      ignore,
    };
  } catch {
    return undefined;
  }
}
