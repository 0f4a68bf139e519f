import type { Call, World } from "../call.ts";
import type { Token } from "../tokens.ts";
import { catalogOf } from "./catalog.ts";

/** Keystone writes microseconds. */
function instant(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("Z", "000Z");
}

/** What Keystone says about a token; `?nocatalog` leaves the catalog out, whatever its value. */
export function tokenBody(token: Token, call: Call, world: World): unknown {
  const { user, project } = token;
  return {
    methods: token.methods,
    user: { domain: user.domain, id: user.id, name: user.name, password_expires_at: null },
    audit_ids: token.auditIds,
    expires_at: instant(token.expiresAt),
    issued_at: instant(token.issuedAt),
    ...(project === undefined
      ? {}
      : {
          project: { domain: project.domain, id: project.id, name: project.name },
          is_domain: false,
          roles: token.roles.map((name) => ({ id: roleIds[name], name })),
          ...(call.query.has("nocatalog") ? {} : { catalog: catalogOf(world, project) }),
        }),
  };
}

const roleIds = {
  reader: "00000000000000000000000000000a01",
  member: "00000000000000000000000000000a02",
  admin: "00000000000000000000000000000a03",
} as const;
