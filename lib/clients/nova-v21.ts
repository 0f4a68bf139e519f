import { keyPairDirectory } from "./key-pairs.ts";
import { operations } from "./operations.ts";
import { serverPasswords } from "./server-passwords.ts";
import { serverDirectory, type ServerPaging } from "./servers.ts";
import type { Client } from "./client.ts";
import type { Session } from "./session.ts";

// `name` is a regular expression here. Of the link to the next page only the marker is used: its host can be garbage.
const paging: ServerPaging = {
  first: (name) => ({ name: `^${withoutMetacharacters(name)}$` }),
  next: (query, page) => {
    if (page.nextLink === undefined || page.servers.length === 0) return undefined;
    const marker = new URLSearchParams(page.nextLink.split("?")[1] ?? "").get("marker");
    if (marker === null || marker === query["marker"]) return undefined;
    return { ...query, marker };
  },
};

// Which dialect it is depends on the cloud's database, and each escapes otherwise: MySQL 8 cannot read `[[]`, Nova
// itself puts a backslash before every `|`. "Any character" is the same in all; what matches too much is dropped here.
function withoutMetacharacters(text: string): string {
  return text.replace(/[*+?()|[\]{}^$\\]/g, ".");
}

/** OpenStack-native servers, `/v2.1[/{project_id}]/servers`: Huawei Cloud, Open Telekom Cloud and plain Nova. */
export function novaV21Client(session: Session): Client {
  return {
    api: "v2.1",
    ...serverPasswords(session, operations.nativeShowPassword, operations.nativeDeletePassword),
    ...serverDirectory(session, operations.nativeListServers, operations.nativeShowServer, paging),
    ...keyPairDirectory(session),
  };
}
