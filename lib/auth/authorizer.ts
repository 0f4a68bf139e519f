import type { Clock } from "../clock.ts";
import type { HttpRequest, HttpResponse } from "../http/message.ts";
import type { RetryContext } from "../http/retry.ts";
import type { Catalog } from "./catalog.ts";

/** What an authorizer may use to obtain its proof: the same transport, retries and clock as the request itself. */
export interface AuthContext extends RetryContext {
  readonly clock: Clock;
}

/** What a login tells besides its token. */
export interface AuthScope {
  /** The project that the credential is good for. */
  readonly projectId: string | undefined;
  /** The services of that project and where they are; undefined when the credential brings no catalog. */
  readonly catalog: Catalog | undefined;
}

/** A credential in, signed requests out. Every way of getting in implements this. */
export interface Authorizer {
  /**
   * Adds the proof of who we are; logs in first where the credential needs it.
   *
   * Throws `AuthError` when the credential is refused; a refused credential is never tried again.
   */
  authorize(request: HttpRequest, context: AuthContext): Promise<HttpRequest>;
  /**
   * Told of a 401 and the request that it answers: forgets a stale proof.
   *
   * True when a request authorized now would carry a fresh one.
   */
  renew(response: HttpResponse, request: HttpRequest): boolean;
  /** Project and catalog; logs in where needed. */
  scope(context: AuthContext): Promise<AuthScope>;
}
