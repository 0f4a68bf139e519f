import type { Server } from "../state.ts";

/** The most that one page may hold, and what it holds unasked. */
const pageSizes = { most: 1000, usual: 25 };

/** One page of a list whose `offset` is the number of the page, from 1. */
export interface NumberedPage {
  readonly limit: number;
  of(servers: readonly Server[]): readonly Server[];
}

/** The page that a query asks for with `limit` and `offset`; undefined when either is no usable number. */
export function numberedPage(query: URLSearchParams): NumberedPage | undefined {
  const limit = wholeNumber(query.get("limit"), pageSizes.usual);
  const page = wholeNumber(query.get("offset"), 1);
  if (limit === undefined || limit < 1 || limit > pageSizes.most || page === undefined) return undefined;
  const from = (Math.max(page, 1) - 1) * limit;
  return { limit, of: (servers) => servers.slice(from, from + limit) };
}

function wholeNumber(text: string | null, whenAbsent: number): number | undefined {
  if (text === null) return whenAbsent;
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** The filters that both lists have: `name` loosely, `status`, and `tags` (all of them), written `key=value` or `key`. */
export function matchesFilters(server: Server, query: URLSearchParams): boolean {
  const [name, status] = [query.get("name"), query.get("status")];
  return (
    (name === null || server.name.toLowerCase().includes(name.toLowerCase())) &&
    (status === null || server.status === status) &&
    listed(query, "tags").every((tag) => hasTag(server, tag))
  );
}

/** A parameter whose values stand behind each other with commas. */
export function listed(query: URLSearchParams, parameter: string): string[] {
  return (query.get(parameter) ?? "").split(",").filter((tag) => tag !== "");
}

export function hasTag(server: Server, wanted: string): boolean {
  return server.tags.some((tag) => tag === wanted || tag.startsWith(`${wanted}=`));
}
