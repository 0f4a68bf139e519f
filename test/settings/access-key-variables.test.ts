import { describe, expect, it } from "vitest";
import { UsageError } from "../../lib/errors.ts";
import { Secret } from "../../lib/secret.ts";
import type { Environment } from "../../lib/settings/environment.ts";
import { resolveSettings, type GivenSettings, type Settings } from "../../lib/settings/resolve.ts";
import { everythingShown } from "../http/rejection.ts";

const sdk: Environment = { HUAWEICLOUD_SDK_AK: "sdk-key", HUAWEICLOUD_SDK_SK: "CANARY-sdk" };
const terraform: Environment = { HW_ACCESS_KEY: "hw-key", HW_SECRET_KEY: "CANARY-hw" };
const openstack: Environment = { OS_ACCESS_KEY: "os-key", OS_SECRET_KEY: "CANARY-os" };
const place: GivenSettings = { region: "r-1", projectId: "given-id" };

type AccessKeySettings = Settings & { readonly credential: { readonly kind: "access-key" } };

function resolved(given: GivenSettings, environment: Environment): AccessKeySettings {
  const settings = resolveSettings(given, environment);
  const { credential } = settings;
  if (credential.kind !== "access-key") return expect.fail(`the credential is a ${credential.kind}`);
  return { ...settings, credential };
}

const shown = (secret: string | Secret | undefined): string | undefined =>
  secret instanceof Secret ? secret.reveal() : secret;

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

describe("an access key", () => {
  it.for([
    [sdk, "sdk-key", "CANARY-sdk", "HUAWEICLOUD_SDK_SECURITY_TOKEN"],
    [terraform, "hw-key", "CANARY-hw", "HW_SECURITY_TOKEN"],
    [openstack, "os-key", "CANARY-os", "OS_SECURITY_TOKEN"],
  ] as const)("of one family, with that family's security token only: %j", ([family, key, secret, token]) => {
    const others = {
      HUAWEICLOUD_SDK_SECURITY_TOKEN: "CANARY-1",
      HW_SECURITY_TOKEN: "CANARY-2",
      OS_SECURITY_TOKEN: "CANARY-3",
      [token]: "",
    };
    const without = resolved(place, { ...others, ...family }).credential;
    expect(without.accessKey).toBe(key);
    expect([shown(without.secretKey), shown(without.securityToken)]).toEqual([secret, undefined]);
    const withToken = resolved(place, { ...others, ...family, [token]: "CANARY-own" }).credential;
    expect(shown(withToken.securityToken)).toBe("CANARY-own");
  });

  it("OS_ACCESS_KEY_ID is another spelling", () => {
    const environment = { OS_ACCESS_KEY_ID: "id", OS_SECRET_KEY: "CANARY" };
    expect(resolved(place, environment).credential.accessKey).toBe("id");
  });

  it.for([
    [sdk, { ...terraform }],
    [sdk, { ...openstack }],
    [terraform, { OS_USERNAME: "u", OS_PASSWORD: "CANARY", OS_AUTH_TYPE: "password" }],
    [openstack, { OS_TOKEN: "CANARY" }],
  ])("beside another complete credential is refused, with all names: %j %j", ([one, other]) => {
    const message = refusal(place, { ...one, ...other });
    for (const name of Object.keys({ ...one, ...other })) {
      if (name !== "OS_AUTH_TYPE") expect(message).toContain(name);
    }
  });

  it("an empty variable beside it is no credential", () => {
    expect(resolved(place, { ...sdk, HW_ACCESS_KEY: "x", HW_SECRET_KEY: "" }).credential.accessKey).toBe(
      "sdk-key",
    );
    expect(resolved(place, { ...sdk, OS_TOKEN: "", OS_USERNAME: "u" }).credential.accessKey).toBe("sdk-key");
  });

  it("a token that is given stands above it", () => {
    expect(resolveSettings({ token: Secret.of("t") }, sdk).credential.kind).toBe("token");
  });

  it.for([
    [{ HUAWEICLOUD_SDK_AK: "k" }, /HUAWEICLOUD_SDK_AK is set, but HUAWEICLOUD_SDK_SK is not/],
    [{ HW_SECRET_KEY: "CANARY" }, /HW_SECRET_KEY is set, but HW_ACCESS_KEY is not/],
    [{ OS_ACCESS_KEY_ID: "k" }, /OS_ACCESS_KEY_ID is set, but OS_SECRET_KEY is not/],
    [{}, /no credentials: .*HUAWEICLOUD_SDK_AK with HUAWEICLOUD_SDK_SK.*HW_ACCESS_KEY with HW_SECRET_KEY/],
  ] as const)("that is half: %j", ([environment, message]) => {
    expect(refusal(place, environment)).toMatch(message);
  });
});

