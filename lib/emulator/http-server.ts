import type { IncomingMessage, ServerResponse } from "node:http";
import { claimsSignature, verifySignature } from "./access-keys.ts";
import type { Answer } from "./answer.ts";
import type { Call, World } from "./call.ts";
import { finishClears } from "./deferred-clear.ts";
import { Faults, substitute, tamper } from "./faults.ts";
import { header, readBody, readCall } from "./read-call.ts";
import { gateway } from "./routes/gateway.ts";
import { keystone } from "./routes/keystone.ts";
import { metadata } from "./routes/metadata.ts";
import { nova } from "./routes/nova.ts";
import type { SeedFault } from "./seed.ts";
import { send, sendPart } from "./send-answer.ts";
import { webobPage } from "./webob-page.ts";

/** One request, as the log tells it; never a body, never a header. */
export interface LogEntry {
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** null when the connection was dropped without an answer. */
  readonly status: number | null;
  /** Whom the token, the signature, or the login belongs to; null for guests and strangers. */
  readonly user: string | null;
}

export interface HandlerOptions {
  readonly world: World;
  readonly faults: readonly SeedFault[];
  readonly log: ((line: string) => void) | undefined;
  /** Aborts at close. */
  readonly signal: AbortSignal;
}

/** Makes the one function that answers every request. The log's line is written before the answer is sent. */
export function createHandler(
  options: HandlerOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  const { world, log, signal } = options;
  const faults = new Faults(options.faults);
  const { port } = new URL(world.url);
  const ownHosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);

  const write = (request: IncomingMessage, status: number | null, user: string | undefined): void => {
    const entry: LogEntry = {
      time: new Date(world.clock.now()).toISOString(),
      method: request.method ?? "",
      path: request.url ?? "",
      status,
      user: user ?? null,
    };
    log?.(JSON.stringify(entry));
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // The same clock that judges signatures; a fault's own Date header replaces it.
    response.setHeader("Date", new Date(world.clock.now()).toUTCString());
    const body = await readBody(request);
    const refusal = refuse(request, body, ownHosts);
    if (refusal !== undefined || body === undefined) {
      write(request, refusal?.status ?? null, undefined);
      if (refusal !== undefined) send(response, refusal);
      return;
    }
    const [path = "/"] = (request.url ?? "/").split("?");
    const fault = faults.next(request.method ?? "", path);
    if (fault?.delayMs !== undefined) await world.clock.sleep(fault.delayMs, signal);
    const token = world.tokens.find(header(request, "x-auth-token"));
    if (fault?.reset === true) {
      write(request, null, token?.user.name);
      request.socket.resetAndDestroy();
      return;
    }
    const answer = answerTo(readCall(request, path, body, fault?.ignore === true), fault, world);
    const user = token?.user.name ?? answer.user;
    if (fault?.resetAfter === true) {
      write(request, null, user);
      request.socket.resetAndDestroy();
      return;
    }
    write(request, answer.status, user);
    if (fault?.cut === undefined) send(response, answer);
    else sendPart(response, answer, fault.cut);
  };

  return (request, response) => {
    serve(request, response).catch(() => {
      // Closing, a client that hung up, or a log that cannot be written: nobody is left to tell.
      request.socket.destroy();
    });
  };
}

/** The real answer, or what a fault makes of it; a fault that cannot be acted out says so in a 500. */
function answerTo(call: Call | undefined, fault: SeedFault | undefined, world: World): Answer {
  if (call === undefined) return badPath();
  if (fault === undefined) return route(call, world);
  try {
    return substitute(fault) ?? tamper(fault, route(call, world));
  } catch (error) {
    const reason = error instanceof Error ? error.message : "unknown";
    return webobPage(
      call.header("accept"),
      500,
      "Internal Server Error",
      `The fault cannot be acted out: ${reason}`,
    );
  }
}

/** A signed call passes the API gateway first, which plain Nova does not have. */
function route(call: Call, world: World): Answer {
  finishClears(world.state.servers, world.clock.now());
  if (!(world.state.offersEcs || world.state.offersBms) || !claimsSignature(call))
    return service(call, world);
  const signer = verifySignature(call, world);
  if ("status" in signer) return signer;
  return { ...service({ ...call, signer }, world), user: signer.user.name };
}

/** The first part of the path decides which service answers; what no service knows is the API gateway's to refuse. */
function service(call: Call, world: World): Answer {
  switch (call.segments[0] ?? "") {
    case "":
    case "v3":
      return keystone(call, world);
    case "v2.1":
      return nova(call, world);
    case "openstack":
      return metadata(call, world);
    default:
      return world.state.offersEcs || world.state.offersBms
        ? gateway(call, world)
        : webobPage(call.header("accept"), 404, "Not Found", "The resource could not be found.");
  }
}

/** A name that a hostile page may have pointed at 127.0.0.1 is no way in; nor is a body without end. */
function refuse(
  request: IncomingMessage,
  body: Uint8Array | undefined,
  ownHosts: ReadonlySet<string>,
): Answer | undefined {
  const { accept } = request.headers;
  if (!ownHosts.has((request.headers.host ?? "").toLowerCase())) {
    return webobPage(accept, 421, "Misdirected Request", "This emulator answers to its own address only.", {
      Connection: "close",
    });
  }
  if (body === undefined) {
    return webobPage(accept, 413, "Request Entity Too Large", "The body is larger than 64 KiB.", {
      Connection: "close",
    });
  }
  return undefined;
}

function badPath(): Answer {
  return webobPage(undefined, 400, "Bad Request", "The path is not valid percent-encoding.");
}
