import { describe, expect, it } from "vitest";
import { UsageError } from "../../lib/errors.ts";
import { Secret } from "../../lib/secret.ts";
import type { Environment } from "../../lib/settings/environment.ts";
import { resolveSettings, type GivenSettings, type Settings } from "../../lib/settings/resolve.ts";
import { everythingShown } from "../http/rejection.ts";

const login: Environment = {
  OS_AUTH_URL: "https://iam.example/v3",
  OS_USERNAME: "env-user",
  OS_USER_DOMAIN_NAME: "env-account",
  OS_PASSWORD: "CANARY-password",
  OS_PROJECT_NAME: "env-project",
  OS_REGION_NAME: "env-region",
};
const tokenOnly: Environment = { OS_TOKEN: "CANARY-token" };

/** Settings with the secrets taken out, so that all the rest can be compared at once. */
function resolved(given: GivenSettings, environment: Environment): { settings: Settings; secret: string } {
  const settings = resolveSettings(given, environment);
  const { credential } = settings;
  const held = heldBy(credential);
  expect(held).toBeInstanceOf(Secret);
  return { settings, secret: held instanceof Secret ? held.reveal() : held };
}

function heldBy(credential: Settings["credential"]): Secret | string {
  if (credential.kind === "token") return credential.token;
  return credential.kind === "password" ? credential.password : credential.secretKey;
}

function refusal(given: GivenSettings, environment: Environment): string {
  try {
    resolveSettings(given, environment);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    expect(everythingShown(error)).not.toContain("CANARY");
    return String(error);
  }
  return expect.fail("nothing was thrown");
}

describe("from the environment alone", () => {
  it("a password login", () => {
    const { settings, secret } = resolved({}, login);
    expect(secret).toBe("CANARY-password");
    expect(settings).toMatchObject({
      credential: {
        kind: "password",
        authUrl: "https://iam.example/v3",
        userName: "env-user",
        userId: undefined,
        userDomainName: "env-account",
        userDomainId: undefined,
        projectName: "env-project",
        projectId: undefined,
        projectDomainName: undefined,
        projectDomainId: undefined,
      },
      region: "env-region",
      projectId: undefined,
      api: undefined,
      endpoint: undefined,
      interface: undefined,
    });
  });

  it("every spelling of its variables", () => {
    const { settings } = resolved(
      {},
      {
        OS_AUTH_URL: "https://iam.example",
        OS_USER_ID: "u-id",
        OS_PASSWORD: "CANARY",
        OS_DOMAIN_ID: "d-id",
        OS_DOMAIN_NAME: "d-name",
        OS_TENANT_ID: "t-id",
        OS_TENANT_NAME: "t-name",
        OS_PROJECT_DOMAIN_NAME: "pd-name",
        OS_PROJECT_DOMAIN_ID: "pd-id",
        OS_ENDPOINT_TYPE: "internalURL",
      },
    );
    expect(settings).toMatchObject({
      credential: {
        userId: "u-id",
        userDomainId: "d-id",
        userDomainName: "d-name",
        projectId: "t-id",
        projectName: "t-name",
        projectDomainName: "pd-name",
        projectDomainId: "pd-id",
      },
      projectId: "t-id",
      interface: "internal",
    });
  });

  it.for([
    ["OS_PROJECT_ID", "OS_TENANT_ID", "projectId"],
    ["OS_PROJECT_NAME", "OS_TENANT_NAME", "projectName"],
    ["OS_USER_DOMAIN_NAME", "OS_DOMAIN_NAME", "userDomainName"],
    ["OS_USER_DOMAIN_ID", "OS_DOMAIN_ID", "userDomainId"],
  ] as const)("%s goes before %s", ([newer, older, field]) => {
    const both = { ...login, [newer]: "newer", [older]: "older" };
    expect(resolved({}, both).settings.credential).toMatchObject({ [field]: "newer" });
    expect(resolved({}, { ...both, [newer]: "" }).settings.credential).toMatchObject({ [field]: "older" });
  });

  it("the interface, with or without the old ending", () => {
    const interfaceOf = (environment: Environment): string | undefined =>
      resolved({}, { ...tokenOnly, ...environment }).settings.interface;
    expect(interfaceOf({ OS_INTERFACE: "admin" })).toBe("admin");
    expect(interfaceOf({ OS_INTERFACE: "publicURL" })).toBe("public");
    expect(interfaceOf({ OS_INTERFACE: "internal", OS_ENDPOINT_TYPE: "adminURL" })).toBe("internal");
  });

  it("a token, with the identity service where it is known", () => {
    const { settings, secret } = resolved({}, { ...tokenOnly, OS_PROJECT_ID: "p" });
    expect(secret).toBe("CANARY-token");
    expect(settings).toMatchObject({ credential: { kind: "token", authUrl: undefined }, projectId: "p" });
    const known = resolved({}, { ...tokenOnly, OS_AUTH_URL: "https://iam.example" }).settings;
    expect(known.credential).toMatchObject({ kind: "token", authUrl: "https://iam.example" });
  });
});

