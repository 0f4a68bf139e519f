import * as v from "valibot";
import { UnavailableError } from "../errors.ts";
import { jsonBody, requestIdOf, type HttpResponse } from "../http/message.ts";
import type { AuthScope } from "./authorizer.ts";
import type { CatalogEndpoint } from "./catalog.ts";

const tokenBody = v.object({
  token: v.object({
    expires_at: v.string(),
    project: v.optional(v.object({ id: v.string() })),
    catalog: v.optional(
      v.array(
        v.object({
          type: v.string(),
          endpoints: v.array(
            v.object({
              interface: v.string(),
              region_id: v.nullish(v.string()),
              region: v.nullish(v.string()),
              url: v.string(),
            }),
          ),
        }),
      ),
    ),
  }),
});

/** The parts of a token document that are used here. */
export interface TokenDocument extends AuthScope {
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/**
 * Reads the body of `POST` or `GET /v3/auth/tokens` (Identity API v3).
 *
 * Throws `UnavailableError` when it is not such a document; the body itself is not repeated.
 */
export function readTokenDocument(response: HttpResponse, host: string): TokenDocument {
  const parsed = v.safeParse(tokenBody, jsonBody(response));
  const expiresAt = parsed.success ? Date.parse(parsed.output.token.expires_at) : Number.NaN;
  if (!parsed.success || Number.isNaN(expiresAt)) {
    throw new UnavailableError(`${host} does not answer like an identity service (version 3)`, {
      status: response.status,
      requestId: requestIdOf(response),
    });
  }
  const { project, catalog } = parsed.output.token;
  return {
    expiresAt,
    projectId: project?.id,
    catalog: catalog?.flatMap(({ type, endpoints }) =>
      endpoints.map((endpoint): CatalogEndpoint => ({
        type,
        interface: endpoint.interface,
        region: endpoint.region_id ?? endpoint.region ?? undefined,
        url: endpoint.url,
      })),
    ),
  };
}
