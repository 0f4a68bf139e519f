import { json, type Answer } from "../answer.ts";
import type { Server } from "../state.ts";
import type { GatewayCall, GatewayService } from "./gateway-service.ts";
import { matchesFilters, numberedPage } from "./numbered-pages.ts";
import { bmsListedServer, bmsServer } from "./server-views.ts";

/** Huawei Cloud's bare metal API, `/v1/{project_id}/baremetalservers/…`. */
export const bms: GatewayService = {
  operations: new Map([
    ["GET (list)", { action: "bms:servers:list", role: "reader", run: list }],
    ["GET (show)", { action: "bms:servers:get", role: "reader", run: show }],
    ["GET os-server-password", { action: "bms:servers:get", role: "reader", run: getPassword }],
    [
      "DELETE os-server-password",
      { action: "bms:servers:deletePassword", role: "member", run: clearPassword },
    ],
  ]),
  otherProject: () => fault(400, "BMS.0032", "Token check fail."),
  forbidden: (action) => fault(403, "BMS.0288", `Policy doesn't allow ${action} to be performed.`),
};

function fault(status: number, code: string, message: string): Answer {
  return json(status, { error: { code, message } });
}

/** The bare metal servers of the token's own project. */
function serversOf({ world, caller }: GatewayCall): Server[] {
  return world.state.servers.filter((one) => one.kind === "bms" && one.project === caller.project);
}

/** A server that is not there is a 400 here, not a 404. */
function withServer(work: GatewayCall, then: (server: Server) => Answer): Answer {
  const server = serversOf(work).find((one) => one.id === work.id);
  return server === undefined
    ? fault(400, "BMS.0040", `The server ${work.id} does not exist.`)
    : then(server);
}

function getPassword(work: GatewayCall): Answer {
  return withServer(work, (server) => ({
    ...json(200, { password: server.ciphertext }),
    passwordOf: server,
  }));
}

/** Accepted, and done after a while; a second DELETE meanwhile does not put it off. */
function clearPassword(work: GatewayCall): Answer {
  return withServer(work, (server) => {
    if (!work.call.ignore) server.clearedAt ??= work.world.clock.now() + server.clearDelayMs;
    return { status: 202, headers: {}, body: "" };
  });
}

function show(work: GatewayCall): Answer {
  return withServer(work, (server) => json(200, { server: bmsServer(server) }));
}

/** `count` is never more than `limit`, so it does not tell whether there is another page. */
function list(work: GatewayCall): Answer {
  const { query } = work.call;
  const page = numberedPage(query);
  if (page === undefined) return fault(400, "BMS.0022", "Request parameter is invalid.");
  const matching = serversOf(work).filter((one) => matchesFilters(one, query));
  return json(200, {
    count: Math.min(matching.length, page.limit),
    servers: page.of(matching).map(bmsListedServer),
  });
}