describe("what the caller gives stands above the environment", () => {
  it("field by field", () => {
    const given = {
      api: "v2.1",
      region: "given-region",
      endpoint: "https://ecs.example",
      identityEndpoint: "https://other-iam.example",
    } as const;
    const { settings } = resolved(given, login);
    expect(settings).toMatchObject({
      api: "v2.1",
      region: "given-region",
      endpoint: "https://ecs.example",
      credential: { authUrl: "https://other-iam.example", userName: "env-user" },
    });
  });

  it("a project by one spelling shuts out the other spelling's variable", () => {
    const environment = { ...login, OS_PROJECT_ID: "env-id" };
    const byName = resolved({ projectName: "given" }, environment).settings;
    expect(byName.projectId).toBeUndefined();
    expect(byName.credential).toMatchObject({ projectId: undefined, projectName: "given" });
    const byId = resolved({ projectId: "given" }, environment).settings;
    expect(byId.projectId).toBe("given");
    expect(byId.credential).toMatchObject({ projectId: "given", projectName: undefined });
  });

  it("a token beats every credential of the environment", () => {
    const token = Secret.of("CANARY-given");
    const { settings, secret } = resolved({ token }, { ...login, ...tokenOnly, OS_AUTH_TYPE: "password" });
    expect(secret).toBe("CANARY-given");
    expect(settings.credential).toMatchObject({ kind: "token", authUrl: "https://iam.example/v3" });
  });
});

