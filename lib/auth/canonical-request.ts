import { createHash } from "node:crypto";
import type { HttpMethod } from "../http/message.ts";

/** What a signature covers of one request. */
export interface SignedParts {
  readonly method: HttpMethod;
  readonly url: URL;
  /** Exactly the headers to sign. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | undefined;
}

/** The text that is signed, and the names of the headers in it. */
export interface CanonicalRequest {
  readonly text: string;
  /** Lower-case names, sorted, joined by `;`. */
  readonly signedHeaders: string;
}

/**
 * The canonical request of `SDK-HMAC-SHA256` (Huawei Cloud API signing guide): method, path, query, headers, names of
 * the headers, and SHA-256 of the body, one below the other.
 */
export function canonicalRequest({ method, url, headers, body }: SignedParts): CanonicalRequest {
  const rows = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value.trim()] as const)
    .toSorted(([a], [b]) => byCodeUnit(a, b));
  const signedHeaders = rows.map(([name]) => name).join(";");
  const text = [
    method,
    canonicalPath(url.pathname),
    canonicalQuery(url.searchParams),
    // This block ends in a line end of its own, so that an empty line follows.
    rows.map(([name, value]) => `${name}:${value}\n`).join(""),
    signedHeaders,
    createHash("sha256")
      .update(body ?? "")
      .digest("hex"),
  ].join("\n");
  return { text, signedHeaders };
}

/** Names and values as RFC 3986 encodes them, sorted by name, then by value, both before they are encoded. */
export function canonicalQuery(parameters: URLSearchParams): string {
  return [...parameters]
    .toSorted(([a, x], [b, y]) => byCodeUnit(a, b) || byCodeUnit(x, y))
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join("&");
}

/** Ends in a slash in the signature only; the path that is sent keeps its form. */
function canonicalPath(path: string): string {
  const encoded = path
    .split("/")
    .map((segment) => encode(decode(segment)))
    .join("/");
  return encoded.endsWith("/") ? encoded : `${encoded}/`;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Only letters, digits and `-._~` stay (RFC 3986 section 2.3); encodeURIComponent lets five more pass. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function byCodeUnit(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
