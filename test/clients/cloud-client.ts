import { keystoneAuthorizer } from "../../lib/auth/keystone.ts";
import type { Client } from "../../lib/clients/client.ts";
import { createClient, type ClientOptions } from "../../lib/clients/create-client.ts";
import type { Api } from "../../lib/clients/operations.ts";
import type { SeedServer } from "../../lib/emulator/index.ts";
import { canaryPassword, testTransport, type EmulatedCloud } from "../http/emulated-cloud.ts";

/** A client of an emulated cloud, logged in as one of its users. */
export function cloudClient(
  cloud: EmulatedCloud,
  options: Partial<ClientOptions> & { readonly user?: string } = {},
): Client {
  const { user = "demo", ...rest } = options;
  return createClient({
    api: "v1",
    authorizer: keystoneAuthorizer({
      authUrl: cloud.url,
      userName: user,
      userDomainName: "Default",
      projectName: "demo",
      password: canaryPassword,
    }),
    transport: options.transport ?? testTransport(),
    clock: cloud.clock,
    random: () => 0.5,
    ...rest,
  });
}

/** The server as the API shows it: bare metal only on its own, and there cleared as fast as elsewhere. */
export function on(api: Api, server: SeedServer): SeedServer {
  return api === "bms" ? { ...server, kind: "bms", clearDelayMs: 0 } : server;
}