describe("an empty variable is unset", () => {
  it("in a login", () => {
    const empty = { OS_TOKEN: "", OS_USER_ID: "", OS_PROJECT_ID: "", OS_TENANT_ID: "", OS_INTERFACE: "" };
    const { settings } = resolved({}, { ...empty, ...login, OS_REGION_NAME: "" });
    expect(settings.credential).toMatchObject({ kind: "password", userId: undefined, projectId: undefined });
    expect([settings.region, settings.projectId, settings.interface]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it.for(["OS_PASSWORD", "OS_USERNAME", "OS_AUTH_URL"])("%s empty is %s missing", (name) => {
    const { [name]: _removed, ...rest } = login;
    expect(refusal({}, { ...login, [name]: "" })).toBe(refusal({}, rest));
  });
});

describe("two credentials", () => {
  const both = { ...login, ...tokenOnly };

  it("that are both complete are refused, naming the variables", () => {
    expect(refusal({}, both)).toMatch(/OS_TOKEN.*OS_USERNAME.*OS_PASSWORD.*OS_AUTH_TYPE/);
    expect(refusal({}, { ...both, OS_AUTH_TYPE: "" })).toMatch(/OS_TOKEN/);
  });

  it.for([
    ["token", "token"],
    ["v3token", "token"],
    ["password", "password"],
    ["v3password", "password"],
  ])("OS_AUTH_TYPE=%s chooses the %s", ([type, kind]) => {
    expect(resolved({}, { ...both, OS_AUTH_TYPE: type }).settings.credential.kind).toBe(kind);
  });

  it("of which one is incomplete are one", () => {
    for (const name of ["OS_USERNAME", "OS_PASSWORD"]) {
      expect(resolved({}, { ...both, [name]: "" }).settings.credential.kind).toBe("token");
    }
    expect(resolved({}, { ...both, OS_TOKEN: "" }).settings.credential.kind).toBe("password");
  });
});

describe("missing parts", () => {
  it.for<[string, Environment, RegExp]>([
    ["everything", {}, /no credentials.*token.*OS_TOKEN.*OS_USERNAME.*OS_PASSWORD/],
    ["the password", { ...login, OS_PASSWORD: undefined }, /no credentials/],
    ["the user", { ...login, OS_USERNAME: undefined }, /no credentials/],
    ["the identity service", { ...login, OS_AUTH_URL: undefined }, /OS_AUTH_URL/],
    ["the password that OS_AUTH_TYPE asks for", { ...tokenOnly, OS_AUTH_TYPE: "password" }, /no credentials/],
  ])("%s", ([, environment, message]) => {
    expect(refusal({}, environment)).toMatch(message);
  });

  it("an identity service that is given is not missing", () => {
    const { settings } = resolved({ identityEndpoint: "https://x.example" }, { ...login, OS_AUTH_URL: "" });
    expect(settings.credential).toMatchObject({ authUrl: "https://x.example" });
  });
});

describe("the API", () => {
  it.for([
    ["https://ecs.example/v1", "v1"],
    ["https://ecs.example/v1/", "v1"],
    ["https://ecs.example/v1/0123", "v1"],
    ["https://nova.example/v2.1/0123/", "v2.1"],
    ["https://nova.example/compute/v2", "v2.1"],
    ["https://bms.eu-de.example", "bms"],
    ["https://BMS.eu-de.example/v1/0123", "bms"],
    ["https://bmserver.example", undefined],
    ["https://ecs.example/bms.", undefined],
    ["https://nova.example", undefined],
    ["https://v1.example", undefined],
    ["https://ecs.example/v1.1/0123", undefined],
  ] as const)("meant by the endpoint %s is %s", ([endpoint, api]) => {
    expect(resolved({ endpoint }, tokenOnly).settings.api).toBe(api);
  });

  it("that is given beats the endpoint's version", () => {
    expect(resolved({ api: "v1", endpoint: "https://x.example/v2.1" }, tokenOnly).settings.api).toBe("v1");
    const { api } = resolved({ api: "v2.1", endpoint: "https://bms.x.example" }, tokenOnly).settings;
    expect(api).toBe("v2.1");
  });
});

describe("the addresses of the services", () => {
  const bms = "https://bms.example";
  const ecs = "https://ecs.example";

  it.for([
    ["bms", { bmsEndpoint: bms, ecsEndpoint: ecs }, bms, ecs],
    ["bms", { endpoint: bms }, bms, undefined],
    ["bms", { ecsEndpoint: ecs }, undefined, ecs],
    ["bms", { endpoint: bms, bmsEndpoint: bms }, bms, undefined],
    ["v1", { bmsEndpoint: bms, ecsEndpoint: ecs }, ecs, ecs],
    ["v2.1", { bmsEndpoint: bms }, undefined, undefined],
    [undefined, { ecsEndpoint: ecs }, ecs, ecs],
  ] as const)("for %s, given %j, are %s and of ECS %s", ([api, given, endpoint, ecsEndpoint]) => {
    expect(resolved({ api, ...given }, tokenOnly).settings).toMatchObject({ api, endpoint, ecsEndpoint });
  });

  it("that of ECS can choose the API by its version, as the general one does", () => {
    expect(resolved({ ecsEndpoint: `${ecs}/v2.1` }, tokenOnly).settings.api).toBe("v2.1");
  });

  it("must not contradict each other", () => {
    const other = "https://other.example";
    expect(refusal({ api: "bms", endpoint: other, bmsEndpoint: bms }, tokenOnly)).toMatch(/two different/);
    expect(refusal({ api: "v1", endpoint: other, ecsEndpoint: ecs }, tokenOnly)).toMatch(/two different/);
  });
});
