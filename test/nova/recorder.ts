import { once } from "node:events";
import { type IncomingMessage, type ServerResponse, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { nova } from "./service.ts";

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

export interface Recorder {
  /** To be used for OS_AUTH_URL; the catalog then leads back here for Nova as well. */
  readonly authUrl: string;
  readonly requests: RecordedRequest[];
  close(): void;
}

/**
 * A proxy in front of Keystone and Nova that remembers each request. The services' answers pass unchanged but
 * for Nova's address in them, so that a client that follows the catalog stays in sight.
 */
export async function startRecorder(): Promise<Recorder> {
  const { env } = nova();
  const keystone = new URL(env["OS_AUTH_URL"] ?? "").origin;
  const compute = new URL(env["NOVA_URL"] ?? "").origin;
  const requests: RecordedRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? "";
    const base = path.startsWith("/v3") ? keystone : compute;
    const headers = { ...incoming.headers, "accept-encoding": "identity" };
    const onward = request(`${base}${path}`, { method: incoming.method, headers, agent: false });
    onward.on("response", (answer) => {
      requests.push({ method: incoming.method ?? "", path, status: answer.statusCode ?? 0 });
      void passBack(answer, outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  });
  const passBack = async (answer: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString("utf8").replaceAll(compute, origin);
    const headers = { ...answer.headers };
    delete headers["transfer-encoding"];
    if (answer.statusCode !== 204) headers["content-length"] = String(Buffer.byteLength(body));
    outgoing.writeHead(answer.statusCode ?? 502, headers).end(body);
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    authUrl: `${origin}/v3`,
    requests,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
