import { json, type Answer } from "../answer.ts";
import type { Server } from "../state.ts";
import type { GatewayCall, GatewayService } from "./gateway-service.ts";
import { hasTag, listed, matchesFilters, numberedPage } from "./numbered-pages.ts";
import { ecsServer } from "./server-views.ts";

/** Huawei Cloud's ECS API, `/v1/{project_id}/cloudservers/…`. */
export const ecs: GatewayService = {
  operations: new Map([
    ["GET (list)", { action: "ecs:cloudServers:list", role: "reader", run: list }],
    ["GET (show)", { action: "ecs:cloudServers:get", role: "reader", run: show }],
    ["GET os-server-password", { action: "ecs:cloudServers:get", role: "reader", run: getPassword }],
    [
      "DELETE os-server-password",
      { action: "ecs:cloudServers:deletePassword", role: "member", run: clearPassword },
    ],
  ]),
  otherProject: () => fault(400, "Ecs.0023", "The tenant ID in the URL is different from that in the token."),
  forbidden: (action, requestId) =>
    json(403, {
      error_msg: `Policy doesn't allow ${action} to be performed.`,
      error_code: "Pdp.0001",
      request_id: requestId,
    }),
};

function fault(status: number, code: string, message: string): Answer {
  return json(status, { error: { code, message } });
}

/** The virtual servers of the token's own project: to ECS, others do not exist. */
function serversOf({ world, caller }: GatewayCall): Server[] {
  return world.state.servers.filter((one) => one.kind === "ecs" && one.project === caller.project);
}

function withServer(work: GatewayCall, then: (server: Server) => Answer): Answer {
  const server = serversOf(work).find((one) => one.id === work.id);
  return server === undefined
    ? fault(404, "Ecs.0114", `Instance[${work.id}] could not be found.`)
    : then(server);
}

function getPassword(work: GatewayCall): Answer {
  return withServer(work, (server) => ({
    ...json(200, { password: server.ciphertext }),
    passwordOf: server,
  }));
}

function clearPassword(work: GatewayCall): Answer {
  return withServer(work, (server) => {
    if (!work.call.ignore) server.ciphertext = "";
    return { status: 204, headers: {}, body: "" };
  });
}

function show(work: GatewayCall): Answer {
  return withServer(work, (server) => json(200, { server: ecsServer(server) }));
}

/** `count` is the number of all that match. */
function list(work: GatewayCall): Answer {
  const { query } = work.call;
  const page = numberedPage(query);
  if (page === undefined) return fault(400, "Ecs.0005", "Invalid parameter: limit or offset");
  const matching = serversOf(work).filter((one) => matches(one, query));
  return json(200, { count: matching.length, servers: page.of(matching).map(ecsServer) });
}

/** The filters of ListServersDetails; `server_id` overrides all others, and comes repeated or with commas. */
function matches(server: Server, query: URLSearchParams): boolean {
  const ids = query.getAll("server_id").flatMap((text) => text.split(","));
  if (ids.length > 0) return ids.includes(server.id);
  return matchesFilters(server, query) && !listed(query, "not-tags").some((tag) => hasTag(server, tag));
}
