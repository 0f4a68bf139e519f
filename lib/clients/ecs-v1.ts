import { keyPairDirectory } from "./key-pairs.ts";
import { operations } from "./operations.ts";
import { serverPasswords } from "./server-passwords.ts";
import { serverDirectory, type ServerPaging } from "./servers.ts";
import type { Client } from "./client.ts";
import type { Session } from "./session.ts";

const pageSize = 100; // servers; the documented maximum is 1000, and a name seldom matches many

// `offset` is the number of the page, from 1.
const paging: ServerPaging = {
  first: (name) => {
    const plain = longestPlainPart(name);
    return { ...(plain === "" ? {} : { name: plain }), offset: "1", limit: String(pageSize) };
  },
  next: (query, page) => {
    const offset = Number(query["offset"]);
    const seen = offset * pageSize;
    if (page.servers.length < pageSize || (page.count !== undefined && seen >= page.count)) return undefined;
    return { ...query, offset: String(offset + 1) };
  },
};

// `name` matches loosely, as a part or a regular expression; the pages do not say which. What is plain in both will do.
function longestPlainPart(name: string): string {
  const parts = name.split(/[*+?()|[\]{}^$\\]/);
  return parts.reduce((longest, part) => (part.length > longest.length ? part : longest), "");
}

/** Huawei Cloud ECS, `/v1/{project_id}/cloudservers` (ECS API reference, "Password management"). */
export function ecsV1Client(session: Session): Client {
  return {
    api: "v1",
    ...serverPasswords(session, operations.ecsShowPassword, operations.ecsDeletePassword),
    ...serverDirectory(session, operations.ecsListServers, operations.ecsShowServer, paging),
    ...keyPairDirectory(session),
  };
}
