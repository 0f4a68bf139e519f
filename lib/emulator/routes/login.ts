import { json, type Answer } from "../answer.ts";
import type { Call, World } from "../call.ts";
import type { Domain, Project, User } from "../state.ts";
import type { Token } from "../tokens.ts";
import { identityError, unauthenticated } from "./identity-error.ts";
import { tokenBody } from "./token-body.ts";

type Json = Readonly<Record<string, unknown>>;

const blame =
  "The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error.";

/**
 * POST /v3/auth/tokens with the methods password and token.
 *
 * Who was wrong, the user, the password, or the project, is not told: each is the same 401.
 */
export function login(call: Call, world: World): Answer {
  const request = readRequest(call.body);
  if (typeof request === "string") return identityError(400, `${request} ${blame}`);
  const { methods, identity, scope } = request;
  for (const method of methods) {
    if (!isObject(identity[method]))
      return identityError(400, `Expecting to find ${method} in identity. ${blame}`);
  }
  const known = authenticate(methods, identity, world);
  if (known === "unrecognised") return identityError(404, "Could not recognize Fernet token");
  if (known === undefined) return identityError(401, unauthenticated);
  const project = chooseProject(scope, known, world);
  if (project === "none") return identityError(401, unauthenticated);
  const token = world.tokens.issue({
    user: known.user,
    project,
    methods,
    ...(known.token === undefined ? {} : { parent: known.token }),
  });
  const headers = { "X-Subject-Token": token.text };
  return { ...json(201, { token: tokenBody(token, call, world) }, headers), user: token.user.name };
}

interface LoginRequest {
  readonly methods: readonly string[];
  readonly identity: Json;
  /** Undefined when none was asked for. */
  readonly scope: unknown;
}

/** The parts of the body, or what is missing in it. */
function readRequest(bytes: Uint8Array): LoginRequest | string {
  let body: unknown = {};
  try {
    if (bytes.length > 0) body = JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return "Expecting to find valid JSON in request body.";
  }
  if (!isObject(body)) return "Expecting to find valid JSON in request body.";
  const auth = body["auth"];
  if (!isObject(auth)) return "Expecting to find auth in request body.";
  const identity = auth["identity"];
  if (!isObject(identity)) return "Expecting to find identity in auth.";
  const methods = identity["methods"];
  if (!Array.isArray(methods) || methods.length === 0 || !methods.every((one) => typeof one === "string")) {
    return "Expecting to find methods in identity.";
  }
  return { methods: methods.map(String), identity, scope: auth["scope"] };
}

interface Authenticated {
  readonly user: User;
  /** What was exchanged, for the method token. */
  readonly token?: Token;
}

function authenticate(
  methods: readonly string[],
  identity: Json,
  world: World,
): Authenticated | "unrecognised" | undefined {
  const [method] = methods;
  const given = method === undefined ? undefined : identity[method];
  if (methods.length !== 1 || !isObject(given)) return undefined;
  if (method === "token") {
    const token = world.tokens.find(typeof given["id"] === "string" ? given["id"] : undefined);
    return token === undefined ? "unrecognised" : { user: token.user, token };
  }
  const row = given["user"];
  if (method !== "password" || !isObject(row)) return undefined;
  const user = world.state.users.find((one) =>
    row["id"] === undefined
      ? one.name === row["name"] && isDomain(row["domain"], one.domain)
      : one.id === row["id"],
  );
  return user !== undefined && user.password === row["password"] ? { user } : undefined;
}

/** The project of the new token; undefined: unscoped; "none": asked for one that this user may not enter. */
function chooseProject(scope: unknown, known: Authenticated, world: World): Project | "none" | undefined {
  const { user, token } = known;
  if (scope === undefined) return token === undefined ? user.defaultProject : token.project;
  if (scope === "unscoped" || (isObject(scope) && isObject(scope["unscoped"]))) return undefined;
  const wanted = isObject(scope) ? scope["project"] : undefined;
  if (!isObject(wanted)) return "none";
  const found = world.state.projects.find((one) => {
    if (wanted["id"] !== undefined) return one.id === wanted["id"];
    // Huawei Cloud looks in the user's own account when no domain is named.
    const inDomain =
      wanted["domain"] === undefined
        ? one.domain.id === user.domain.id
        : isDomain(wanted["domain"], one.domain);
    return one.name === wanted["name"] && inDomain;
  });
  return found !== undefined && user.roles.has(found.id) ? found : "none";
}

function isDomain(given: unknown, domain: Domain): boolean {
  if (!isObject(given)) return false;
  return given["id"] === undefined ? given["name"] === domain.name : given["id"] === domain.id;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
