import type { Authorizer } from "../auth/authorizer.ts";
import { systemClock, type Clock } from "../clock.ts";
import { defaultRetryPolicy, type RetryPolicy } from "../http/retry.ts";
import { createTransport, type Transport } from "../http/transport.ts";
import { bmsV1Client } from "./bms-v1.ts";
import type { Client } from "./client.ts";
import { ecsV1Client } from "./ecs-v1.ts";
import { novaV21Client } from "./nova-v21.ts";
import type { Api } from "./operations.ts";
import { Session, type Endpoints } from "./session.ts";

/** Settings of {@link createClient}. */
export interface ClientOptions {
  /** `v1`: Huawei Cloud ECS. `v2.1`: OpenStack-native servers, also plain Nova. `bms`: Huawei Cloud bare metal. */
  readonly api: Api;
  readonly authorizer: Authorizer;
  /** Base URL of the API; default: what the catalog of the login lists. Version and project id are added where missing. */
  readonly endpoint?: string | undefined;
  /** Base URL of ECS, where `bms` looks up key pairs; default: what the catalog lists. The others use `endpoint`. */
  readonly ecsEndpoint?: string | undefined;
  /** Default: the project of the login. */
  readonly projectId?: string | undefined;
  /** Needed when the catalog lists several regions. */
  readonly region?: string | undefined;
  /** Catalog interface: `public` (default), `internal` or `admin`. */
  readonly interface?: string | undefined;
  readonly transport?: Transport;
  readonly retry?: RetryPolicy;
  readonly clock?: Clock;
  /** Uniform in [0, 1); spreads retries. */
  readonly random?: () => number;
}

const clients: Readonly<Record<Api, (session: Session) => Client>> = {
  v1: ecsV1Client,
  "v2.1": novaV21Client,
  bms: bmsV1Client,
};

/**
 * A client for the servers of one project.
 *
 * Where an API documents a limit of requests per minute, as bare metal does, a client stays below it by waiting.
 * Nothing is sent before the first call. Every call takes an AbortSignal and throws the errors of this package.
 */
export function createClient(options: ClientOptions): Client {
  const session = new Session({
    authorizer: options.authorizer,
    context: {
      transport: options.transport ?? createTransport(),
      clock: options.clock ?? systemClock,
      random: options.random ?? Math.random,
      policy: options.retry ?? defaultRetryPolicy,
    },
    endpoints: endpointsOf(options),
    projectId: options.projectId,
    region: options.region,
    interface: options.interface,
  });
  return clients[options.api](session);
}

/** ECS and the OpenStack-native API share a host; bare metal has its own. */
function endpointsOf({ api, endpoint, ecsEndpoint }: ClientOptions): Endpoints {
  const ecs = api === "bms" ? ecsEndpoint : endpoint;
  return { ecs, compute: ecs, bms: api === "bms" ? endpoint : undefined };
}
