import type { AccessKeyCredential } from "../auth/aksk.ts";
import type { KeystoneCredential } from "../auth/keystone.ts";
import type { TokenCredential } from "../auth/token.ts";
import { UsageError } from "../errors.ts";
import type { Secret } from "../secret.ts";
import { accessKeysIn, accessKeyVariables, halfAccessKeyIn } from "./access-key-variables.ts";
import { identityHost } from "./cloud-hosts.ts";
import { variablesOf, type Environment, type ReadVariable } from "./environment.ts";
import { openStackCredentialIn, type LoginPlace } from "./openstack-variables.ts";

/** The dialects that can be chosen. */
type Api = "v1" | "v2.1" | "bms";

/** Settings given by the caller; they stand above the environment. */
export interface GivenSettings {
  readonly api?: Api | undefined;
  readonly region?: string | undefined;
  readonly projectId?: string | undefined;
  readonly projectName?: string | undefined;
  /** Domain below which a region's services are found, like `myhuaweicloud.com`. */
  readonly cloudDomain?: string | undefined;
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
  | ({ readonly kind: "token" } & TokenCredential)
  | ({ readonly kind: "password" } & KeystoneCredential)
  | ({ readonly kind: "access-key" } & AccessKeyCredential);

/** Everything needed to reach one project of one cloud. */
export interface Settings {
  readonly credential: Credential;
  /** Undefined: v1 where the catalog lists `ecs`, else v2.1; always v2.1 on Open Telekom Cloud. */
  readonly api: Api | undefined;
  readonly region: string | undefined;
  readonly projectId: string | undefined;
  /** Base URL of the chosen API. */
  readonly endpoint: string | undefined;
  /** Base URL of ECS, where key pairs are. */
  readonly ecsEndpoint: string | undefined;
  readonly interface: string | undefined;
}

/** The settings that depend on which credential is used. */
type CredentialSettings = Pick<Settings, "credential" | "region" | "projectId" | "interface">;

/** One complete credential of the environment. */
interface Candidate {
  /** The variables that hold it. */
  readonly variables: string;
  /** Throws `UsageError` naming what is missing besides. */
  settle(): CredentialSettings;
}

/**
 * Settings from what the caller gives and from the environment, in this order: the `OS_*` variables of OpenStack clients,
 * and the access keys of the Huawei Cloud SDK (`HUAWEICLOUD_SDK_*`) and Terraform provider (`HW_*`).
 *
 * Throws `UsageError` naming the variables that are missing, or two credentials that are both complete.
 */
export function resolveSettings(given: GivenSettings, environment: Environment): Settings {
  const read = variablesOf(environment);
  const api = given.api ?? apiOfEndpoint(given.endpoint ?? given.ecsEndpoint);
  const endpoint = oneOf(given.endpoint, api === "bms" ? given.bmsEndpoint : given.ecsEndpoint);
  const login = loginPlace(given, read);
  const settled =
    given.token === undefined
      ? onlyOne([...logins(login, read), ...accessKeys({ ...given, endpoint }, read)], read).settle()
      : withLogin({ kind: "token", token: given.token, authUrl: login.authUrl }, login, read);
  return { ...settled, api, endpoint, ecsEndpoint: given.ecsEndpoint };
}

function onlyOne(candidates: readonly Candidate[], read: ReadVariable): Candidate {
  const [first, second] = candidates;
  if (first === undefined) {
    const half = halfAccessKeyIn(read);
    if (half !== undefined) throw new UsageError(half);
    const places = ["OS_TOKEN", "OS_USERNAME with OS_PASSWORD", ...accessKeyVariables];
    throw new UsageError(`no credentials: neither a token file, nor ${places.join(", nor ")}`);
  }
  if (second !== undefined) {
    const all = candidates.map(({ variables }) => variables).join(" and ");
    throw new UsageError(`several credentials are set, and none stands above the other: ${all}`);
  }
  return first;
}

interface Place extends LoginPlace {
  readonly region: string | undefined;
}

function loginPlace(given: GivenSettings, read: ReadVariable): Place {
  // An option for the one spelling of a project shuts out the other spelling's variable.
  const fromOptions = given.projectId !== undefined || given.projectName !== undefined;
  const region = given.region ?? read("OS_REGION_NAME");
  const byPattern =
    given.cloudDomain === undefined || region === undefined
      ? undefined
      : identityHost(region, given.cloudDomain);
  return {
    region,
    projectId: fromOptions ? given.projectId : read("OS_PROJECT_ID", "OS_TENANT_ID"),
    projectName: fromOptions ? given.projectName : read("OS_PROJECT_NAME", "OS_TENANT_NAME"),
    authUrl: given.identityEndpoint ?? read("OS_AUTH_URL") ?? byPattern,
  };
}

function logins(place: Place, read: ReadVariable): readonly Candidate[] {
  const found = openStackCredentialIn(read);
  if (found === undefined) return [];
  return [{ variables: found.variables, settle: () => withLogin(found.credential(place), place, read) }];
}

function withLogin(
  credential: Credential,
  { region, projectId }: Place,
  read: ReadVariable,
): CredentialSettings {
  const face = read("OS_INTERFACE", "OS_ENDPOINT_TYPE")?.replace(/URL$/, "");
  return { credential, region, projectId, interface: face };
}

function accessKeys(given: GivenSettings, read: ReadVariable): readonly Candidate[] {
  const region = given.region ?? read("HW_REGION_NAME", "OS_REGION_NAME");
  const place = {
    region,
    cloudDomain: given.cloudDomain ?? read("HW_CLOUD"),
    projectId: given.projectId,
    projectName: given.projectName,
    authUrl: given.identityEndpoint,
    endpoint: given.endpoint,
  };
  return accessKeysIn(read).map((found) => ({
    variables: found.variables,
    settle: () => {
      const credential = found.credential(place);
      const { projectId } = credential;
      return { credential: { kind: "access-key", ...credential }, region, projectId, interface: undefined };
    },
  }));
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
