import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { startEmulator } from "../../lib/emulator/index.ts";
import { expectFailure, jsonAnswer, jsonLines } from "./answers.ts";
import { startCloud, type EmulatedCloud } from "./emulated-cloud.ts";
import { operatorKey, placeKey, publicLine, workFolder } from "./key-files.ts";
import { mustNotHold, runProgram, type RunResult } from "./program.ts";
import { loginPassword, readyServer, serverId, serverPassword } from "./windows-cloud.ts";

const accessKey = "NOTAREALACCESSKEY001";
const secretKey = "Canary-Secret-Key-not-real";
const securityToken = "Canary-Security-Token-not-real";
const wrongKey = "Canary-Wrong-Secret-Key-not-real";
const canaries = [secretKey, securityToken, wrongKey, loginPassword];
const region = "loopback-1";

function seed(changes: object = {}): object {
  return {
    users: [
      { name: "operator", password: loginPassword, role: "member", project: region, accessKey, secretKey },
      {
        name: "visitor",
        password: loginPassword,
        role: "member",
        project: region,
        accessKey: "NOTAREALACCESSKEY002",
        secretKey,
        securityToken,
      },
    ],
    keyPairs: [{ name: "ops", publicKey: publicLine(operatorKey) }],
    servers: [readyServer(1), readyServer(2), readyServer(3)],
    ...changes,
  };
}

const sdk = { HUAWEICLOUD_SDK_AK: accessKey, HUAWEICLOUD_SDK_SK: secretKey };
const onlyHere = { WINPW_LOOPBACK_ONLY: "1" };

