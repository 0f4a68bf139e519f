import { Secret } from "../secret.ts";
import type { HttpRequest } from "../http/message.ts";
import { askOnce } from "./ask-once.ts";
import type { AuthContext, Authorizer, AuthScope } from "./authorizer.ts";
import { askIdentityService, tokensUrl } from "./identity-service.ts";
import { readTokenDocument } from "./token-response.ts";

/** A token that somebody else obtained. */
export interface TokenCredential {
  readonly token: string | Secret;
  /** Where the token was issued; with it, project and catalog can be asked for. */
  readonly authUrl?: string | undefined;
}

/**
 * Authorizes with a ready token in `X-Auth-Token` (Identity API v3). It cannot be renewed.
 *
 * {@link Authorizer.scope} validates the token against `authUrl` (one request, then remembered) and throws
 * `AuthError` when it has expired.
 */
export function tokenAuthorizer(credential: TokenCredential): Authorizer {
  const token = typeof credential.token === "string" ? Secret.of(credential.token) : credential.token;
  const withToken = (request: HttpRequest): HttpRequest => ({
    ...request,
    headers: { ...request.headers, "X-Auth-Token": token.reveal() },
  });
  const scope = askOnce(async (context: AuthContext): Promise<AuthScope> => {
    if (credential.authUrl === undefined) return { projectId: undefined, catalog: undefined };
    const url = tokensUrl(credential.authUrl);
    const request = withToken({ method: "GET", url, headers: { "X-Subject-Token": token.reveal() } });
    return readTokenDocument(
      await askIdentityService(request, context, "the token is not valid or has expired"),
      url.host,
    );
  });
  return {
    authorize: async (request) => withToken(request),
    renew: () => false,
    scope: async (context) => scope.get(context),
  };
}
