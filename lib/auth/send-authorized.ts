import type { HttpRequest, HttpResponse } from "../http/message.ts";
import { sendWithRetry } from "../http/retry.ts";
import type { AuthContext, Authorizer } from "./authorizer.ts";

/** An answer, and the request with its proof that it answers. */
export interface AuthorizedExchange {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
}

/** How requests are sent and answers read, where a service has ways of its own. */
export interface SendingWays {
  /** Default: `sendWithRetry`. */
  readonly send?: (request: HttpRequest) => Promise<HttpResponse>;
  /** The service says that it does not know the caller. Default: status 401. */
  readonly isUnrecognised?: (response: HttpResponse) => boolean;
}

/**
 * Sends a request with its proof; once more with a fresh one when the first is not recognised.
 *
 * The last answer is returned whatever it is. Throws the errors of the authorizer and of sending.
 */
export async function sendAuthorized(
  plain: HttpRequest,
  authorizer: Pick<Authorizer, "authorize" | "renew">,
  context: AuthContext,
  ways: SendingWays = {},
): Promise<AuthorizedExchange> {
  const { send = async (request) => sendWithRetry(request, context) } = ways;
  const { isUnrecognised = ({ status }) => status === 401 } = ways;
  const attempt = async (): Promise<AuthorizedExchange> => {
    const request = await authorizer.authorize(plain, context);
    return { request, response: await send(request) };
  };
  const first = await attempt();
  if (!isUnrecognised(first.response) || !authorizer.renew(first.response, first.request)) return first;
  const second = await attempt();
  // Told as well: what was refused twice must not be sent by the next call.
  if (isUnrecognised(second.response)) authorizer.renew(second.response, second.request);
  return second;
}