describe("its project", () => {
  const known = { ...terraform, HW_REGION_NAME: "r-1", HW_PROJECT_ID: "env-id", HW_PROJECT_NAME: "env-name" };

  it.for<[string, GivenSettings, Environment, object]>([
    ["an option by id", { projectId: "given" }, known, { projectId: "given" }],
    ["an option by name", { projectName: "given" }, known, { projectName: "given" }],
    [
      "the endpoint's",
      { endpoint: "https://e.example/v1/of-endpoint/" },
      known,
      { projectId: "of-endpoint" },
    ],
    [
      "an option above the endpoint's",
      { endpoint: "https://e.example/v2.1/x", projectId: "given" },
      known,
      { projectId: "given" },
    ],
    ["the variable by id", {}, known, { projectId: "env-id" }],
    ["the variable by name", {}, { ...known, HW_PROJECT_ID: "" }, { projectName: "env-name" }],
    ["the region's", {}, { ...terraform, HW_REGION_NAME: "r-1" }, { projectName: "r-1" }],
    ["the SDK's", place, { ...sdk, HUAWEICLOUD_SDK_PROJECT_ID: "sdk-id" }, { projectId: "given-id" }],
    [
      "no other family's",
      { region: "r-1" },
      { ...sdk, HW_PROJECT_ID: "x", OS_PROJECT_ID: "y" },
      { projectName: "r-1" },
    ],
  ])("%s", ([, given, environment, expected]) => {
    const settings = resolved(given, environment);
    const { projectId, projectName } = { projectId: undefined, projectName: undefined, ...expected };
    expect(settings.credential).toMatchObject(expected);
    expect([settings.credential.projectId, settings.credential.projectName]).toEqual([
      projectId,
      projectName,
    ]);
    expect(settings.projectId).toBe(projectId);
  });

  it.for<[string, GivenSettings, Environment, string]>([
    ["the option", { identityEndpoint: "https://given" }, { HW_AUTH_URL: "https://env" }, "https://given"],
    ["the family's variable", {}, { HW_AUTH_URL: "https://env" }, "https://env"],
    [
      "the pattern",
      {},
      { OS_AUTH_URL: "https://other", HUAWEICLOUD_SDK_IAM_ENDPOINT: "https://x" },
      "https://iam.r-1.myhuaweicloud.com",
    ],
    ["the pattern of the domain", {}, { HW_CLOUD: "c.example" }, "https://iam.r-1.c.example"],
  ])("is looked up at %s", ([, given, more, expected]) => {
    const environment = { ...terraform, HW_REGION_NAME: "r-1", ...more };
    expect(resolved(given, environment).credential.authUrl).toBe(expected);
  });

  it("that cannot be known", () => {
    expect(refusal({}, sdk)).toMatch(/neither HUAWEICLOUD_SDK_PROJECT_ID nor a region/);
    const elsewhere = { endpoint: "https://e.example", projectName: "p" };
    expect(refusal(elsewhere, terraform)).toMatch(/HW_PROJECT_ID is not set.*HW_AUTH_URL/);
  });
});

describe("its services", () => {
  const catalogOf = (region: string, environment: Environment = {}, given: GivenSettings = {}): unknown =>
    resolved({ ...place, region, ...given }, { ...sdk, ...environment }).credential.catalog;
  const at = (region: string, url: string): object[] =>
    ["ecs", "compute", "bms"].map((type) => ({
      type,
      interface: "public",
      region,
      url: type === "bms" ? url.replace("//ecs.", "//bms.") : url,
    }));

  it.for([
    ["cn-north-4", "myhuaweicloud.com"],
    ["xx-unheard-of-9", "myhuaweicloud.com"],
    ["eu-west-0", "myhuaweicloud.com"],
    ["eu-west-101", "myhuaweicloud.eu"],
    ["eu-de", "otc.t-systems.com"],
    ["eu-nl", "otc.t-systems.com"],
    ["eu-ch2", "sc.otc.t-systems.com"],
  ] as const)("of %s are below %s", ([region, domain]) => {
    expect(catalogOf(region)).toEqual(at(region, `https://ecs.${region}.${domain}`));
  });

  it("the domain by option, by variable, and by region, in this order", () => {
    const environment = { HW_CLOUD: "env.example" };
    expect(catalogOf("eu-de", environment)).toEqual(at("eu-de", "https://ecs.eu-de.env.example"));
    expect(catalogOf("eu-de", environment, { cloudDomain: "given.example" })).toEqual(
      at("eu-de", "https://ecs.eu-de.given.example"),
    );
  });

  it("need no region where an endpoint is given", () => {
    for (const given of [{ endpoint: "https://e.example" }, { ecsEndpoint: "https://e.example" }]) {
      const settings = resolved({ projectId: "p", ...given }, sdk);
      expect(settings.credential.catalog).toBeUndefined();
      expect(settings.endpoint).toBe("https://e.example");
    }
  });

  it("the region is a variable of any family", () => {
    const region = (environment: Environment): string | undefined =>
      resolved({ projectId: "p" }, { ...sdk, ...environment }).region;
    expect(region({ HW_REGION_NAME: "a", OS_REGION_NAME: "b" })).toBe("a");
    expect(region({ HW_REGION_NAME: "", OS_REGION_NAME: "b" })).toBe("b");
  });

  it.for(["", "x.example/", "a@b", "a b", "-a", "a.b", "ä"])(
    "a region %j is refused and not repeated",
    (region) => {
      expect(refusal({ ...place, region: region === "" ? "?CANARY" : `${region}CANARY@` }, sdk)).toMatch(
        /region is not an id/,
      );
    },
  );

  it.for(["https://c.example", "c.example/x", "u@c.example", ".c", "c."])(
    "a domain %j is refused",
    (cloudDomain) => {
      expect(refusal({ ...place, cloudDomain }, sdk)).toMatch(/cloud domain is not a name/);
    },
  );

  it("--cloud-domain finds the identity service of a login too, where no address is given", () => {
    const login = { OS_USERNAME: "u", OS_PASSWORD: "CANARY", OS_REGION_NAME: "r-1" };
    expect(resolveSettings({ cloudDomain: "c.example" }, login).credential).toMatchObject({
      authUrl: "https://iam.r-1.c.example",
    });
  });
});
