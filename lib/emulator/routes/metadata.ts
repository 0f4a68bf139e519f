import type { Answer } from "../answer.ts";
import type { Call, World } from "../call.ts";
import { webobPage } from "../webob-page.ts";

/** The dated versions of Nova's metadata service; the first knows no password yet. */
const versions = [
  "2012-08-10",
  "2013-04-04",
  "2013-10-17",
  "2015-10-15",
  "2016-06-30",
  "2016-10-06",
  "2017-02-22",
  "2018-08-27",
  "2020-10-14",
  "latest",
];

/** Nova keeps the ciphertext in four slots of 255 characters (nova/api/metadata/password.py). */
const mostCharacters = 1020;

/**
 * The guest's metadata path, `/openstack/{version}/password`.
 *
 * A real guest is known by its address; here the header X-Instance-ID, which Nova's own proxy uses, says which server asks.
 */
export function metadata(call: Call, world: World): Answer {
  const instanceId = call.header("x-instance-id");
  if (instanceId === undefined) return refuse(call, 400, "X-Instance-ID header is missing from request.");
  const server = world.state.servers.find((one) => one.id === instanceId);
  if (server === undefined) return notFound(call);
  const [, version, resource, ...rest] = call.segments;
  const reading = call.method === "GET";
  if (reading && (version === undefined || version === "")) return text(versions.join("\n"));
  if (version === undefined || !versions.includes(version) || version === versions[0]) return notFound(call);
  if (reading && (resource === undefined || resource === "")) return text("password");
  if (resource !== "password" || rest.length > 0) return notFound(call);
  if (reading) return page(server.ciphertext);
  if (call.method !== "POST") return refuse(call, 405, "The method is not allowed for this resource.");
  if (server.ciphertext !== "")
    return refuse(call, 409, "There was a conflict when trying to complete your request.");
  if (call.body.length > mostCharacters) return refuse(call, 400, "Request is too large.");
  if (!call.ignore) server.ciphertext = Buffer.from(call.body).toString("utf8");
  return page("");
}

function text(body: string): Answer {
  return { status: 200, headers: { "Content-Type": "text/plain; charset=UTF-8" }, body };
}

/** The password itself comes under the framework's own content type. */
function page(body: string): Answer {
  return { status: 200, headers: { "Content-Type": "text/html; charset=UTF-8" }, body };
}

const titles = { 400: "Bad Request", 405: "Method Not Allowed", 409: "Conflict" } as const;

function refuse(call: Call, status: keyof typeof titles, sentence: string): Answer {
  return webobPage(call.header("accept"), status, titles[status], sentence);
}

function notFound(call: Call): Answer {
  return webobPage(call.header("accept"), 404, "Not Found", "The resource could not be found.");
}
