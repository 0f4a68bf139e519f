import type { ServerPaging } from "./servers.ts";

const pageSize = 100; // servers; the documented maximum is 1000, and a name seldom matches many

/** How two services that number their pages differ. */
export interface NumberedPages {
  /** What to filter by so that no server of exactly this name is left out; empty: nothing. */
  readonly filter: (name: string) => string;
  /** `count` is the number of all that match, so that no page need be asked for beyond them. */
  readonly countsAll: boolean;
}

/** Lists whose `offset` is the number of the page, from 1. */
export function numberedPages({ filter, countsAll }: NumberedPages): ServerPaging {
  return {
    first: (name) => {
      const wanted = filter(name);
      return { ...(wanted === "" ? {} : { name: wanted }), offset: "1", limit: String(pageSize) };
    },
    next: (query, page) => {
      const offset = Number(query["offset"]);
      const complete = countsAll && page.count !== undefined && offset * pageSize >= page.count;
      if (page.servers.length < pageSize || complete) return undefined;
      return { ...query, offset: String(offset + 1) };
    },
  };
}

/** The longest part of a name that means the same as a part of a text and as a regular expression. */
export function longestPlainPart(name: string): string {
  const parts = name.split(/[*+?()|[\]{}^$\\]/);
  return parts.reduce((longest, part) => (part.length > longest.length ? part : longest), "");
}
