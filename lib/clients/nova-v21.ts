import { keyPairDirectory } from "./key-pairs.ts";
import { operations } from "./operations.ts";
import { serverPasswords } from "./server-passwords.ts";
import { serverDirectory, type ServerPaging } from "./servers.ts";
import type { Client } from "./client.ts";
import type { Session } from "./session.ts";

// `name` is a regular expression here. Of the link to the next page only the marker is used: its host can be garbage.
const paging: ServerPaging = {
  first: (name) => ({ name: `^${escapeRegularExpression(name)}$` }),
  next: (query, page) => {
    if (page.nextLink === undefined || page.servers.length === 0) return undefined;
    const marker = new URLSearchParams(page.nextLink.split("?")[1] ?? "").get("marker");
    if (marker === null || marker === query["marker"]) return undefined;
    return { ...query, marker };
  },
};

// Backslashes would do in Python's dialect, but MySQL's REGEXP, which some clouds pass the text to, reads them twice.
function escapeRegularExpression(text: string): string {
  return text.replace(/[.*+?()|[\]{}^$\\]/g, (character) =>
    character === "^" ? "\\^" : `[${character === "\\" ? "\\\\" : character}]`,
  );
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
