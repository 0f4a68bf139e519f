import { request as ask } from "node:http";
import type { ServerOptions } from "node:https";
import { tlsServer } from "../http/tls-server.ts";
import type { EmulatedCloud } from "./emulated-cloud.ts";

/** The host of every address that {@link tlsFront} shows. */
export const cloudHost = "api.cloud.example";

/** An emulated cloud as it is met from outside: on https, under a name that only a proxy can lead to. */
export async function tlsFront(
  cloud: EmulatedCloud,
  certificate: ServerOptions,
): Promise<{
  readonly port: number;
  readonly asked: readonly string[];
  readonly env: Record<string, string>;
}> {
  const front = await tlsServer(certificate, (incoming, response) => {
    const { hostname, port, host } = new URL(cloud.url);
    const headers = { ...incoming.headers, host };
    const path = incoming.url ?? "/";
    const onward = ask({ hostname, port, path, method: incoming.method, headers }, (answer) => {
      const pieces: Buffer[] = [];
      answer.on("data", (piece: Buffer) => pieces.push(piece));
      answer.on("end", () => {
        // The catalog names the addresses that are asked next.
        const body = Buffer.concat(pieces).toString("utf8").replaceAll(cloud.url, `https://${cloudHost}`);
        const { "content-length": _, "transfer-encoding": __, ...rest } = answer.headers;
        response.writeHead(answer.statusCode ?? 500, rest).end(body);
      });
    });
    incoming.pipe(onward);
  });
  const env = { ...cloud.env, OS_AUTH_URL: `https://${cloudHost}/v3`, WINPW_LOOPBACK_ONLY: "" };
  return { ...front, env };
}
