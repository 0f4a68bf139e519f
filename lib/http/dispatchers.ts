import { lookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { Agent, buildConnector, Pool, ProxyAgent, type Dispatcher } from "undici";
import { ConnectionError, connectionError } from "./connection-error.ts";
import type { HttpMethod } from "./message.ts";
import type { HttpProxy } from "./proxy.ts";
import { tlsSettings, type TlsOptions, type TlsSettings } from "./tls.ts";

/** The connections of a transport, kept by the way they take. */
export interface Dispatchers {
  /** For a request of this method, straight or through a proxy. */
  of(method: HttpMethod, proxy: HttpProxy | undefined): Dispatcher;
  /** Ends all connections. */
  destroy(): Promise<void>;
}

/** Throws `UsageError` for certificates that cannot be read. `proxyTimeoutMs` limits the wait for a proxy's answer. */
export function openDispatchers(options: TlsOptions, proxyTimeoutMs: number): Dispatchers {
  const tls = tlsSettings(options);
  // By the proxy itself: two variables may name one host and different credentials.
  const readers = new Map<HttpProxy | undefined, Dispatcher>();
  const writers = new Map<HttpProxy | undefined, Dispatcher>();
  const open = (proxy: HttpProxy | undefined, kind: Pool.Options): Dispatcher =>
    proxy === undefined
      ? new Agent({ connect: { lookup: localhostWithoutDns, ...tls.service }, ...kind })
      : new ProxyAgent({
          uri: proxy.url.href,
          ...(proxy.authorization === undefined ? {} : { token: proxy.authorization.reveal() }),
          requestTls: tls.service,
          proxyTls: { lookup: localhostWithoutDns, ...tls.proxy },
          // Plain http is asked of the proxy itself; most proxies open no tunnel to port 80.
          proxyTunnel: false,
          clientFactory: (origin) =>
            new ProxyPool(origin, { connect: dialProxy(tls.proxy), headersTimeout: proxyTimeoutMs }),
          factory: (origin, pool) => new Pool(origin, Object.assign({}, pool, kind)),
          ...kind,
        });
  return {
    of: (method, proxy) => {
      // A server may close an idle connection unannounced. A GET can be sent again; for what changes something
      // a connection of its own is cheaper than wondering whether the request arrived.
      const [opened, kind] = method === "GET" ? [readers, { connections: 8 }] : [writers, { pipelining: 0 }];
      const dispatcher = opened.get(proxy) ?? open(proxy, kind);
      opened.set(proxy, dispatcher);
      return dispatcher;
    },
    destroy: async () => {
      await Promise.all(
        [...readers.values(), ...writers.values()].map(async (dispatcher) => dispatcher.destroy()),
      );
    },
  };
}

/** Node warns when an address is sent as a server's name (RFC 6066 section 3 forbids it), as ProxyAgent would. */
function dialProxy(tls: TlsSettings): buildConnector.connector {
  const dial = buildConnector({ lookup: localhostWithoutDns, ...tls });
  return (peer, done) => {
    const { servername: _, ...unnamed } = peer;
    dial(isIP(peer.hostname) === 0 ? peer : unnamed, done);
  };
}

/** What a proxy's own refusal means; `status` is its answer to CONNECT, or 407 to a plain request. */
export function proxyRefusal(proxy: string, status: number): ConnectionError {
  if (status === 407)
    return new ConnectionError(
      `the proxy ${proxy} wants credentials, or others (HTTP 407)`,
      false,
      "proxy-credentials",
    );
  // A gateway's trouble may pass; a rule does not.
  const transient = status === 502 || status === 503 || status === 504;
  return new ConnectionError(`the proxy ${proxy} opens no connection (HTTP ${status})`, transient, "proxy");
}

/** Connections to a proxy that say, when no tunnel comes of them, that it was the proxy's. */
class ProxyPool extends Pool {
  readonly #host: string;

  constructor(url: URL, options: Pool.Options) {
    super(url, options);
    this.#host = url.host;
  }

  override connect(options: TunnelOptions): Promise<Dispatcher.ConnectData>;
  override connect(options: TunnelOptions, callback: TunnelCallback): void;
  override connect(
    options: TunnelOptions,
    callback?: TunnelCallback,
  ): Promise<Dispatcher.ConnectData> | undefined {
    if (callback === undefined) return this.#tunnel(options);
    super.connect(options, callback);
    return undefined;
  }

  async #tunnel(options: TunnelOptions): Promise<Dispatcher.ConnectData> {
    let answer: Dispatcher.ConnectData;
    try {
      answer = await super.connect(options);
    } catch (error) {
      throw connectionError(error, `the proxy ${this.#host}`);
    }
    if (answer.statusCode === 200) return answer;
    answer.socket.on("error", () => undefined).destroy();
    throw proxyRefusal(this.#host, answer.statusCode);
  }
}

type TunnelOptions = Omit<Dispatcher.ConnectOptions, "origin">;
type TunnelCallback = (error: Error | null, data: Dispatcher.ConnectData) => void;

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
