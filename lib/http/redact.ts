import type { HttpRequest } from "./message.ts";

// Every header that proves who we are, or that is answered with such a proof.
const secretHeaders: ReadonlySet<string> = new Set([
  "authorization",
  "cookie",
  "openstack-auth-receipt",
  "set-cookie",
  "x-auth-token",
  "x-security-token",
  "x-subject-token",
]);

/** A request as lines for a debug log: method, URL, header names; values of secret headers and the body left out. */
export function describeRequest(request: HttpRequest): string[] {
  const lines = [`${request.method} ${withoutUserInfo(request.url)}`];
  for (const [name, value] of Object.entries(request.headers)) {
    lines.push(`${name}: ${secretHeaders.has(name.toLowerCase()) ? "[redacted]" : value}`);
  }
  if (request.body !== undefined) lines.push(`body: ${request.body.byteLength} bytes, not shown`);
  return lines;
}

/** The values of the secret headers of a request, for finding them where they must not be. */
export function secretsOf(request: HttpRequest): readonly string[] {
  return Object.entries(request.headers)
    .filter(([name]) => secretHeaders.has(name.toLowerCase()))
    .map(([, value]) => value);
}

/** The URL without user name and password. */
function withoutUserInfo(url: URL): string {
  return `${url.origin}${url.pathname}${url.search}`;
}
