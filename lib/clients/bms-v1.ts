import { keyPairDirectory } from "./key-pairs.ts";
import { longestPlainPart, numberedPages } from "./numbered-pages.ts";
import { operations } from "./operations.ts";
import { serverPasswords } from "./server-passwords.ts";
import { serverDirectory } from "./servers.ts";
import type { Client } from "./client.ts";
import type { Session } from "./session.ts";

// The pages do not say whether `name` must match wholly or in part, so only a name that is plain all through is sent.
// Their `count` is never more than the page's size: it tells nothing about further pages.
const paging = numberedPages({
  filter: (name) => (longestPlainPart(name) === name ? name : ""),
  countsAll: false,
});

/**
 * Huawei Cloud bare metal, `/v1/{project_id}/baremetalservers` (BMS API reference, "Password management").
 *
 * Key pairs are looked up where the OpenStack-native API is, which is another host.
 */
export function bmsV1Client(session: Session): Client {
  return {
    api: "bms",
    ...serverPasswords(session, operations.bmsShowPassword, operations.bmsDeletePassword),
    ...serverDirectory(session, operations.bmsListServers, operations.bmsShowServer, paging),
    ...keyPairDirectory(session),
  };
}
