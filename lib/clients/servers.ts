import * as v from "valibot";
import type { Operation } from "./operations.ts";
import { parseAnswer, type CallControl } from "./server-passwords.ts";
import type { Session } from "./session.ts";

/** What is known of a server. All texts are the service's: untrusted. */
export interface Server {
  readonly id: string;
  readonly name: string;
  /** `ACTIVE`, `BUILD`, `SHUTOFF`, …; undefined where a list leaves it out. */
  readonly status: string | undefined;
  /** Name of the key pair that the server was created with; undefined without one. */
  readonly keyPairName: string | undefined;
}

/** Finding servers; part of every client. */
export interface ServerDirectory {
  /** All servers whose name is exactly `name`; the services' own filters match more. */
  findServersByName(name: string, control?: CallControl): Promise<readonly Server[]>;
  /** One server. Throws `NotFoundError`. */
  showServer(serverId: string, control?: CallControl): Promise<Server>;
}

/** How one API pages through its servers. */
export interface ServerPaging {
  /** Query of the first page. */
  first(name: string): Record<string, string>;
  /** Query of the page after this one; undefined after the last. */
  next(query: Record<string, string>, page: ServerPage): Record<string, string> | undefined;
}

/** One page, as far as paging needs it. */
export interface ServerPage {
  readonly servers: readonly Server[];
  readonly count: number | undefined;
  readonly nextLink: string | undefined;
}

const serverRecord = v.object({
  id: v.string(),
  name: v.nullish(v.string()),
  status: v.nullish(v.string()),
  key_name: v.nullish(v.string()),
});
const showBody = v.object({ server: serverRecord });
const pageBody = v.object({
  count: v.nullish(v.number()),
  servers: v.array(serverRecord),
  servers_links: v.nullish(v.array(v.object({ rel: v.string(), href: v.string() }))),
});

const pageLimit = 10_000; // pages; an answer that always promises another one must end too

/** The directory over one pair of endpoints. */
export function serverDirectory(
  session: Session,
  list: Operation,
  show: Operation,
  paging: ServerPaging,
): ServerDirectory {
  return {
    findServersByName: async (name, control) => {
      const found = new Map<string, Server>();
      let query: Record<string, string> | undefined = paging.first(name);
      for (let pages = 0; query !== undefined && pages < pageLimit; pages += 1) {
        const body = parseAnswer(pageBody, await session.call(list, {}, { query, signal: control?.signal }));
        const servers = body.servers.map(serverOf);
        for (const server of servers) if (server.name === name) found.set(server.id, server);
        const nextLink = body.servers_links?.find((link) => link.rel === "next")?.href;
        query = paging.next(query, { servers, count: body.count ?? undefined, nextLink });
      }
      return [...found.values()];
    },
    showServer: async (serverId, control) => {
      const answer = await session.call(show, { server_id: serverId }, { signal: control?.signal });
      return serverOf(parseAnswer(showBody, answer).server);
    },
  };
}

function serverOf(record: v.InferOutput<typeof serverRecord>): Server {
  const keyPairName = record.key_name ?? "";
  return {
    id: record.id,
    name: record.name ?? "",
    status: record.status ?? undefined,
    keyPairName: keyPairName === "" ? undefined : keyPairName,
  };
}
