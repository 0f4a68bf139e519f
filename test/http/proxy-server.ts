import { createServer, request as ask, type IncomingMessage, type Server } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import { connect, type AddressInfo, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { onTestFinished } from "vitest";

/** A proxy that takes every name for one port of this machine, and keeps what it was told. */
export interface TestProxy {
  readonly port: number;
  readonly url: string;
  /** Request line and headers of each CONNECT and each plain request, as they came. */
  readonly heads: readonly string[];
  /** Of each tunnel: whether a client certificate was shown for it. */
  readonly clients: readonly boolean[];
  readonly connections: () => number;
}

export interface ProxyBehaviour {
  /** Where all names lead. */
  readonly port: number;
  /** Answers with this status, the first `refusals` times (default: always). */
  readonly refuse?: number;
  readonly refusals?: number;
  /** `USER:PASSWORD` without which it answers 407. */
  readonly credentials?: string;
  /** Speaks TLS itself. */
  readonly tls?: ServerOptions;
  /** Takes the CONNECT and never answers. */
  readonly silent?: boolean;
}

/** Starts a proxy for CONNECT and for plain http; it ends with the test. */
export async function startProxy(behaviour: ProxyBehaviour): Promise<TestProxy> {
  const heads: string[] = [];
  const clients: boolean[] = [];
  const open = new Set<Socket>();
  let connections = 0;
  let refusals = behaviour.refusals ?? Number.POSITIVE_INFINITY;
  const refusal = (request: IncomingMessage): number | undefined => {
    const { credentials } = behaviour;
    const wanted =
      credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString("base64")}`;
    if (wanted !== undefined && request.headers["proxy-authorization"] !== wanted) return 407;
    refusals -= 1;
    return refusals >= 0 ? behaviour.refuse : undefined;
  };
  const server: Server = behaviour.tls === undefined ? createServer() : createTlsServer(behaviour.tls);
  server.on("connection", (socket: Socket) => {
    connections += 1;
    open.add(socket);
    socket.on("close", () => open.delete(socket));
  });
  server.on("connect", (request: IncomingMessage, client: Socket, first: Buffer) => {
    heads.push(headOf(request));
    clients.push(client instanceof TLSSocket && Object.keys(client.getPeerCertificate()).includes("subject"));
    client.on("error", () => undefined);
    if (behaviour.silent === true) return;
    const status = refusal(request);
    if (status !== undefined) {
      client.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const target = connect(behaviour.port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      target.write(first);
      target.pipe(client).pipe(target);
    });
    open.add(target);
    target.on("error", () => client.destroy());
  });
  server.on("request", (request: IncomingMessage, response) => {
    heads.push(headOf(request));
    const status = refusal(request);
    if (status !== undefined) {
      response.writeHead(status).end("no");
      return;
    }
    const { pathname, search } = new URL(request.url ?? "");
    const { "proxy-authorization": _, ...headers } = request.headers;
    const options = { port: behaviour.port, method: request.method, path: pathname + search, headers };
    const onward = ask(options, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.writeHead(502).end());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  const scheme = behaviour.tls === undefined ? "http" : "https";
  return { port, url: `${scheme}://127.0.0.1:${port}`, heads, clients, connections: () => connections };
}

function headOf({ method, url, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url}`];
  for (let at = 0; at < rawHeaders.length; at += 2) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  return lines.join("\n");
}
