import type { Authorizer } from "../auth/authorizer.ts";
import { systemClock, type Clock } from "../clock.ts";
import { defaultRetryPolicy, type RetryPolicy } from "../http/retry.ts";
import { createTransport, type Transport } from "../http/transport.ts";
import type { Client } from "./client.ts";
import { ecsV1Client } from "./ecs-v1.ts";
import { novaV21Client } from "./nova-v21.ts";
import { Session } from "./session.ts";

/** Settings of {@link createClient}. */
export interface ClientOptions {
  /** `v1`: Huawei Cloud ECS. `v2.1`: OpenStack-native servers, also plain Nova. */
  readonly api: "v1" | "v2.1";
  readonly authorizer: Authorizer;
  /** Base URL of the API; default: what the catalog of the login lists. Version and project id are added where missing. */
  readonly endpoint?: string | undefined;
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

/**
 * A client for the servers of one project.
 *
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
    endpoint: options.endpoint,
    projectId: options.projectId,
    region: options.region,
    interface: options.interface,
  });
  return options.api === "v1" ? ecsV1Client(session) : novaV21Client(session);
}