async function get(
  cloud: Pick<EmulatedCloud, "url">,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<RunResult> {
  const key = placeKey(workFolder());
  const words = ["get", serverId(1), "--key", key, "--endpoint-ecs", cloud.url, ...args];
  return runProgram(words, { env: { ...onlyHere, ...env }, stdoutOnly: [serverPassword], canaries });
}

const asked = (cloud: EmulatedCloud): readonly string[] =>
  cloud
    .entries()
    .map(({ method, path, status }) => `${method} ${(path.split("?")[0] ?? "").split("/").at(-1)} ${status}`);

describe("each family of variables, alone in an empty home", () => {
  it.for<[string, (url: string) => Record<string, string>, readonly string[]]>([
    [
      "the SDK's, the region as an option",
      (url) => ({ ...sdk, HUAWEICLOUD_SDK_IAM_ENDPOINT: url }),
      ["--region", region],
    ],
    [
      "the SDK's with a security token",
      (url) => ({
        HUAWEICLOUD_SDK_AK: "NOTAREALACCESSKEY002",
        HUAWEICLOUD_SDK_SK: secretKey,
        HUAWEICLOUD_SDK_SECURITY_TOKEN: securityToken,
        HUAWEICLOUD_SDK_IAM_ENDPOINT: url,
      }),
      ["--project", region],
    ],
    [
      "Terraform's",
      (url) => ({
        HW_ACCESS_KEY: accessKey,
        HW_SECRET_KEY: secretKey,
        HW_REGION_NAME: region,
        HW_AUTH_URL: `${url}/v3`,
      }),
      [],
    ],
    [
      "Terraform's with a security token and a project's name",
      (url) => ({
        HW_ACCESS_KEY: "NOTAREALACCESSKEY002",
        HW_SECRET_KEY: secretKey,
        HW_SECURITY_TOKEN: securityToken,
        HW_PROJECT_NAME: region,
        HW_REGION_NAME: "elsewhere-1",
        HW_AUTH_URL: `${url}/v3`,
      }),
      [],
    ],
    [
      "OpenStack-like ones",
      (url) => ({
        OS_ACCESS_KEY: accessKey,
        OS_SECRET_KEY: secretKey,
        OS_PROJECT_NAME: region,
        OS_AUTH_URL: `${url}/v3`,
      }),
      [],
    ],
    ["the SDK's and both addresses as options", () => sdk, ["--region", region, "--endpoint-iam"]],
  ])("%s", async ([, variables, args]) => {
    const cloud = await startCloud(seed());
    const words = args.at(-1) === "--endpoint-iam" ? [...args, cloud.url] : args;
    for (const api of ["v1", "v2.1"]) {
      const run = await get(cloud, variables(cloud.url), ["--api", api, ...words]);
      expect(run.code, run.stderr).toBe(0);
      expect(run.stdout.toString("utf8")).toBe(serverPassword);
    }
    const once = ["GET projects 200", "GET os-server-password 200"];
    expect(asked(cloud)).toEqual([...once, ...once]);
    mustNotHold("the request log", cloud.logText(), canaries);
  });

  it("a project id needs no lookup, from a variable, an option, or the endpoint", async () => {
    const cloud = await startCloud(seed());
    const variables = { HW_ACCESS_KEY: accessKey, HW_SECRET_KEY: secretKey, HW_REGION_NAME: region };
    const found = await get(cloud, { ...variables, HW_AUTH_URL: cloud.url }, ["--json"]);
    const projectId = jsonAnswer(found).server?.projectId ?? "";
    expect(projectId).toMatch(/^[\da-f]{32}$/);
    for (const [more, args] of [
      [{ HW_PROJECT_ID: projectId }, []],
      [{}, ["--project-id", projectId]],
    ] as const) {
      const run = await get(cloud, { ...variables, ...more }, args);
      expect(run.code, run.stderr).toBe(0);
    }
    const complete = ["get", serverId(1), "--key", placeKey(workFolder()), "--endpoint"];
    for (const version of ["v1", "v2.1"]) {
      const run = await runProgram([...complete, `${cloud.url}/${version}/${projectId}`], {
        env: { ...onlyHere, ...sdk },
        stdoutOnly: [serverPassword],
        canaries,
      });
      expect(run.code, run.stderr).toBe(0);
    }
    expect(asked(cloud).filter((line) => line.includes("projects"))).toHaveLength(1);
  });
});

describe("a whole run", () => {
  it("gets and clears by name, and shows no secret under --debug", async () => {
    const cloud = await startCloud(seed());
    const folder = workFolder();
    const out = join(folder, "pw");
    const env = {
      ...onlyHere,
      HUAWEICLOUD_SDK_AK: "NOTAREALACCESSKEY002",
      HUAWEICLOUD_SDK_SK: secretKey,
      HUAWEICLOUD_SDK_SECURITY_TOKEN: securityToken,
    };
    const addresses = ["--endpoint-ecs", cloud.url, "--endpoint-iam", cloud.url, "--region", region];
    const args = ["get", "win-1", "--key", placeKey(folder), "--clear", "--out", out, "--debug", "-v"];
    const run = await runProgram([...args, ...addresses], { env, canaries: [...canaries, serverPassword] });
    expect(run.code, run.stderr).toBe(0);
    expect(run.stderr).toMatch(/authorization: \[redacted\]/i);
    expect(run.stderr).toMatch(/x-security-token: \[redacted\]/i);
    expect(run.stderr).not.toMatch(/Signature=/);
    expect(cloud.passwordCalls(serverId(1))).toEqual(["GET 200", "GET 200", "DELETE 204", "GET 200"]);
  });
});

describe("a wrong secret key", () => {
  it.for([
    ["with a project id", ["--project-id", "0123456789abcdef0123456789abcdef"]],
    ["with a project to be looked up", ["--region", region]],
  ] as const)("sends exactly one request for three targets: %s", async ([, args]) => {
    const cloud = await startCloud(seed());
    const folder = workFolder();
    const addresses = ["--endpoint-ecs", cloud.url, "--endpoint-iam", cloud.url];
    const targets = [serverId(1), serverId(2), serverId(3)];
    const words = ["get", ...targets, "--key", placeKey(folder), "--out-dir", folder, ...addresses, ...args];
    const run = await runProgram(words, {
      env: { ...onlyHere, ...sdk, HUAWEICLOUD_SDK_SK: wrongKey },
      canaries: [...canaries, serverPassword],
    });
    expect(run.code, run.stderr).toBe(4);
    expect(cloud.entries(), run.stderr).toHaveLength(1);
    expect(run.stderr).toMatch(/hint: check access key, secret key and security token/);
    for (const answer of jsonLines(run))
      expect(answer.error).toMatchObject({ code: "ERR_AUTH", retryable: false });
  });

  it("for clear as well", async () => {
    const cloud = await startCloud(seed());
    const args = ["clear", serverId(1), serverId(2), "--yes", "--endpoint", `${cloud.url}/v1/some-project`];
    const env = { ...onlyHere, ...sdk, HUAWEICLOUD_SDK_SK: wrongKey };
    const run = await runProgram(args, { env, canaries });
    expect(run.code, run.stderr).toBe(4);
    expect(cloud.entries()).toHaveLength(1);
  });
});

describe("a wrong clock", () => {
  it("is corrected once, and said", async () => {
    const twoHours = 7_200_000;
    const emulator = await startEmulator({
      seed: { schema: "winpw-emulator/1", ...seed() },
      clock: {
        now: () => Date.now() + twoHours,
        sleep: async (milliseconds, signal) =>
          new Promise((resolve, reject) => {
            const timer = setTimeout(resolve, milliseconds);
            signal?.addEventListener("abort", () => {
              clearTimeout(timer);
              reject(new Error("the emulator is closed"));
            });
          }),
      },
    });
    onTestFinished(async () => emulator.close());
    const run = await get(emulator, sdk, ["--region", region, "--endpoint-iam", emulator.url]);
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout.toString("utf8")).toBe(serverPassword);
    const warnings = run.stderr.split("\n").filter((line) => line.includes("clock"));
    expect(warnings).toEqual([
      expect.stringMatching(/^winpw: warning: this machine's clock is 120 min behind/),
    ]);
  });
});

describe("where the services are", () => {
  const hosts = async (env: Record<string, string>, args: readonly string[]): Promise<string> => {
    const words = ["get", serverId(1), "--key", placeKey(workFolder()), ...args];
    const run = await runProgram(words, { env: { ...onlyHere, ...sdk, ...env }, canaries });
    expectFailure(run, "ERR_REFUSED", /is not this machine/);
    return /and (\S+) is not this machine/.exec(run.stderr)?.[1] ?? "";
  };

  it.for([
    ["cn-north-4", [], "ecs.cn-north-4.myhuaweicloud.com", "iam.cn-north-4.myhuaweicloud.com"],
    ["xx-unheard-of-9", [], "ecs.xx-unheard-of-9.myhuaweicloud.com", "iam.xx-unheard-of-9.myhuaweicloud.com"],
    ["eu-west-101", [], "ecs.eu-west-101.myhuaweicloud.eu", "iam.eu-west-101.myhuaweicloud.eu"],
    ["eu-de", [], "ecs.eu-de.otc.t-systems.com", "iam.eu-de.otc.t-systems.com"],
    ["eu-ch2", [], "ecs.eu-ch2.sc.otc.t-systems.com", "iam-pub.eu-ch2.sc.otc.t-systems.com"],
    ["r-1", ["--cloud-domain", "cloud.example"], "ecs.r-1.cloud.example", "iam.r-1.cloud.example"],
  ] as const)("%s", async ([id, more, ecs, iam]) => {
    expect(await hosts({}, ["--region", id, "--project-id", "p", ...more])).toBe(ecs);
    expect(await hosts({}, ["--region", id, ...more])).toBe(iam);
  });

  it("Open Telekom Cloud is asked by the OpenStack-native API, Huawei Cloud by ECS's own", async () => {
    for (const [id, api] of [
      ["eu-de", "v2.1"],
      ["cn-north-4", "v1"],
    ] as const) {
      const words = [
        "get",
        serverId(1),
        "--key",
        placeKey(workFolder()),
        "--region",
        id,
        "--project-id",
        "p",
      ];
      const run = await runProgram([...words, "--json"], { env: { ...onlyHere, ...sdk }, canaries });
      expect(jsonAnswer(run).server).toMatchObject({ api, region: id, projectId: "p" });
    }
  });

  it("bare metal has a host of its own", async () => {
    const args = ["--api", "bms", "--region", "cn-north-4", "--project-id", "p"];
    expect(await hosts({}, args)).toBe("bms.cn-north-4.myhuaweicloud.com");
  });

  it("HW_CLOUD and HW_REGION_NAME do the same, below the options", async () => {
    const env = { HW_CLOUD: "hw.example", HW_REGION_NAME: "r-1" };
    expect(await hosts(env, ["--project-id", "p"])).toBe("ecs.r-1.hw.example");
    expect(await hosts(env, ["--project-id", "p", "--cloud-domain", "given.example"])).toBe(
      "ecs.r-1.given.example",
    );
  });
});

describe("what is missing, or too much", () => {
  const refused = async (
    env: Record<string, string>,
    args: readonly string[],
    about: RegExp,
  ): Promise<void> => {
    const words = ["get", serverId(1), "--key", placeKey(workFolder()), ...args];
    expectFailure(await runProgram(words, { env: { ...onlyHere, ...env }, canaries }), "ERR_USAGE", about);
  };
  const hw = { HW_ACCESS_KEY: accessKey, HW_SECRET_KEY: secretKey };

  it("two complete credentials: exit 2, naming both", async () => {
    const login = { OS_USERNAME: "u", OS_PASSWORD: loginPassword, OS_AUTH_TYPE: "password" };
    await refused(
      { ...sdk, ...hw },
      [],
      /HUAWEICLOUD_SDK_AK with HUAWEICLOUD_SDK_SK and HW_ACCESS_KEY with HW_SECRET_KEY/,
    );
    await refused({ ...hw, ...login }, [], /OS_USERNAME with OS_PASSWORD and HW_ACCESS_KEY/);
    await refused({ ...sdk, OS_TOKEN: securityToken }, [], /OS_TOKEN and HUAWEICLOUD_SDK_AK/);
    const run = await runProgram(["clear", "win-1", "--yes"], {
      env: { ...onlyHere, ...sdk, ...hw },
      canaries,
    });
    expect(run.stderr).toMatch(/hint: unset or empty the variables of all but one/);
  });

  it("halves of two families make no credential", async () => {
    await refused(
      { HUAWEICLOUD_SDK_AK: accessKey, HW_SECRET_KEY: secretKey },
      [],
      /HUAWEICLOUD_SDK_AK is set, but HUAWEICLOUD_SDK_SK is not/,
    );
    await refused(
      { HW_ACCESS_KEY: "", HW_SECRET_KEY: secretKey },
      [],
      /HW_SECRET_KEY is set, but HW_ACCESS_KEY is not/,
    );
  });

  it("no region and no address, no project, a region that is none, two endpoints", async () => {
    await refused(sdk, [], /neither a region|neither HUAWEICLOUD_SDK_PROJECT_ID nor a region/);
    await refused(sdk, ["--project-id", "p"], /tells no address/);
    await refused(
      sdk,
      ["--endpoint", "https://ecs.example", "--project", "x"],
      /where to look up the project/,
    );
    await refused(sdk, ["--region", "x.example/", "--project-id", "p"], /the region is not an id/);
    await refused(
      sdk,
      ["--region", "r", "--cloud-domain", "a@b", "--project-id", "p"],
      /the cloud domain is not a name/,
    );
    await refused(
      sdk,
      ["--endpoint", "https://a.example", "--endpoint-ecs", "https://b.example"],
      /two different addresses/,
    );
  });

  it("a project that nobody has, or several: exit 2 with the name", async () => {
    const cloud = await startCloud(seed());
    const args = ["--endpoint-ecs", cloud.url, "--endpoint-iam", cloud.url, "--region", "nowhere-1"];
    await refused(sdk, args, /knows no project named nowhere-1/);
    const body = { projects: [{ id: "p1" }, { id: "p2" }] };
    const twins = await startCloud(seed({ faults: [{ path: "/v3/projects", status: 200, body }] }));
    const both = ["--endpoint-ecs", twins.url, "--endpoint-iam", twins.url, "--region", region];
    await refused(sdk, both, /knows 2 projects named loopback-1: p1, p2/);
  });

  it("a token file stands above every variable", async () => {
    const cloud = await startCloud(seed());
    const tokenFile = join(workFolder(), "token");
    writeFileSync(tokenFile, "not-a-token\n", { mode: 0o600 });
    const args = ["get", serverId(1), "--key", placeKey(workFolder()), "--token-file", tokenFile];
    const run = await runProgram([...args, "--endpoint", `${cloud.url}/v1/p`], {
      env: { ...onlyHere, ...sdk, ...hw },
    });
    expectFailure(run, "ERR_AUTH", /decrypt token fail/);
  });
});
