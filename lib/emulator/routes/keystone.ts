import { json, type Answer } from "../answer.ts";
import { callerOf, type Call, type World } from "../call.ts";
import { randomUuid } from "../randomness.ts";
import type { Caller, Project } from "../state.ts";
import type { Token } from "../tokens.ts";
import { catalogOf } from "./catalog.ts";
import { identityError, unauthenticated } from "./identity-error.ts";
import { login } from "./login.ts";
import { tokenBody } from "./token-body.ts";

/** Keystone v3, with the freedoms that Huawei Cloud's IAM takes: `/`, `/v3` and below. */
export function keystone(call: Call, world: World): Answer {
  const answer = route(call, world);
  return {
    ...answer,
    headers: {
      ...answer.headers,
      ...(answer.status === 401 ? { "WWW-Authenticate": `Keystone uri="${world.url}/v3"` } : {}),
      Vary: "X-Auth-Token",
      "x-openstack-request-id": `req-${randomUuid(world.randomness)}`,
    },
  };
}

function route(call: Call, world: World): Answer {
  const path = call.path.length > 1 ? call.path.replace(/\/$/, "") : call.path;
  const reading = call.method === "GET" || call.method === "HEAD";
  if (path === "/" && reading) return versions(world);
  if (path === "/v3" && reading) return json(200, { version: versionDocument(world) });
  if (path === "/v3/auth/tokens" && call.method === "POST") return login(call, world);
  const own = new Map<string, (caller: Caller, call: Call, world: World) => Answer>([
    ["GET /v3/auth/tokens", validate],
    ["DELETE /v3/auth/tokens", revoke],
    ["GET /v3/auth/catalog", catalog],
    ["GET /v3/auth/projects", ownProjects],
    ["GET /v3/projects", projectsByName],
  ]);
  const handler = own.get(`${reading ? "GET" : call.method} ${path}`);
  if (handler === undefined) return unknownRoute(own, path);
  const caller = callerOf(call, world);
  return caller === undefined ? identityError(401, unauthenticated) : handler(caller, call, world);
}

function unknownRoute(own: ReadonlyMap<string, unknown>, path: string): Answer {
  if ([...own.keys()].some((key) => key.endsWith(` ${path}`))) {
    return identityError(405, "The method is not allowed for the requested URL.");
  }
  const body =
    "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.</p>\n";
  return { status: 404, headers: { "Content-Type": "text/html; charset=utf-8" }, body };
}

function versionDocument(world: World): unknown {
  return {
    id: "v3.14",
    status: "stable",
    updated: "2020-04-07T00:00:00Z",
    links: [{ rel: "self", href: `${world.url}/v3/` }],
    "media-types": [{ base: "application/json", type: "application/vnd.openstack.identity-v3+json" }],
  };
}

function versions(world: World): Answer {
  return json(300, { versions: { values: [versionDocument(world)] } }, { Location: `${world.url}/v3/` });
}

/** The token a call is about; only its owner and an admin may look at it or revoke it. */
function subject(caller: Caller, call: Call, world: World, action: string): Token | Answer {
  const text = call.header("x-subject-token");
  const forbidden = identityError(403, `You are not authorized to perform the requested action: ${action}.`);
  if (text === undefined) return forbidden;
  const found = world.tokens.find(text);
  if (found === undefined) return identityError(404, "Could not recognize Fernet token");
  return found.user === caller.user || caller.roles.includes("admin") ? found : forbidden;
}

function validate(caller: Caller, call: Call, world: World): Answer {
  const found = subject(caller, call, world, "identity:validate_token");
  if ("status" in found) return found;
  return json(200, { token: tokenBody(found, call, world) }, { "X-Subject-Token": found.text });
}

function revoke(caller: Caller, call: Call, world: World): Answer {
  const found = subject(caller, call, world, "identity:revoke_token");
  if ("status" in found) return found;
  if (!call.ignore) world.tokens.revoke(found);
  return { status: 204, headers: {}, body: "" };
}

function catalog(caller: Caller, _call: Call, world: World): Answer {
  if (caller.project === undefined) {
    return identityError(
      403,
      "You are not authorized to perform the requested action: identity:get_auth_catalog.",
    );
  }
  return json(200, {
    catalog: catalogOf(world, caller.project),
    links: { self: `${world.url}/v3/auth/catalog` },
  });
}

function ownProjects(caller: Caller, call: Call, world: World): Answer {
  return projectList(
    world.state.projects.filter((one) => caller.user.roles.has(one.id)),
    call,
    world,
  );
}

/** As IAM does, every user may look up the projects of the own account; Keystone would ask for admin. */
function projectsByName(caller: Caller, call: Call, world: World): Answer {
  const wanted = call.query.get("name");
  const visible = world.state.projects.filter(
    (one) => caller.user.roles.has(one.id) && (wanted === null || one.name === wanted),
  );
  return projectList(visible, call, world);
}

function projectList(projects: readonly Project[], call: Call, world: World): Answer {
  const query = call.query.size === 0 ? "" : `?${call.query.toString()}`;
  return json(200, {
    projects: projects.map((one) => ({
      id: one.id,
      name: one.name,
      domain_id: one.domain.id,
      description: "",
      enabled: true,
      parent_id: one.domain.id,
      is_domain: false,
      tags: [],
      options: {},
      links: { self: `${world.url}/v3/projects/${one.id}` },
    })),
    links: { next: null, self: `${world.url}${call.path}${query}`, previous: null },
  });
}
