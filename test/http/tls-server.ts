import type { RequestListener } from "node:http";
import { createServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** A server on https; it ends with the test. */
export async function tlsServer(
  options: ServerOptions,
  listener: RequestListener = (_, response) => response.end("{}"),
): Promise<{ readonly port: number; readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const server = createServer(options, (request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.host}`);
    listener(request, response);
  });
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { port, asked };
}
