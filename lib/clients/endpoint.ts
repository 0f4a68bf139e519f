import { UsageError } from "../errors.ts";

/** Where the requests of one service go, before version and project are settled. */
export interface EndpointBase {
  readonly url: string;
  /** From a service catalog, whose URL is complete: a missing project id is then on purpose (plain Nova). */
  readonly fromCatalog: boolean;
}

/**
 * The complete base URL for one version of an API, without trailing slash.
 *
 * - `…/v1/{id}`, `…/v2.1/{id}`: used as it is;
 * - `…/v1`, `…/v2`, `…/v2.1`: gets the project id, unless it is plain Nova's catalog URL;
 * - anything else gets version and project id.
 *
 * A base of the other version (key pairs live under v2.1 even for a v1 client) has its version replaced.
 * Throws `UsageError` when it is no URL or the project id is needed and unknown; the URL itself is not repeated.
 */
export function endpointBase(
  base: EndpointBase,
  version: "v1" | "v2.1",
  projectId: string | undefined,
): string {
  const url = endpointUrl(base.url);
  const path = url.pathname.replace(/\/+$/, "");
  const match = /^(?<root>.*)\/(?<version>v1|v2|v2\.1)(?<project>\/[^/]+)?$/.exec(path)?.groups;
  const root = match?.["root"] ?? path;
  const found = match?.["version"];
  const project = match?.["project"]?.slice(1);
  const sameFamily = found !== undefined && (found === "v1") === (version === "v1");
  const chosen = sameFamily ? found : version;
  const id = project ?? idFor(version, projectId, base.fromCatalog && sameFamily);
  return `${url.protocol}//${url.host}${root}/${chosen}${id === undefined ? "" : `/${id}`}`;
}

/** Throws `UsageError` when the text is no URL with a host, as `localhost:8774` is none; the text is not repeated. */
export function endpointUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.host === "")
    throw new UsageError("the endpoint is not a URL that begins with https://");
  return url;
}

function idFor(version: "v1" | "v2.1", projectId: string | undefined, complete: boolean): string | undefined {
  if (version === "v2.1" && (complete || projectId === undefined)) return undefined;
  if (projectId === undefined)
    throw new UsageError("the project id is not known, and this API needs it in its path");
  return encodeURIComponent(projectId);
}
