import type { KeystoneCredential } from "../auth/keystone.ts";
import type { TokenCredential } from "../auth/token.ts";
import { UsageError } from "../errors.ts";
import { Secret } from "../secret.ts";

/** Environment variables by name; an empty value means unset. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The dialects that can be chosen. */
type Api = "v1" | "v2.1" | "bms";

/** Settings given by the caller; they stand above the environment. */
export interface GivenSettings {
  readonly api?: Api | undefined;
  readonly region?: string | undefined;
  readonly projectId?: string | undefined;
  readonly projectName?: string | undefined;
  /** Base URL of the chosen API. */
  readonly endpoint?: string | undefined;
  /** Base URL of ECS: of the chosen API unless that is bare metal, and of the key pairs always. */
  readonly ecsEndpoint?: string | undefined;
  /** Base URL of the bare metal API; without effect when another one is chosen. */
  readonly bmsEndpoint?: string | undefined;
  /** Base URL of the identity service. */
  readonly identityEndpoint?: string | undefined;
  readonly token?: Secret | undefined;
}

/** How the caller proves who they are. */
export type Credential =
  ({ readonly kind: "token" } & TokenCredential) | ({ readonly kind: "password" } & KeystoneCredential);

/** Everything needed to reach one project of one cloud. */
export interface Settings {
  readonly credential: Credential;
  /** Undefined: v1 where the catalog lists `ecs`, else v2.1. */
  readonly api: Api | undefined;
  readonly region: string | undefined;
  readonly projectId: string | undefined;
  /** Base URL of the chosen API. */
  readonly endpoint: string | undefined;
  /** Base URL of ECS, where key pairs are. */
  readonly ecsEndpoint: string | undefined;
  readonly interface: string | undefined;
}

/**
 * Settings from what the caller gives and from the `OS_*` variables (OpenStack client configuration), in this order.
 *
 * Throws `UsageError` naming the variables that are missing, or two credentials that are both complete.
 */
export function resolveSettings(given: GivenSettings, environment: Environment): Settings {
  const read = (...names: readonly string[]): string | undefined => {
    for (const name of names) {
      const value = environment[name];
      if (value !== undefined && value !== "") return value;
    }
    return undefined;
  };
  // An option for the one spelling of a project shuts out the other spelling's variable.
  const fromOptions = given.projectId !== undefined || given.projectName !== undefined;
  const projectId = fromOptions ? given.projectId : read("OS_PROJECT_ID", "OS_TENANT_ID");
  const projectName = fromOptions ? given.projectName : read("OS_PROJECT_NAME", "OS_TENANT_NAME");
  const authUrl = given.identityEndpoint ?? read("OS_AUTH_URL");
  const api = given.api ?? apiOfEndpoint(given.endpoint ?? given.ecsEndpoint);
  return {
    credential: resolveCredential(given.token, { projectId, projectName, authUrl }, read),
    api,
    region: given.region ?? read("OS_REGION_NAME"),
    projectId,
    endpoint: oneOf(given.endpoint, api === "bms" ? given.bmsEndpoint : given.ecsEndpoint),
    ecsEndpoint: given.ecsEndpoint,
    interface: read("OS_INTERFACE", "OS_ENDPOINT_TYPE")?.replace(/URL$/, ""),
  };
}

interface Project {
  readonly projectId: string | undefined;
  readonly projectName: string | undefined;
  readonly authUrl: string | undefined;
}

type Read = (...names: readonly string[]) => string | undefined;

function resolveCredential(given: Secret | undefined, project: Project, read: Read): Credential {
  const { authUrl } = project;
  if (given !== undefined) return { kind: "token", token: given, authUrl };
  const token = read("OS_TOKEN");
  const password = read("OS_PASSWORD");
  const user = read("OS_USERNAME", "OS_USER_ID");
  const type = read("OS_AUTH_TYPE") ?? "";
  const wanted = /token/.test(type) ? "token" : /password/.test(type) ? "password" : undefined;
  const complete = password !== undefined && user !== undefined;
  if (token !== undefined && complete && wanted === undefined) {
    throw new UsageError(
      "OS_TOKEN and OS_USERNAME with OS_PASSWORD are both set, and OS_AUTH_TYPE does not choose one",
    );
  }
  if (token !== undefined && wanted !== "password")
    return { kind: "token", token: Secret.of(token), authUrl };
  if (!complete) {
    throw new UsageError(
      "no credentials: neither a token file, nor OS_TOKEN, nor OS_USERNAME with OS_PASSWORD",
    );
  }
  if (authUrl === undefined)
    throw new UsageError("OS_AUTH_URL, the address of the identity service, is not set");
  return {
    kind: "password",
    authUrl,
    password: Secret.of(password),
    userName: read("OS_USERNAME"),
    userId: read("OS_USER_ID"),
    userDomainName: read("OS_USER_DOMAIN_NAME", "OS_DOMAIN_NAME"),
    userDomainId: read("OS_USER_DOMAIN_ID", "OS_DOMAIN_ID"),
    projectId: project.projectId,
    projectName: project.projectName,
    projectDomainName: read("OS_PROJECT_DOMAIN_NAME"),
    projectDomainId: read("OS_PROJECT_DOMAIN_ID"),
  };
}

/** The address of the chosen API, by its own option or by its service's. */
function oneOf(endpoint: string | undefined, ofService: string | undefined): string | undefined {
  if (endpoint !== undefined && ofService !== undefined && endpoint !== ofService)
    throw new UsageError("two different addresses are given for the same API");
  return endpoint ?? ofService;
}

/** A base on a bare metal host, or one with a version, can only be meant for one API. */
function apiOfEndpoint(endpoint: string | undefined): Api | undefined {
  if (endpoint === undefined) return undefined;
  if (/^https?:\/\/bms\./i.test(endpoint)) return "bms";
  const version = /\/(v1|v2|v2\.1)(\/[^/]*)?\/*$/.exec(endpoint)?.[1];
  if (version === undefined) return undefined;
  return version === "v1" ? "v1" : "v2.1";
}
