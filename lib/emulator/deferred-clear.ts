import type { Server } from "./state.ts";

/** Empties what accepted DELETEs have cleared by now. To be called before anything looks at a ciphertext. */
export function finishClears(servers: readonly Server[], now: number): void {
  for (const server of servers) {
    if (server.clearedAt === undefined || server.clearedAt > now) continue;
    server.ciphertext = "";
    server.clearedAt = undefined;
  }
}
