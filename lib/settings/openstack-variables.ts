import type { KeystoneCredential } from "../auth/keystone.ts";
import type { TokenCredential } from "../auth/token.ts";
import { UsageError } from "../errors.ts";
import { Secret } from "../secret.ts";
import type { ReadVariable } from "./environment.ts";

/** The project of a login, and where it is made. */
export interface LoginPlace {
  readonly projectId: string | undefined;
  readonly projectName: string | undefined;
  readonly authUrl: string | undefined;
}

/** A complete credential of the `OS_*` variables. */
export interface OpenStackFound {
  /** The variables that hold it. */
  readonly variables: string;
  /** Throws `UsageError` when OS_AUTH_URL is missing for a login. */
  credential(
    place: LoginPlace,
  ): ({ readonly kind: "token" } & TokenCredential) | ({ readonly kind: "password" } & KeystoneCredential);
}

/**
 * The token or the password login of the environment (OpenStack client configuration); undefined when neither is complete.
 *
 * Throws `UsageError` when both are and OS_AUTH_TYPE does not choose one.
 */
export function openStackCredentialIn(read: ReadVariable): OpenStackFound | undefined {
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
  if (token !== undefined && wanted !== "password") {
    return {
      variables: "OS_TOKEN",
      credential: ({ authUrl }) => ({ kind: "token", token: Secret.of(token), authUrl }),
    };
  }
  if (!complete) return undefined;
  return {
    variables: "OS_USERNAME with OS_PASSWORD",
    credential: ({ authUrl, projectId, projectName }) => {
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
        projectId,
        projectName,
        projectDomainName: read("OS_PROJECT_DOMAIN_NAME"),
        projectDomainId: read("OS_PROJECT_DOMAIN_ID"),
      };
    },
  };
}
