import { lookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { Agent, request as send } from "undici";
import { UnavailableError, WinpwError } from "../errors.ts";
import { version } from "../version.ts";
import { checkAddress, type AddressRules } from "./address-rules.ts";
import { requestIdOf, type HttpRequest, type HttpResponse } from "./message.ts";
import { describeRequest } from "./redact.ts";

/** Sends one request and reads its answer whole; no retry, no redirect. */
export interface Transport {
  /** Throws `RefusedError` for an address the rules forbid; sends nothing. */
  check(url: URL): void;
  /**
   * Throws `RefusedError` for an address the rules forbid, {@link ConnectionError} when no complete answer came,
   * and the signal's own reason when it aborts.
   */
  send(request: HttpRequest, signal?: AbortSignal): Promise<HttpResponse>;
  /** Ends idle connections. */
  close(): Promise<void>;
}

/** What an observer of the traffic is told; fit for a log: no body, no value of a secret header. */
export interface Exchange {
  /** Method and URL, then the headers and the size of the body, line by line. */
  readonly request: readonly string[];
  /** Undefined when no complete answer came. */
  readonly status: number | undefined;
  /** Of the answer's body. */
  readonly bytes: number | undefined;
  readonly requestId: string | undefined;
  readonly milliseconds: number;
}

/** Settings of {@link createTransport}. */
export interface TransportOptions extends AddressRules {
  /** Limit of one attempt from connect to last byte, in milliseconds; default 30 000. */
  readonly attemptTimeoutMs?: number;
  /** Limit of an answer's body in bytes; default 16 MiB (a page of 1000 servers is about 4 MiB). */
  readonly maxBodyBytes?: number;
  /** Called after each attempt. */
  readonly onExchange?: (exchange: Exchange) => void;
}

/** No complete answer came: refused, reset, timed out, cut short, name or certificate not good. */
export class ConnectionError extends UnavailableError {
  /** A new attempt may find it mended: a reset, a time-out, a busy resolver. */
  readonly transient: boolean;
  constructor(message: string, transient: boolean) {
    super(message);
    this.transient = transient;
  }
}

const defaultAttemptTimeoutMs = 30_000;
const defaultMaxBodyBytes = 16 * 1024 * 1024;

/** The transport over undici: https, or http to this machine; see {@link TransportOptions} for its limits. */
export function createTransport(options: TransportOptions = {}): Transport {
  const connect = { lookup: localhostWithoutDns };
  // A server may close an idle connection unannounced. A GET can be sent again; for what changes something
  // a connection of its own is cheaper than wondering whether the request arrived.
  const readers = new Agent({ connect, connections: 8 });
  const writers = new Agent({ connect, pipelining: 0 });
  return {
    check: (url) => checkAddress(url, options),
    send: async (request, signal) => {
      checkAddress(request.url, options);
      const started = performance.now();
      let response: HttpResponse | undefined;
      try {
        response = await exchange(request.method === "GET" ? readers : writers, request, options, signal);
        return response;
      } finally {
        options.onExchange?.({
          request: describeRequest(request),
          status: response?.status,
          bytes: response?.body.byteLength,
          requestId: response === undefined ? undefined : requestIdOf(response),
          milliseconds: performance.now() - started,
        });
      }
    },
    close: async () => {
      await Promise.all([readers.destroy(), writers.destroy()]);
    },
  };
}

async function exchange(
  dispatcher: Agent,
  request: HttpRequest,
  options: TransportOptions,
  signal: AbortSignal | undefined,
): Promise<HttpResponse> {
  const limit = AbortSignal.timeout(options.attemptTimeoutMs ?? defaultAttemptTimeoutMs);
  try {
    const answer = await send(request.url, {
      dispatcher,
      method: request.method,
      headers: { "User-Agent": `winpw/${version}`, Accept: "application/json", ...request.headers },
      body: request.body ?? null,
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
    const body = await readBounded(
      answer.body,
      options.maxBodyBytes ?? defaultMaxBodyBytes,
      request.url.host,
    );
    return { status: answer.statusCode, headers: firstValues(answer.headers), body };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof WinpwError) throw error;
    if (limit.aborted) throw new ConnectionError(`${request.url.host} did not answer in time`, true);
    throw connectionError(error, request.url.host);
  }
}

async function readBounded(
  body: AsyncIterable<Uint8Array>,
  limit: number,
  host: string,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > limit) throw new ConnectionError(`the answer of ${host} is larger than ${limit} bytes`, false);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function firstValues(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> {
  const first: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const text = Array.isArray(value) ? value[0] : value;
    if (text !== undefined) first[name.toLowerCase()] = text;
  }
  return first;
}

const transientCodes: Readonly<Record<string, string>> = {
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was closed",
  ETIMEDOUT: "the connection timed out",
  EAI_AGAIN: "the name could not be resolved for now",
  UND_ERR_SOCKET: "the connection was closed before the answer was complete",
  UND_ERR_CONNECT_TIMEOUT: "the connection timed out",
  UND_ERR_HEADERS_TIMEOUT: "no answer came in time",
  UND_ERR_BODY_TIMEOUT: "the answer stopped half-way",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "the answer is shorter than it says",
};
const lastingCodes: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  ENOTFOUND: "the name is not known to DNS",
  EHOSTUNREACH: "the host is not reachable",
  ENETUNREACH: "the network is not reachable",
};

function connectionError(error: unknown, host: string): ConnectionError {
  const code = codeOf(error);
  const transient = transientCodes[code];
  if (transient !== undefined) return new ConnectionError(`${host}: ${transient}`, true);
  // What is left is mostly TLS, whose codes name the fault (CERT_HAS_EXPIRED, DEPTH_ZERO_SELF_SIGNED_CERT, …).
  return new ConnectionError(`${host}: ${lastingCodes[code] ?? `no connection (${code})`}`, false);
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return "unknown cause";
}

// `localhost` must mean this machine whatever a resolver says, since plain http is allowed to it.
const localhostWithoutDns: LookupFunction = (hostname, lookupOptions, callback) => {
  if (hostname !== "localhost") {
    lookup(hostname, lookupOptions, callback);
    return;
  }
  if (lookupOptions.all === true) {
    callback(null, [
      { address: "127.0.0.1", family: 4 },
      { address: "::1", family: 6 },
    ]);
  } else callback(null, "127.0.0.1", 4);
};
