import { AuthError, UnavailableError, UsageError } from "../errors.ts";
import { requestIdOf, type HttpRequest, type HttpResponse } from "../http/message.ts";
import { sendWithRetry } from "../http/retry.ts";
import type { AuthContext } from "./authorizer.ts";

/** The URL of the token resource; see {@link identityUrl}. */
export function tokensUrl(authUrl: string): URL {
  return identityUrl(authUrl, "auth/tokens");
}

/**
 * The URL of a resource of the identity service below an authentication URL, which may or may not end in `/v3`.
 *
 * Throws `UsageError` when it is no URL; the text is not repeated, it may hold a password.
 */
export function identityUrl(authUrl: string, path: string): URL {
  if (!URL.canParse(authUrl)) throw new UsageError("the authentication URL is not a URL");
  const url = new URL(authUrl);
  const base = url.pathname.replace(/\/+$/, "").replace(/\/v3$/, "");
  url.pathname = `${base}/v3/${path}`;
  url.search = "";
  url.hash = "";
  return url;
}

/**
 * Sends a request to the identity service and lets only a success through.
 *
 * Creating and validating tokens changes nothing, so both are retried on transient faults; a refusal never is, since
 * some clouds lock an account after five. Service messages are not repeated: validation errors there quote the request.
 */
export async function askIdentityService(
  request: HttpRequest,
  context: AuthContext,
  refusal: string,
): Promise<HttpResponse> {
  const response = await sendWithRetry(request, context);
  requireSuccess(response, request.url, refusal);
  return response;
}

/** Throws for every answer of the identity service that is no success; its own messages are not repeated. */
export function requireSuccess(response: HttpResponse, url: URL, refusal: string): void {
  const { status } = response;
  if (status >= 200 && status < 300) return;
  const requestId = requestIdOf(response);
  const { host } = url;
  if (status === 401 || status === 403) throw new AuthError(`${host}: ${refusal}`, status, { requestId });
  if (status === 404)
    throw new UsageError(`${host} has no identity service at ${url.pathname}`, { requestId });
  if (status < 500 && status !== 408 && status !== 429) {
    throw new UsageError(`${host} does not accept the request (HTTP ${status})`, { requestId });
  }
  throw new UnavailableError(`${host} cannot answer now (HTTP ${status})`, { status, requestId });
}
