import { createHash, createHmac } from "node:crypto";
import type { HttpRequest } from "../http/message.ts";
import type { Secret } from "../secret.ts";
import { canonicalQuery, canonicalRequest, type SignedParts } from "./canonical-request.ts";

/** A pair of access key and secret key, permanent or temporary. */
export interface AccessKeyPair {
  readonly accessKey: string;
  readonly secretKey: Secret;
  /** Of temporary keys. */
  readonly securityToken?: Secret | undefined;
}

const algorithm = "SDK-HMAC-SHA256";

/**
 * The Authorization header for exactly these headers, of which `X-Sdk-Date` must be one (Huawei Cloud API signing guide).
 *
 * The secret key signs directly: no key is derived, and neither region nor service are part of it.
 */
export function authorizationHeader(parts: SignedParts, sdkDate: string, keys: AccessKeyPair): string {
  const canonical = canonicalRequest(parts);
  const digest = createHash("sha256").update(canonical.text).digest("hex");
  const secret = keys.secretKey.bytes();
  const signature = createHmac("sha256", secret).update(`${algorithm}\n${sdkDate}\n${digest}`).digest("hex");
  secret.fill(0);
  return `${algorithm} Access=${keys.accessKey}, SignedHeaders=${canonical.signedHeaders}, Signature=${signature}`;
}

/**
 * Signs one request: its method, path, query and body bytes, the host, and the headers that are added or declare the body.
 *
 * The URL of the result carries the query in its signed form, so that what is signed is what is sent.
 *
 * @param time milliseconds since the epoch; services refuse a request that is more than 15 minutes off their own clock.
 */
export function signRequest(
  request: HttpRequest,
  keys: AccessKeyPair,
  time: number,
  projectId?: string,
): HttpRequest {
  const url = new URL(request.url);
  url.search = canonicalQuery(request.url.searchParams);
  const sdkDate = new Date(time).toISOString().replace(/[-:]|\.\d+/g, "");
  const added: Record<string, string> = { "X-Sdk-Date": sdkDate };
  if (projectId !== undefined) added["X-Project-Id"] = projectId;
  if (keys.securityToken !== undefined) added["X-Security-Token"] = keys.securityToken.reveal();
  const declared = Object.entries(request.headers).filter(([name]) => name.toLowerCase() === "content-type");
  const headers = { ...Object.fromEntries(declared), ...added, Host: url.host };
  const parts = { method: request.method, url, headers, body: request.body };
  const authorization = authorizationHeader(parts, sdkDate, keys);
  return { ...request, url, headers: { ...request.headers, ...added, Authorization: authorization } };
}
