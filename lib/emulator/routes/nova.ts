import { json, type Answer } from "../answer.ts";
import { callerOf, type Call, type World } from "../call.ts";
import { randomUuid } from "../randomness.ts";
import type { Server } from "../state.ts";
import { webobPage } from "../webob-page.ts";
import { newestMinor, readMicroversion } from "./microversion.ts";
import { listKeyPairs, showKeyPair } from "./nova-key-pairs.ts";
import { listServers } from "./nova-servers.ts";
import { novaFault, type NovaCall } from "./nova-call.ts";
import { novaServer, type NovaView } from "./server-views.ts";

type Operation = (work: NovaCall) => Answer;

/** OpenStack Nova, `/v2.1/…` and, with the project in the path, `/v2.1/{project_id}/…`. */
export function nova(call: Call, world: World): Answer {
  const id = `req-${randomUuid(world.randomness)}`;
  const answer = route(call, world);
  return {
    ...answer,
    headers: { ...answer.headers, "x-openstack-request-id": id, "x-compute-request-id": id },
  };
}

function route(call: Call, world: World): Answer {
  const reading = call.method === "GET";
  if (reading && (call.path === "/v2.1" || call.path === "/v2.1/")) {
    return withVersion("2.1", json(200, { version: versionDocument(world) }));
  }
  const caller = callerOf(call, world);
  if (caller === undefined) return unauthorized(world);
  const { projectId, segments } = splitProject(call.segments.slice(1));
  if (reading && projectId !== undefined && segments.length === 1 && segments[0] === "") {
    return withVersion("2.1", json(200, { version: versionDocument(world) }));
  }
  const found = operation(call.method, segments);
  if (found === undefined)
    return webobPage(call.header("accept"), 404, "Not Found", "The resource could not be found.");
  const version = readMicroversion(call);
  if (version.kind === "malformed") {
    const message = `API Version String ${version.text} is of invalid format. Must be of format MajorNum.MinorNum.`;
    return novaFault(400, message);
  }
  if (version.kind === "not-offered") {
    const message = `Version ${version.text} is not supported by the API. Minimum is 2.1 and maximum is 2.${newestMinor}.`;
    return withVersion(version.text, novaFault(406, message));
  }
  if (projectId !== undefined && projectId !== caller.project?.id) {
    const message = `Malformed request URL: URL's project_id '${projectId}' doesn't match Context's project_id '${caller.project?.id ?? "None"}'`;
    return withVersion(version.text, novaFault(400, message));
  }
  const view: NovaView = {
    root: world.url,
    project: projectId === undefined ? "" : `/${projectId}`,
    minor: version.minor,
    huaweiMetadata: world.state.offersEcs,
  };
  return withVersion(version.text, found.run({ call, world, caller, view, id: found.id }));
}

/** Nova takes a first part of hex digits and dashes for a project. */
function splitProject(segments: readonly string[]): {
  projectId: string | undefined;
  segments: readonly string[];
} {
  const [first] = segments;
  if (first === undefined || !/^[0-9a-f-]+$/.test(first)) return { projectId: undefined, segments };
  return { projectId: first, segments: segments.slice(1) };
}

function operation(method: string, segments: readonly string[]): { run: Operation; id: string } | undefined {
  const [collection, id = "", sub] = segments;
  if (segments.length > 1 && id === "") return undefined;
  const shape =
    segments.length === 1 || (collection === "servers" && id === "detail" && segments.length === 2)
      ? segments.join("/")
      : [collection, "*", ...(sub === undefined ? [] : [sub]), ...segments.slice(3)].join("/");
  const run = new Map<string, Operation>([
    ["GET servers", (work) => listServers(work, false)],
    ["GET servers/detail", (work) => listServers(work, true)],
    ["GET servers/*", showServer],
    ["GET servers/*/os-server-password", showPassword],
    ["DELETE servers/*/os-server-password", clearPassword],
    ["GET os-keypairs", listKeyPairs],
    ["GET os-keypairs/*", showKeyPair],
  ]).get(`${method} ${shape}`);
  return run === undefined ? undefined : { run, id };
}

function withVersion(text: string, answer: Answer): Answer {
  return {
    ...answer,
    headers: {
      ...answer.headers,
      "OpenStack-API-Version": `compute ${text}`,
      "X-OpenStack-Nova-API-Version": text,
      Vary: ["OpenStack-API-Version", "X-OpenStack-Nova-API-Version"],
    },
  };
}

/** The middleware in front of Nova answers in Keystone's shape, not in Nova's. */
function unauthorized(world: World): Answer {
  const message = "The request you have made requires authentication.";
  const headers = { "WWW-Authenticate": `Keystone uri="${world.url}/v3"` };
  return json(401, { error: { code: 401, title: "Unauthorized", message } }, headers);
}

function versionDocument(world: World): unknown {
  return {
    id: "v2.1",
    status: "CURRENT",
    version: `2.${newestMinor}`,
    min_version: "2.1",
    updated: "2013-07-23T11:33:21Z",
    links: [
      { rel: "self", href: `${world.url}/v2.1/` },
      { rel: "describedby", type: "text/html", href: "http://docs.openstack.org/" },
    ],
    "media-types": [{ base: "application/json", type: "application/vnd.openstack.compute+json;version=2.1" }],
  };
}

/** Looks the server up before it asks for the role, as Nova does: another project's server is a 404, whatever the role. */
function withServer(
  work: NovaCall,
  role: "reader" | "member",
  action: string,
  then: (server: Server) => Answer,
): Answer {
  const { caller, world, id } = work;
  const server = world.state.servers.find(
    (one) => one.id === id && (one.project === caller.project || caller.roles.includes("admin")),
  );
  if (server === undefined) return novaFault(404, `Instance ${id} could not be found.`);
  if (!caller.roles.includes(role)) return novaFault(403, `Policy doesn't allow ${action} to be performed.`);
  return then(server);
}

function showServer(work: NovaCall): Answer {
  return withServer(work, "reader", "os_compute_api:servers:show", (server) =>
    json(200, { server: novaServer(server, work.view) }),
  );
}

function showPassword(work: NovaCall): Answer {
  return withServer(work, "reader", "os_compute_api:os-server-password:show", (server) => ({
    ...json(200, { password: server.ciphertext }),
    passwordOf: server,
  }));
}

function clearPassword(work: NovaCall): Answer {
  return withServer(work, "member", "os_compute_api:os-server-password:clear", (server) => {
    if (!work.call.ignore) server.ciphertext = "";
    return { status: 204, headers: { "Content-Type": "application/json" }, body: "" };
  });
}
