import { keyPairDirectory } from "./key-pairs.ts";
import { longestPlainPart, numberedPages } from "./numbered-pages.ts";
import { operations } from "./operations.ts";
import { serverPasswords } from "./server-passwords.ts";
import { serverDirectory } from "./servers.ts";
import type { Client } from "./client.ts";
import type { Session } from "./session.ts";

// `name` matches loosely, as a part or a regular expression; the pages do not say which. What is plain in both will do.
const paging = numberedPages({ filter: longestPlainPart, countsAll: true });

/** Huawei Cloud ECS, `/v1/{project_id}/cloudservers` (ECS API reference, "Password management"). */
export function ecsV1Client(session: Session): Client {
  return {
    api: "v1",
    ...serverPasswords(session, operations.ecsShowPassword, operations.ecsDeletePassword),
    ...serverDirectory(session, operations.ecsListServers, operations.ecsShowServer, paging),
    ...keyPairDirectory(session),
  };
}
