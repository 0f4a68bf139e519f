import * as v from "valibot";
import { AuthError, UnavailableError, UsageError } from "../errors.ts";
import { jsonBody, requestIdOf } from "../http/message.ts";
import type { AuthContext, Authorizer } from "./authorizer.ts";
import { identityUrl, requireSuccess } from "./identity-service.ts";
import { sendAuthorized } from "./send-authorized.ts";

const projectList = v.object({ projects: v.array(v.object({ id: v.string() })) });

const shownIds = 5;

/**
 * The id of the one project of this name (`GET /v3/projects?name=`, Identity API v3).
 *
 * Throws `UsageError` when no project or several have the name, `AuthError` when the credential is refused or may not
 * list projects.
 */
export async function lookUpProject(
  authUrl: string,
  name: string,
  authorizer: Pick<Authorizer, "authorize" | "renew">,
  context: AuthContext,
): Promise<string> {
  const url = identityUrl(authUrl, "projects");
  url.searchParams.set("name", name);
  const { response } = await sendAuthorized({ method: "GET", url, headers: {} }, authorizer, context);
  const requestId = requestIdOf(response);
  if (response.status === 403) {
    const action = "iam:projects:listProjects";
    throw new AuthError(`${url.host}: this access key may not look up projects`, 403, { requestId, action });
  }
  requireSuccess(response, url, "access key, secret key or security token is not accepted");
  const parsed = v.safeParse(projectList, jsonBody(response));
  if (!parsed.success) {
    throw new UnavailableError(`${url.host} does not answer like an identity service (version 3)`, {
      status: response.status,
      requestId,
    });
  }
  const ids = parsed.output.projects.map(({ id }) => id);
  const [id] = ids;
  if (id === undefined) throw new UsageError(`${url.host} knows no project named ${name}`, { requestId });
  if (ids.length > 1) {
    const some = ids.slice(0, shownIds).join(", ");
    throw new UsageError(`${url.host} knows ${ids.length} projects named ${name}: ${some}`, { requestId });
  }
  return id;
}
