import { createHmac } from "node:crypto";
import { request as httpRequest } from "node:http";

/** Who asks: users of one cloud with a password each; watcher reads demo's project, stranger is in another. */
type Asker = "demo" | "watcher" | "stranger" | "admin";

/** A request with placeholders, `{project}` and the like, so that it can be put to any cloud. */
export interface ExchangeRequest {
  readonly method: string;
  readonly service: "keystone" | "nova" | "metadata";
  /** Below the service's root. */
  readonly path: string;
  /** Whose token to send; `nonsense` is no token at all. */
  readonly as?: Asker | "nonsense";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object | string;
  /** Only the recorder waits: the real metadata service keeps what it knows for 15 seconds. */
  readonly afterMs?: number;
}

/** What came back, with all that differs from run to run replaced. */
export interface ExchangeResponse {
  readonly status: number;
  readonly contentType: string | null;
  /** Names in lower case, sorted; those of the connection left out. */
  readonly headerNames: readonly string[];
  readonly body: unknown;
}

export interface Exchange {
  readonly name: string;
  readonly request: ExchangeRequest;
  /** Why the sentence of the error may differ from the real one's; its shape never does. */
  readonly ownWords?: string;
  readonly response: ExchangeResponse;
}

/** A cloud that exchanges can be put to. */
export interface Cloud {
  readonly roots: Readonly<Record<ExchangeRequest["service"], string>>;
  readonly passwords: Readonly<Record<Asker, string>>;
  /** Signs the metadata proxy's header, where the service checks it. */
  readonly metadataSecret: string;
  /** What the placeholders stand for; {@link loginAll} adds the tokens and `project`. */
  readonly values: Map<string, string>;
}

/** Logs everybody in: their tokens and demo's project become values. */
export async function loginAll(cloud: Cloud): Promise<void> {
  for (const name of ["demo", "watcher", "stranger", "admin"] as const) await login(cloud, name);
}

async function login(cloud: Cloud, name: Asker): Promise<void> {
  const project = { demo: "demo", watcher: "demo", stranger: "other", admin: "admin" }[name];
  const domain = { id: "default" };
  const user = { name, domain, password: cloud.passwords[name] };
  const identity = { methods: ["password"], password: { user } };
  const auth = { identity, scope: { project: { name: project, domain } } };
  const url = `${cloud.roots.keystone}/v3/auth/tokens`;
  const answer = await send(url, "POST", { "Content-Type": "application/json" }, JSON.stringify({ auth }));
  const token = answer.headers.get("x-subject-token");
  if (token === undefined) throw new Error(`login as ${name}: ${answer.status} ${answer.body}`);
  const body = JSON.parse(answer.body) as { token: { project: { id: string } } };
  cloud.values.set(`${name}Token`, token);
  if (name === "demo") cloud.values.set("project", body.token.project.id);
}

/** Puts a request to a cloud, after {@link loginAll}. */
export async function perform(request: ExchangeRequest, cloud: Cloud): Promise<ExchangeResponse> {
  const headers: Record<string, string> = { ...request.headers };
  if (request.as !== undefined)
    headers["X-Auth-Token"] = request.as === "nonsense" ? "nonsense" : `{${request.as}Token}`;
  if (typeof request.body === "object") headers["Content-Type"] ??= "application/json";
  const fill = (text: string): string =>
    text.replace(/\{(\w+)\}/g, (all, name: string) => cloud.values.get(name) ?? all);
  for (const [name, value] of Object.entries(headers)) headers[name] = fill(value);
  const instance = headers["X-Instance-ID"];
  if (instance !== undefined) {
    headers["X-Instance-ID-Signature"] = createHmac("sha256", cloud.metadataSecret)
      .update(instance)
      .digest("hex");
    headers["X-Tenant-ID"] = cloud.values.get("project") ?? "";
    headers["X-Forwarded-For"] = "10.0.0.9";
  }
  const body = typeof request.body === "object" ? JSON.stringify(request.body) : request.body;
  const url = cloud.roots[request.service] + fill(request.path);
  const answer = await send(url, request.method, headers, body === undefined ? undefined : fill(body));
  return {
    status: answer.status,
    contentType: answer.headers.get("content-type") ?? null,
    headerNames: [...answer.headers.keys()].filter((name) => !ofTheConnection.has(name)).sort(),
    body: replaceVariable(answer.body, answer.headers.get("content-type") ?? "", cloud),
  };
}

const ofTheConnection = new Set([
  "connection",
  "keep-alive",
  "content-length",
  "transfer-encoding",
  "date",
  "server",
]);

interface Answer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** One request on a connection of its own, with nothing that fetch would add. */
async function send(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body: string | undefined,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = httpRequest(url, { method, headers, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("end", () => {
        const entries = Object.entries(response.headers).map(([name, value]): [string, string] => [
          name,
          String(value),
        ]);
        resolve({
          status: response.statusCode ?? 0,
          headers: new Map(entries),
          body: Buffer.concat(pieces).toString(),
        });
      });
      response.on("error", reject);
    });
    call.on("error", reject);
    call.end(body);
  });
}

/** Ids, times, addresses and tokens become placeholders; JSON is parsed. */
function replaceVariable(text: string, contentType: string, cloud: Cloud): unknown {
  let plain = text;
  for (const [name, value] of cloud.values) plain = plain.replaceAll(value, `{${name}}`);
  plain = plain
    .replace(/http:\/\/127\.0\.0\.1:\d+/g, "{root}")
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?/g, "{time}")
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "{uuid}")
    .replace(/[0-9a-f]{56}/g, "{hash}")
    .replace(/\b[0-9a-f]{32}\b/g, "{id}")
    .replace(/[A-Za-z0-9+/]{300,}={0,2}/g, "{base64}")
    .replace(/"audit_ids": ?\[[^\]]*\]/g, '"audit_ids": ["{audit}"]')
    .replace(/\b[0-9a-f]{2}(:[0-9a-f]{2}){15}\b/g, "{fingerprint}");
  return contentType.startsWith("application/json") && plain !== "" ? (JSON.parse(plain) as unknown) : plain;
}
