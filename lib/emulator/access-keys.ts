import { createHash, createHmac } from "node:crypto";
import { json, type Answer } from "./answer.ts";
import type { Call, World } from "./call.ts";
import { impliedRoles, type Caller } from "./state.ts";

const scheme = "SDK-HMAC-SHA256";
const farthestMs = 15 * 60_000;

/** True when a call claims to carry a signature, good or bad. */
export function claimsSignature(call: Call): boolean {
  return call.header("authorization")?.startsWith(scheme) === true;
}

/**
 * Whoever signed this call, or the API gateway's refusal.
 *
 * The project is what X-Project-Id says, else the one in the path, else the user's own; it is undefined where the user has
 * no role in it.
 */
export function verifySignature(call: Call, world: World): Caller | Answer {
  const now = world.clock.now();
  const claim = readClaim(call.header("authorization") ?? "");
  if (claim === undefined)
    return refusal(
      world,
      "0301",
      "Incorrect IAM authentication information: authorization header is malformed",
    );
  const key = world.state.accessKeys.find((one) => one.accessKey === claim.accessKey);
  if (key === undefined)
    return refusal(world, "0301", "Incorrect IAM authentication information: AK does not exist");
  if (world.locks.isLocked(key, now)) {
    return refusal(
      world,
      "0301",
      "Incorrect IAM authentication information: AK access failed to reach the limit,forbidden",
    );
  }
  const date = call.header("x-sdk-date") ?? "";
  const signedAt = instantOf(date);
  if (signedAt === undefined || !claim.signedHeaders.includes("x-sdk-date")) {
    return refusal(
      world,
      "0301",
      "Incorrect IAM authentication information: x-sdk-date is missing, malformed or not signed",
    );
  }
  if (Math.abs(now - signedAt) > farthestMs)
    return refusal(world, "0303", "Incorrect app authentication information: signature expired");
  const text = [scheme, date, sha256(canonical(call, claim.signedHeaders))].join("\n");
  const right =
    createHmac("sha256", key.secretKey).update(text).digest("hex") === claim.signature &&
    call.header("x-security-token") === key.securityToken;
  if (!right) {
    world.locks.failed(key, now);
    return refusal(world, "0301", "Incorrect IAM authentication information: verify aksk signature fail");
  }
  world.locks.succeeded(key);
  const wanted = call.header("x-project-id") ?? projectInPath(call) ?? key.user.defaultProject?.id ?? "";
  const role = key.user.roles.get(wanted);
  return {
    user: key.user,
    project: role === undefined ? undefined : world.state.projects.find((one) => one.id === wanted),
    roles: role === undefined ? [] : impliedRoles[role],
  };
}

interface Claim {
  readonly accessKey: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

function readClaim(authorization: string): Claim | undefined {
  const found = /^SDK-HMAC-SHA256 Access=([^,\s]+), SignedHeaders=([^,\s]+), Signature=([\da-f]{64})$/.exec(
    authorization,
  );
  const [, accessKey, names, signature] = found ?? [];
  if (accessKey === undefined || names === undefined || signature === undefined) return undefined;
  return { accessKey, signedHeaders: names.split(";"), signature };
}

/** Six parts, one below the other: method, path, query, headers, their names, the body's digest. */
function canonical(call: Call, names: readonly string[]): string {
  const path = call.segments.map(percentEncoded).join("/");
  const lines = [
    call.method,
    `/${path}${path === "" || path.endsWith("/") ? "" : "/"}`,
    canonicalQuery(call.query),
  ];
  for (const name of names) lines.push(`${name}:${(call.header(name) ?? "").trim()}`);
  lines.push("", names.join(";"), call.header("x-sdk-content-sha256") ?? sha256(call.body));
  return lines.join("\n");
}

function canonicalQuery(query: URLSearchParams): string {
  const names = [...new Set(query.keys())].sort();
  const pairs = names.flatMap((name) =>
    query
      .getAll(name)
      .sort()
      .map((value) => [name, value]),
  );
  return pairs.map((pair) => pair.map((text) => percentEncoded(text ?? "")).join("=")).join("&");
}

/** Byte by byte: unreserved characters (RFC 3986 section 2.3) stand for themselves, every other byte is %XX. */
function percentEncoded(text: string): string {
  let encoded = "";
  for (const byte of Buffer.from(text, "utf8")) {
    const character = String.fromCharCode(byte);
    encoded += /[\w.~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded;
}

function instantOf(date: string): number | undefined {
  const parts = /^(....)(..)(..)T(..)(..)(..)Z$/.exec(date)?.slice(1).map(Number);
  const [year = NaN, month = NaN, day = NaN, hour = NaN, minute = NaN, second = NaN] = parts ?? [];
  const instant = Date.UTC(year, month - 1, day, hour, minute, second);
  return Number.isNaN(instant) ? undefined : instant;
}

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

function projectInPath(call: Call): string | undefined {
  const [version, project = ""] = call.segments;
  return version === "v1" || (version === "v2.1" && /^[\da-f-]+$/.test(project)) ? project : undefined;
}

function refusal(world: World, number: string, message: string): Answer {
  const id = Buffer.from(world.randomness(16)).toString("hex");
  return json(
    401,
    { error_msg: message, error_code: `APIGW.${number}`, request_id: id },
    { "X-Request-Id": id },
  );
}
