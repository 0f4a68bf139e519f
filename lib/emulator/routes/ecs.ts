import { json, type Answer } from "../answer.ts";
import type { Call, World } from "../call.ts";
import type { Server } from "../state.ts";
import type { Token } from "../tokens.ts";
import { ecsServer } from "./server-views.ts";

/** Huawei Cloud's ECS API, `/v1/{project_id}/cloudservers/…`, and the API gateway in front of it. */
export function ecs(call: Call, world: World): Answer {
  const requestId = Buffer.from(world.randomness(16)).toString("hex");
  const answer = route(call, world, requestId);
  return { ...answer, headers: { ...answer.headers, "X-Request-Id": requestId } };
}

/** The most that one page of cloudservers/detail may hold, and what it holds unasked. */
const pageSizes = { most: 1000, usual: 25 };

function route(call: Call, world: World, requestId: string): Answer {
  const [version, projectId, collection, id, sub, ...rest] = call.segments;
  const handler =
    version === "v1" && collection === "cloudservers" && id !== undefined && id !== "" && rest.length === 0
      ? operation(call.method, id, sub)
      : undefined;
  const gateway = (status: number, code: string, message: string): Answer =>
    json(status, { error_msg: message, error_code: code, request_id: requestId });
  if (handler === undefined || !world.state.offersEcs) {
    return gateway(404, "APIGW.0101", "The API does not exist or has not been published in the environment");
  }
  const text = call.header("x-auth-token");
  if (text === undefined) {
    return gateway(401, "APIGW.0301", "Incorrect IAM authentication information: x-auth-token not found");
  }
  if (world.tokens.isExpired(text)) return gateway(401, "APIGW.0307", "The token must be updated");
  const token = world.tokens.find(text);
  if (token === undefined) {
    return gateway(401, "APIGW.0301", "Incorrect IAM authentication information: decrypt token fail");
  }
  if (token.project?.id !== projectId) {
    return fault(400, "Ecs.0023", "The tenant ID in the URL is different from that in the token.");
  }
  if (!token.roles.includes(handler.role)) {
    return gateway(403, "Pdp.0001", `Policy doesn't allow ${handler.action} to be performed.`);
  }
  return handler.run({ call, world, token, id: id ?? "" });
}

interface Work {
  readonly call: Call;
  readonly world: World;
  readonly token: Token;
  readonly id: string;
}

interface Operation {
  readonly action: string;
  readonly role: "reader" | "member";
  readonly run: (work: Work) => Answer;
}

function operation(method: string, id: string, sub: string | undefined): Operation | undefined {
  const key = `${method} ${sub ?? (id === "detail" ? "(list)" : "(show)")}`;
  return new Map<string, Operation>([
    ["GET (list)", { action: "ecs:cloudServers:list", role: "reader", run: list }],
    ["GET (show)", { action: "ecs:cloudServers:get", role: "reader", run: show }],
    ["GET os-server-password", { action: "ecs:cloudServers:get", role: "reader", run: getPassword }],
    [
      "DELETE os-server-password",
      { action: "ecs:cloudServers:deletePassword", role: "member", run: clearPassword },
    ],
  ]).get(key);
}

function fault(status: number, code: string, message: string): Answer {
  return json(status, { error: { code, message } });
}

/** A server of the token's own project: to ECS, others do not exist. */
function withServer(work: Work, then: (server: Server) => Answer): Answer {
  const server = work.world.state.servers.find(
    (one) => one.id === work.id && one.project === work.token.project,
  );
  return server === undefined
    ? fault(404, "Ecs.0114", `Instance[${work.id}] could not be found.`)
    : then(server);
}

function getPassword(work: Work): Answer {
  return withServer(work, (server) => ({
    ...json(200, { password: server.ciphertext }),
    passwordOf: server,
  }));
}

function clearPassword(work: Work): Answer {
  return withServer(work, (server) => {
    if (!work.call.ignore) server.ciphertext = "";
    return { status: 204, headers: {}, body: "" };
  });
}

function show(work: Work): Answer {
  return withServer(work, (server) => json(200, { server: ecsServer(server) }));
}

/** Pages are counted by `offset`, from 1; `count` is the number of all that match. */
function list({ call, world, token }: Work): Answer {
  const limit = wholeNumber(call.query.get("limit"), pageSizes.usual);
  const page = wholeNumber(call.query.get("offset"), 1);
  if (limit === undefined || limit < 1 || limit > pageSizes.most || page === undefined) {
    return fault(400, "Ecs.0005", "Invalid parameter: limit or offset");
  }
  const matching = world.state.servers.filter(
    (one) => one.project === token.project && matches(one, call.query),
  );
  const from = (Math.max(page, 1) - 1) * limit;
  return json(200, { count: matching.length, servers: matching.slice(from, from + limit).map(ecsServer) });
}

function wholeNumber(text: string | null, whenAbsent: number): number | undefined {
  if (text === null) return whenAbsent;
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** The filters of ListServersDetails; `server_id` overrides all others, and comes repeated or with commas. */
function matches(server: Server, query: URLSearchParams): boolean {
  const ids = query.getAll("server_id").flatMap((text) => text.split(","));
  if (ids.length > 0) return ids.includes(server.id);
  const [name, status] = [query.get("name"), query.get("status")];
  const hasTag = (wanted: string): boolean =>
    server.tags.some((tag) => tag === wanted || tag.startsWith(`${wanted}=`));
  const tags = (parameter: string): string[] =>
    (query.get(parameter) ?? "").split(",").filter((tag) => tag !== "");
  return (
    (name === null || server.name.toLowerCase().includes(name.toLowerCase())) &&
    (status === null || server.status === status) &&
    tags("tags").every(hasTag) &&
    !tags("not-tags").some(hasTag)
  );
}
