import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A server for what no decent service does; it ends with the test. */
export interface RawServer {
  readonly url: string;
  readonly port: number;
  readonly connections: () => number;
}

/** Speaks whatever `serve` writes. */
export async function rawServer(serve: (socket: Socket) => void): Promise<RawServer> {
  const open = new Set<Socket>();
  let connections = 0;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    connections += 1;
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    socket.on("error", () => undefined);
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, connections: () => connections };
}

/** A plain HTTP server with a listener of the test's own. */
export async function httpServer(listener: RequestListener): Promise<RawServer> {
  let connections = 0;
  const server = createHttpServer(listener);
  server.on("connection", () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, connections: () => connections };
}

/** Calls `answer` with each whole request head on a connection; bodies are not expected. */
export function onRequestHead(socket: Socket, answer: (head: string) => void): void {
  let text = "";
  socket.on("data", (piece: Buffer) => {
    text += piece.toString("latin1");
    for (let end = text.indexOf("\r\n\r\n"); end >= 0; end = text.indexOf("\r\n\r\n")) {
      const head = text.slice(0, end);
      text = text.slice(end + 4);
      answer(head);
    }
  });
}
