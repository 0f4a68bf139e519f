import { request } from "node:http";
import { encryptFor } from "./encrypt.ts";
import type { World } from "./call.ts";
import { randomAlphanumerics } from "./randomness.ts";
import type { Server } from "./state.ts";

/** cloudbase-init's user_password_length, and the first metadata version that takes a password. */
const passwordLength = 20;
const passwordPath = "/openstack/2013-04-04/password";

/**
 * Boots a server's guest: after its delay it does what cloudbase-init's SetUserPasswordPlugin does, once.
 *
 * Only Windows with an `ssh-rsa` key pair ever posts. A refusal (409, or 400 for RSA keys over 6120 bits) and a lost
 * connection leave no trace but the log's line, as in a real guest. Resolves early when `signal` aborts.
 */
export async function bootGuest(server: Server, world: World, signal: AbortSignal): Promise<void> {
  if (server.os !== "Windows" || server.status !== "ACTIVE" || server.keyPair?.key.rsa === undefined) return;
  try {
    await world.clock.sleep(server.bootDelayMs, signal);
    const stored = await send("GET", server, world, signal);
    if (stored !== "") return;
    const password = server.password ?? randomAlphanumerics(passwordLength, world.randomness);
    await send("POST", server, world, signal, encryptFor(server, Buffer.from(password, "utf8")));
  } catch {
    // Nobody watches a real guest's failures either: the password just never arrives.
  }
}

async function send(
  method: "GET" | "POST",
  server: Server,
  world: World,
  signal: AbortSignal,
  body?: string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(
      `${world.url}${passwordPath}`,
      { method, signal, agent: false, headers: { "X-Instance-ID": server.id } },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (piece: string) => (text += piece));
        response.on("end", () => {
          if (response.statusCode === 200) resolve(text);
          else reject(new Error(`the metadata service answered ${response.statusCode ?? 0}`));
        });
        response.on("error", reject);
      },
    );
    call.on("error", reject);
    call.end(body);
  });
}
