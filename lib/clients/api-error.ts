import {
  AuthError,
  NotFoundError,
  NotOfferedError,
  RefusedError,
  UnavailableError,
  type WinpwError,
} from "../errors.ts";
import { jsonBody, requestIdOf, type HttpResponse } from "../http/message.ts";
import type { Operation } from "./operations.ts";

/** What a service says about a failed request. */
export interface ServiceFault {
  /** `Ecs.0114`, `APIGW.0301`, `itemNotFound`, …; a number for the identity service. */
  readonly code: string | undefined;
  /** Written by the service: untrusted text. */
  readonly message: string | undefined;
}

const messageLimit = 300; // characters; enough for every documented message
const depthLimit = 4; // objects within objects; every documented fault lies in the first or second

/**
 * Reads the error shapes of the three APIs, their gateway and the identity service.
 *
 * `{"error":{code,message}}`, `{"badRequest":{code,message}}` and Nova's other faults, `{error_code,error_msg}`,
 * `{errorCode,errorMsg}`, `{code,message}`; undefined fields for HTML, text and empty bodies.
 */
export function readServiceFault(response: HttpResponse): ServiceFault {
  return faultIn(jsonBody(response), undefined, 1) ?? { code: undefined, message: undefined };
}

function faultIn(value: unknown, name: string | undefined, depth: number): ServiceFault | undefined {
  if (!isRecord(value) || depth > depthLimit) return undefined;
  const code = value["error_code"] ?? value["errorCode"] ?? value["code"];
  const message = value["error_msg"] ?? value["errorMsg"] ?? value["message"];
  if (typeof code === "string" || typeof code === "number") {
    // Nova's own code only repeats the status; its name (itemNotFound, forbidden) says more.
    const told = typeof code === "number" && name !== undefined && name !== "error" ? name : String(code);
    return {
      code: told.slice(0, 64),
      message: typeof message === "string" ? message.slice(0, messageLimit) : undefined,
    };
  }
  for (const [key, inner] of Object.entries(value)) {
    const fault = faultIn(inner, key, depth + 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** True for an answer that says "not now" with a status that blames the request: bare metal's 400 with BMS.0212. */
export function isOverloaded(response: HttpResponse): boolean {
  return response.status === 400 && readServiceFault(response).code === "BMS.0212";
}

/** True for an answer to a request whose proof of identity is not taken: 401, or bare metal's codes for that. */
export function isUnrecognised(response: HttpResponse): boolean {
  return response.status === 401 || (response.status === 400 && codeIn(tokenRefused, response));
}

/** True for a 2xx answer that says "not now" in its body: ECS throttles with status 202 and Common.0024. */
export function isThrottledSuccess(response: HttpResponse): boolean {
  return response.status === 202 && readServiceFault(response).code !== undefined;
}

/**
 * The one error that a failed answer becomes.
 *
 * 401 and 403: `AuthError` with the operation's permission; 404: `NotFoundError`, or `NotOfferedError` when the gateway
 * does not offer the endpoint (0101); 408, 429, 5xx and throttling: `UnavailableError`; other refusals: `RefusedError`.
 * Bare metal's codes behind a 400 become what the status would that others give.
 */
export function apiError(
  operation: Operation,
  response: HttpResponse,
  host: string,
  secrets: readonly string[] = [],
): WinpwError {
  const { status } = response;
  const fault = readServiceFault(response);
  const requestId = requestIdOf(response) ?? bodyRequestId(response);
  const number = /\.(\d{4})$/.exec(fault.code ?? "")?.[1];
  const said = concealed(
    [fault.code, fault.message].filter((part) => part !== undefined).join(": "),
    secrets,
  );
  const answer = `${host} answered ${status}${said === "" ? "" : ` (${said})`}`;
  const gateway = /^APIGW?\./.test(fault.code ?? "");

  if (isUnrecognised(response)) return new AuthError(answer, 401, { requestId });
  if ((status === 403 && fault.code !== "Ecs.0003") || (status === 400 && codeIn(notAllowed, response)))
    return new AuthError(answer, 403, { requestId, action: operation.action });
  if (status === 403) return new AuthError(answer, 403, { requestId });
  if (status === 404 && gateway && number === "0101") {
    return new NotOfferedError(`${host} does not offer ${operation.method} ${operation.path}`, { requestId });
  }
  if (status === 404 || noSuchServer.has(fault.code ?? "")) return new NotFoundError(answer, { requestId });
  if (isOverloaded(response) || status === 202 || status === 408 || status === 429 || status >= 500) {
    return new UnavailableError(answer, { requestId, status });
  }
  if (status >= 300 && status < 400) {
    return new UnavailableError(`${host} answered ${status}, a redirect; it is not followed`, {
      requestId,
      status,
      retryable: false,
    });
  }
  return new RefusedError(answer, { requestId });
}

/** Some gateways quote the request in their messages; what proves who we are must not come back in an error. */
function concealed(text: string, secrets: readonly string[]): string {
  return secrets.reduce(
    (shown, secret) => (secret === "" ? shown : shown.replaceAll(secret, "[redacted]")),
    text,
  );
}

function codeIn(codes: ReadonlySet<string>, response: HttpResponse): boolean {
  return codes.has(readServiceFault(response).code ?? "");
}

// Bare metal answers 400 for most of what others have a status for: a token that it does not take, …
const tokenRefused: ReadonlySet<string> = new Set(["BMS.0032", "BMS.3011"]);
// … a missing right, of which some editions of its reference say 403 …
const notAllowed: ReadonlySet<string> = new Set(["BMS.0004", "BMS.0005", "BMS.0033", "BMS.0288"]);
// … and an unknown server; ECS has two more codes than its 404.
const noSuchServer: ReadonlySet<string> = new Set(["BMS.0040", "Ecs.0114", "Ecs.0614"]);

function bodyRequestId(response: HttpResponse): string | undefined {
  const body = jsonBody(response);
  const id = isRecord(body) ? body["request_id"] : undefined;
  return typeof id === "string" && /^[\w.:-]{1,128}$/.test(id) ? id : undefined;
}
