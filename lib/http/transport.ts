import { request as send, type Dispatcher } from "undici";
import { WinpwError } from "../errors.ts";
import { version } from "../version.ts";
import { checkAddress, goesPastProxies, type AddressRules } from "./address-rules.ts";
import { ConnectionError, connectionError } from "./connection-error.ts";
import { openDispatchers, proxyRefusal } from "./dispatchers.ts";
import { requestIdOf, type HttpRequest, type HttpResponse } from "./message.ts";
import type { HttpProxy, ProxyRules } from "./proxy.ts";
import { describeRequest } from "./redact.ts";
import type { TlsOptions } from "./tls.ts";

/** Sends one request and reads its answer whole; no retry, no redirect. */
export interface Transport {
  /** Throws `RefusedError` for an address the rules forbid, `UsageError` for a proxy of no use; sends nothing. */
  check(url: URL): void;
  /**
   * Throws what {@link Transport.check} throws, {@link ConnectionError} when no complete answer came, and the
   * signal's own reason when it aborts.
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
  /** Host and port of the proxy that it went through. */
  readonly proxy: string | undefined;
  readonly milliseconds: number;
}

/** Settings of {@link createTransport}. */
export interface TransportOptions extends AddressRules, TlsOptions {
  /** Chooses the proxy of each URL, see `proxyFrom`; default: none. This machine is never asked through one. */
  readonly proxy?: ProxyRules | undefined;
  /** Limit of one attempt from connect to last byte, in milliseconds; default 30 000. */
  readonly attemptTimeoutMs?: number;
  /** Limit of an answer's body in bytes; default 16 MiB (a page of 1000 servers is about 4 MiB). */
  readonly maxBodyBytes?: number;
  /** Called after each attempt. */
  readonly onExchange?: (exchange: Exchange) => void;
}

const defaultAttemptTimeoutMs = 30_000;
const defaultMaxBodyBytes = 16 * 1024 * 1024;

/**
 * The transport over undici: https, or http to this machine; see {@link TransportOptions} for its limits.
 *
 * Throws `UsageError` for certificates that cannot be read. Nothing is loaded or opened for a proxy before a URL needs it.
 */
export function createTransport(options: TransportOptions = {}): Transport {
  const attemptTimeoutMs = options.attemptTimeoutMs ?? defaultAttemptTimeoutMs;
  const dispatchers = openDispatchers(options, attemptTimeoutMs);
  const wayTo = (url: URL): HttpProxy | undefined => {
    checkAddress(url, options);
    return goesPastProxies(url) ? undefined : options.proxy?.(url);
  };
  return {
    check: (url) => {
      wayTo(url);
    },
    send: async (request, signal) => {
      const proxy = wayTo(request.url);
      const way: Way = { dispatcher: dispatchers.of(request.method, proxy), proxy: proxy?.url.host };
      const started = performance.now();
      let response: HttpResponse | undefined;
      try {
        response = await exchange(way, request, { ...options, attemptTimeoutMs }, signal);
        return response;
      } finally {
        options.onExchange?.({
          request: describeRequest(request),
          status: response?.status,
          bytes: response?.body.byteLength,
          requestId: response === undefined ? undefined : requestIdOf(response),
          proxy: way.proxy,
          milliseconds: performance.now() - started,
        });
      }
    },
    close: async () => dispatchers.destroy(),
  };
}

/** How one request travels. */
interface Way {
  readonly dispatcher: Dispatcher;
  /** Host and port. */
  readonly proxy: string | undefined;
}

async function exchange(
  { dispatcher, proxy }: Way,
  request: HttpRequest,
  options: TransportOptions & { readonly attemptTimeoutMs: number },
  signal: AbortSignal | undefined,
): Promise<HttpResponse> {
  const limit = AbortSignal.timeout(options.attemptTimeoutMs);
  const { host, protocol } = request.url;
  try {
    const answer = await send(request.url, {
      dispatcher,
      method: request.method,
      headers: { "User-Agent": `winpw/${version}`, Accept: "application/json", ...request.headers },
      body: request.body ?? null,
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
    const body = await readBounded(answer.body, options.maxBodyBytes ?? defaultMaxBodyBytes, host);
    return { status: answer.statusCode, headers: firstValues(answer.headers), body };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof WinpwError) throw error;
    const through = proxy === undefined ? "" : ` through the proxy ${proxy}`;
    if (limit.aborted) throw new ConnectionError(`${host} did not answer in time${through}`, true);
    if (proxy === undefined || protocol === "https:") throw connectionError(error, host);
    // Plain http has no tunnel: the one that was talked to is the proxy, whose refusal undici makes an error.
    if (error instanceof Error && error.message.endsWith("(407)")) throw proxyRefusal(proxy, 407);
    throw connectionError(error, `the proxy ${proxy}`);
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
