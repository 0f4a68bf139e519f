import { describe, expect, it } from "vitest";
import { keystoneAuthorizer, type KeystoneCredential } from "../../lib/auth/keystone.ts";
import { tokensUrl } from "../../lib/auth/identity-service.ts";
import { UsageError } from "../../lib/errors.ts";
import type { HttpRequest } from "../../lib/http/message.ts";
import { Secret } from "../../lib/secret.ts";
import { canaryPassword, emulatedCloud, recordingTransport, retryContext } from "../http/emulated-cloud.ts";
import { everythingShown } from "../http/rejection.ts";

type Names = Omit<KeystoneCredential, "authUrl" | "password">;

const bodyOf = (request: HttpRequest | undefined): unknown =>
  JSON.parse(Buffer.from(request?.body ?? []).toString());

/** The ids that the emulator gave to the demo user and project. */
async function knownIds(authUrl: string): Promise<{ userId: string; projectId: string }> {
  const response = await fetch(`${authUrl}/v3/auth/tokens`, {
    method: "POST",
    body: JSON.stringify({
      auth: {
        identity: {
          methods: ["password"],
          password: { user: { name: "demo", domain: { name: "Default" }, password: canaryPassword } },
        },
      },
    }),
  });
  const { token } = (await response.json()) as { token: { user: { id: string }; project: { id: string } } };
  return { userId: token.user.id, projectId: token.project.id };
}

describe("the login request, with every way to name the user and the project", () => {
  const user = { password: canaryPassword };
  const rows: readonly [string, (ids: { userId: string; projectId: string }) => [Names, unknown, unknown]][] =
    [
      [
        "user name with domain name, project id",
        ({ projectId }) => [
          { userName: "demo", userDomainName: "Default", projectId },
          { ...user, name: "demo", domain: { name: "Default" } },
          { id: projectId },
        ],
      ],
      [
        "user name with domain id, project id",
        ({ projectId }) => [
          { userName: "demo", userDomainId: "default", projectId },
          { ...user, name: "demo", domain: { id: "default" } },
          { id: projectId },
        ],
      ],
      [
        "user id, project name without domain, as Huawei Cloud allows",
        ({ userId }) => [{ userId, projectName: "demo" }, { ...user, id: userId }, { name: "demo" }],
      ],
      [
        "user id, project name with domain name",
        ({ userId }) => [
          { userId, projectName: "demo", projectDomainName: "Default" },
          { ...user, id: userId },
          { name: "demo", domain: { name: "Default" } },
        ],
      ],
      [
        "user name with domain name, project name with domain id",
        () => [
          { userName: "demo", userDomainName: "Default", projectName: "demo", projectDomainId: "default" },
          { ...user, name: "demo", domain: { name: "Default" } },
          { name: "demo", domain: { id: "default" } },
        ],
      ],
      [
        "project name alone: the user's domain is the project's",
        () => [
          { userName: "demo", userDomainName: "Default", projectName: "demo" },
          { ...user, name: "demo", domain: { name: "Default" } },
          { name: "demo", domain: { name: "Default" } },
        ],
      ],
      [
        "ids win over names",
        ({ userId, projectId }) => [
          {
            userId,
            userName: "other",
            userDomainName: "other",
            projectId,
            projectName: "other",
            projectDomainName: "other",
          },
          { ...user, id: userId },
          { id: projectId },
        ],
      ],
      [
        "domain ids win over domain names",
        () => [
          {
            userName: "demo",
            userDomainId: "default",
            userDomainName: "other",
            projectName: "demo",
            projectDomainId: "default",
            projectDomainName: "other",
          },
          { ...user, name: "demo", domain: { id: "default" } },
          { name: "demo", domain: { id: "default" } },
        ],
      ],
    ];

  it.for(rows)("%s", async ([, row]) => {
    const cloud = await emulatedCloud();
    const ids = await knownIds(cloud.url);
    const [names, expectedUser, expectedProject] = row(ids);
    const { transport, sent } = recordingTransport();
    const authorizer = keystoneAuthorizer({ ...names, authUrl: cloud.url, password: canaryPassword });
    const scope = await authorizer.scope(retryContext(cloud.clock, { transport }));
    expect(scope.projectId).toBe(ids.projectId);
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ method: "POST", headers: { "Content-Type": "application/json" } });
    expect(sent[0]?.url.href).toBe(`${cloud.url}/v3/auth/tokens`);
    expect(bodyOf(sent[0])).toEqual({
      auth: {
        identity: { methods: ["password"], password: { user: expectedUser } },
        scope: { project: expectedProject },
      },
    });
  });

  it("takes the password as a Secret, non-ASCII included", async () => {
    const password = 'CANARY "ß" \\ 密码 😀';
    const cloud = await emulatedCloud({
      users: [{ name: "demo", password, role: "member", project: "demo" }],
    });
    const authorizer = keystoneAuthorizer({
      authUrl: `${cloud.url}/v3/`,
      userName: "demo",
      userDomainName: "Default",
      projectName: "demo",
      password: Secret.of(password),
    });
    const { projectId } = await authorizer.scope(retryContext(cloud.clock));
    expect(projectId).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe("what is missing is said before anything is sent", () => {
  const whole = {
    authUrl: "https://iam.example",
    userName: "u",
    userDomainName: "d",
    projectId: "p",
    password: canaryPassword,
  };
  it.for([
    ["no user", { userName: undefined }, /user name/],
    ["a user name without domain", { userDomainName: undefined }, /user domain.*account/],
    ["no project", { projectId: undefined }, /project/],
    ["an address that is none", { authUrl: "CANARY not a URL" }, /not a URL/],
  ] as const)("%s", ([, change, message]) => {
    try {
      keystoneAuthorizer({ ...whole, ...change });
      expect.fail("nothing was thrown");
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError);
      expect(String(error)).toMatch(message);
      expect(everythingShown(error)).not.toContain("CANARY");
    }
  });
});

describe("the token resource below an authentication URL", () => {
  it.for([
    ["https://iam.example", "https://iam.example/v3/auth/tokens"],
    ["https://iam.example/", "https://iam.example/v3/auth/tokens"],
    ["https://iam.example/v3", "https://iam.example/v3/auth/tokens"],
    ["https://iam.example/v3//", "https://iam.example/v3/auth/tokens"],
    ["https://cloud.example/identity", "https://cloud.example/identity/v3/auth/tokens"],
    ["https://cloud.example/identity/v3/", "https://cloud.example/identity/v3/auth/tokens"],
    ["https://cloud.example:5000/v3?a=b#c", "https://cloud.example:5000/v3/auth/tokens"],
    ["https://cloud.example/xv3", "https://cloud.example/xv3/v3/auth/tokens"],
  ] as const)("%s → %s", ([given, expected]) => {
    expect(tokensUrl(given).href).toBe(expected);
  });
});
