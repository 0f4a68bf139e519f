import { json, type Answer } from "../answer.ts";
import type { Server } from "../state.ts";
import { novaFault, type NovaCall } from "./nova-call.ts";
import { novaLinks, novaServer } from "./server-views.ts";

/** Nova's max_limit: a larger limit is cut down to it without a word. */
const mostPerPage = 1000;

/** GET /servers and /servers/detail: newest first, `limit` and `marker`, `status`, and `name` as a regular expression. */
export function listServers(work: NovaCall, detail: boolean): Answer {
  const { call, world, caller, view } = work;
  const everywhere = /^(1|t|true|on|y|yes)$/i.test(call.query.get("all_tenants") ?? "");
  const action = `os_compute_api:servers:${detail ? "detail" : "index"}`;
  if (!caller.roles.includes("reader"))
    return novaFault(403, `Policy doesn't allow ${action} to be performed.`);
  if (everywhere && !caller.roles.includes("admin")) {
    return novaFault(403, `Policy doesn't allow ${action}:get_all_tenants to be performed.`);
  }
  const limit = call.query.get("limit") ?? "";
  if (!/^\d*$/.test(limit)) return invalid("limit", limit, `'${limit}' does not match '^[0-9]*$'`);
  const pattern = call.query.get("name");
  const name = pattern === null ? undefined : compile(pattern);
  if (pattern !== null && name === undefined)
    return invalid("name", pattern, `'${pattern}' is not a 'regex'`);
  const status = call.query.get("status");
  const visible = world.state.servers.filter((one) => everywhere || one.project === caller.project);
  const matching = visible.filter(
    (one) => (name?.test(one.name) ?? true) && (status === null || one.status === status.toUpperCase()),
  );
  const marker = call.query.get("marker");
  const at = marker === null ? -1 : visible.findIndex((one) => one.id === marker);
  if (marker !== null && at === -1) return novaFault(400, `marker [${marker}] not found`);
  const rest = matching.filter((one) => visible.indexOf(one) > at);
  const size = limit === "" ? mostPerPage : Math.min(Number(limit), mostPerPage);
  const page = rest.slice(0, size);
  const last = page.at(-1);
  return json(200, {
    servers: page.map((one) =>
      detail ? novaServer(one, view) : { id: one.id, name: one.name, links: novaLinks(one, view) },
    ),
    ...(last !== undefined && page.length === size
      ? { servers_links: [{ rel: "next", href: nextPage(work, last) }] }
      : {}),
  });
}

function nextPage({ call, view }: NovaCall, last: Server): string {
  const query = new URLSearchParams(call.query);
  query.set("marker", last.id);
  return `${view.root}${call.path}?${query.toString()}`;
}

function invalid(parameter: string, value: string, why: string): Answer {
  return novaFault(400, `Invalid input for query parameters ${parameter}. Value: ${value}. ${why}`);
}

function compile(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern);
  } catch {
    return undefined;
  }
}
