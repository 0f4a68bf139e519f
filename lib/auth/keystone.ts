import { UnavailableError, UsageError } from "../errors.ts";
import { requestIdOf, type HttpRequest } from "../http/message.ts";
import { Secret } from "../secret.ts";
import { askOnce } from "./ask-once.ts";
import type { AuthContext, Authorizer } from "./authorizer.ts";
import { askIdentityService, tokensUrl } from "./identity-service.ts";
import { readTokenDocument, type TokenDocument } from "./token-response.ts";

/** A user's password login, and the project it is for. */
export interface KeystoneCredential {
  /** Of the identity service, with or without `/v3`. */
  readonly authUrl: string;
  readonly userName?: string | undefined;
  readonly userId?: string | undefined;
  /** Domain (Huawei Cloud: account) of the user; needed with `userName`. */
  readonly userDomainName?: string | undefined;
  readonly userDomainId?: string | undefined;
  readonly password: string | Secret;
  readonly projectId?: string | undefined;
  readonly projectName?: string | undefined;
  /** Domain of the project; default: the user's. */
  readonly projectDomainName?: string | undefined;
  readonly projectDomainId?: string | undefined;
}

interface Login extends TokenDocument {
  readonly token: Secret;
}

// A token that dies between the check and the service's own would cost a failed request.
const expiryMarginMs = 60_000;

/**
 * Logs in by password (`POST /v3/auth/tokens`, Identity API v3; Huawei Cloud IAM takes the same request).
 *
 * The token is kept in memory, renewed a minute before it expires and once after a 401. Throws `UsageError` at once
 * when user, domain or project are missing, `AuthError` when the login is refused; it is then never sent again.
 */
export function keystoneAuthorizer(credential: KeystoneCredential): Authorizer {
  const url = tokensUrl(credential.authUrl);
  const password =
    typeof credential.password === "string" ? Secret.of(credential.password) : credential.password;
  const user = userOf(credential);
  const scope = { project: projectOf(credential) };

  const logIn = async (context: AuthContext): Promise<Login> => {
    const identity = { methods: ["password"], password: { user: { ...user, password: password.reveal() } } };
    const body = new TextEncoder().encode(JSON.stringify({ auth: { identity, scope } }));
    const request: HttpRequest = {
      method: "POST",
      url,
      headers: { "Content-Type": "application/json" },
      body,
    };
    const response = await askIdentityService(request, context, "user, password or project is not accepted");
    const token = response.headers["x-subject-token"];
    if (token === undefined || token === "") {
      throw new UnavailableError(`${url.host} accepted the login but sent no token`, {
        requestId: requestIdOf(response),
      });
    }
    return { ...readTokenDocument(response, url.host), token: Secret.of(token) };
  };

  const login = askOnce(
    logIn,
    ({ expiresAt }, { clock }: AuthContext) => expiresAt - expiryMarginMs > clock.now(),
  );

  return {
    authorize: async (request, context) => {
      const { token } = await login.get(context);
      return { ...request, headers: { ...request.headers, "X-Auth-Token": token.reveal() } };
    },
    renew: () => login.forget(),
    scope: async (context) => login.get(context),
  };
}

interface Named {
  readonly id?: string;
  readonly name?: string;
  readonly domain?: Named;
}

function userOf(credential: KeystoneCredential): Named {
  if (credential.userId !== undefined) return { id: credential.userId };
  if (credential.userName === undefined) throw new UsageError("the login has no user name");
  const domain = domainOf(credential.userDomainId, credential.userDomainName);
  if (domain === undefined)
    throw new UsageError("the login has a user name but no user domain (on Huawei Cloud: the account)");
  return { name: credential.userName, domain };
}

function projectOf(credential: KeystoneCredential): Named {
  if (credential.projectId !== undefined) return { id: credential.projectId };
  if (credential.projectName === undefined) throw new UsageError("the login has no project");
  const domain =
    domainOf(credential.projectDomainId, credential.projectDomainName) ??
    domainOf(credential.userDomainId, credential.userDomainName);
  return domain === undefined ? { name: credential.projectName } : { name: credential.projectName, domain };
}

function domainOf(id: string | undefined, name: string | undefined): Named | undefined {
  if (id !== undefined) return { id };
  return name === undefined ? undefined : { name };
}
