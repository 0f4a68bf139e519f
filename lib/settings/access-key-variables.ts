import type { AccessKeyCredential } from "../auth/aksk.ts";
import { UsageError } from "../errors.ts";
import { Secret } from "../secret.ts";
import { catalogByPattern, identityHost, usualCloudDomain } from "./cloud-hosts.ts";
import type { ReadVariable } from "./environment.ts";

/** A family of variables that hold an access key. Key, secret key and security token are taken from one family only. */
interface Family {
  readonly accessKey: readonly string[];
  readonly secretKey: string;
  readonly securityToken: string;
  readonly projectId: readonly string[];
  readonly projectName: readonly string[];
  readonly authUrl: string;
}

/**
 * The Huawei Cloud SDK's, the Huawei Cloud Terraform provider's, and the one of OpenStack-like clients for these clouds.
 *
 * Sources: the environment tables of the SDK's credential providers and of the Terraform provider.
 */
const families: readonly Family[] = [
  {
    accessKey: ["HUAWEICLOUD_SDK_AK"],
    secretKey: "HUAWEICLOUD_SDK_SK",
    securityToken: "HUAWEICLOUD_SDK_SECURITY_TOKEN",
    projectId: ["HUAWEICLOUD_SDK_PROJECT_ID"],
    projectName: [],
    authUrl: "HUAWEICLOUD_SDK_IAM_ENDPOINT",
  },
  {
    accessKey: ["HW_ACCESS_KEY"],
    secretKey: "HW_SECRET_KEY",
    securityToken: "HW_SECURITY_TOKEN",
    projectId: ["HW_PROJECT_ID"],
    projectName: ["HW_PROJECT_NAME"],
    authUrl: "HW_AUTH_URL",
  },
  {
    accessKey: ["OS_ACCESS_KEY", "OS_ACCESS_KEY_ID"],
    secretKey: "OS_SECRET_KEY",
    securityToken: "OS_SECURITY_TOKEN",
    projectId: ["OS_PROJECT_ID", "OS_TENANT_ID"],
    projectName: ["OS_PROJECT_NAME", "OS_TENANT_NAME"],
    authUrl: "OS_AUTH_URL",
  },
];

/** What is settled before an access key is looked for: options, and what is no part of any one credential. */
export interface AccessKeyPlace {
  readonly region: string | undefined;
  readonly cloudDomain: string | undefined;
  readonly projectId: string | undefined;
  readonly projectName: string | undefined;
  readonly authUrl: string | undefined;
  /** Of the chosen API; may name the project as well. */
  readonly endpoint: string | undefined;
}

/** A complete access key of the environment. */
export interface AccessKeyFound {
  /** The variables that hold it. */
  readonly variables: string;
  /** Throws `UsageError` naming what is missing to reach the project. */
  credential(place: AccessKeyPlace): AccessKeyCredential;
}

/** Every access key of the environment with its secret key. */
export function accessKeysIn(read: ReadVariable): readonly AccessKeyFound[] {
  return families.flatMap((family) => {
    const accessKey = read(...family.accessKey);
    const secretKey = read(family.secretKey);
    if (accessKey === undefined || secretKey === undefined) return [];
    const variables = `${setAmong(family.accessKey, read)} with ${family.secretKey}`;
    const securityToken = read(family.securityToken);
    return {
      variables,
      credential: (place) => ({
        accessKey,
        secretKey: Secret.of(secretKey),
        securityToken: securityToken === undefined ? undefined : Secret.of(securityToken),
        ...projectOf(family, place, read),
        catalog: catalogFor(place),
      }),
    };
  });
}

/** Tells which variable is missing beside one that is set; undefined when no access key was begun. */
export function halfAccessKeyIn(read: ReadVariable): string | undefined {
  for (const family of families) {
    const accessKey = setAmong(family.accessKey, read);
    if ((accessKey === undefined) === (read(family.secretKey) === undefined)) continue;
    return accessKey === undefined
      ? `${family.secretKey} is set, but ${family.accessKey[0] ?? ""} is not`
      : `${accessKey} is set, but ${family.secretKey} is not`;
  }
  return undefined;
}

/** The names of all pairs, for an error that says where credentials may be. */
export const accessKeyVariables: readonly string[] = families.map(
  ({ accessKey, secretKey }) => `${accessKey[0] ?? ""} with ${secretKey}`,
);

function setAmong(names: readonly string[], read: ReadVariable): string | undefined {
  return names.find((name) => read(name) !== undefined);
}

function projectOf(
  family: Family,
  place: AccessKeyPlace,
  read: ReadVariable,
): Pick<AccessKeyCredential, "projectId" | "projectName" | "authUrl"> {
  // A project that is named by an option shuts out the variables for it.
  const named = place.projectId ?? projectInPath(place.endpoint);
  const projectId = named ?? (place.projectName === undefined ? read(...family.projectId) : undefined);
  if (projectId !== undefined) return { projectId };
  const projectName = place.projectName ?? read(...family.projectName) ?? place.region;
  const variable = family.projectId[0] ?? "";
  if (projectName === undefined)
    throw new UsageError(`neither ${variable} nor a region, whose project could be looked up, is set`);
  const authUrl = place.authUrl ?? read(family.authUrl) ?? identityOf(place);
  if (authUrl === undefined) {
    throw new UsageError(
      `${variable} is not set, and neither ${family.authUrl} nor a region tells where to look up the project`,
    );
  }
  return { projectName, authUrl };
}

function identityOf({ region, cloudDomain }: AccessKeyPlace): string | undefined {
  return region === undefined ? undefined : identityHost(region, cloudDomain ?? usualCloudDomain(region));
}

function catalogFor({ region, cloudDomain, endpoint }: AccessKeyPlace): AccessKeyCredential["catalog"] {
  if (region === undefined && endpoint !== undefined) return undefined;
  if (region === undefined)
    throw new UsageError(
      "an access key tells no address: neither HW_REGION_NAME, nor a region, nor an endpoint is set",
    );
  return catalogByPattern(region, cloudDomain ?? usualCloudDomain(region));
}

/** `…/v1/{project_id}` and `…/v2.1/{project_id}` name their project. */
function projectInPath(endpoint: string | undefined): string | undefined {
  return /\/(?:v1|v2|v2\.1)\/([^/?#]+)\/*$/.exec(endpoint ?? "")?.[1];
}
