import { describe, expect, it } from "vitest";
import { operationPath, operations, type Operation } from "../../lib/clients/operations.ts";

/*
 * Written down from the vendors' pages, not from the code: Huawei Cloud ECS API reference ("Password management",
 * "Password management (OpenStack Nova)"), BMS API reference ("Password management"), OpenStack Compute API
 * reference ("Servers password"). Columns: row, name here, method, host, whole path, operation's success status,
 * permission, newer name of it, enterprise projects suffice, requests per minute and tenant.
 */
const table = `
E1 ecsResetPassword      PUT    ecs     /v1/{project_id}/cloudservers/{server_id}/os-reset-password        204 ecs:cloudServers:resetServerPwd  -                                        EP -
E2 ecsShowResetFlag      GET    ecs     /v1/{project_id}/cloudservers/{server_id}/os-resetpwd-flag         200 ecs:cloudServers:get             ecs:cloudServers:showResetPasswordFlag   EP -
E3 ecsShowPassword       GET    ecs     /v1/{project_id}/cloudservers/{server_id}/os-server-password       200 ecs:cloudServers:get             ecs:cloudServers:showServerPassword      EP -
E4 ecsDeletePassword     DELETE ecs     /v1/{project_id}/cloudservers/{server_id}/os-server-password       204 ecs:cloudServers:deletePassword  -                                        EP -
E5 ecsBatchResetPassword PUT    ecs     /v1/{project_id}/cloudservers/os-reset-passwords                   200 ecs:cloudServers:resetServerPwd  -                                        EP -
N1 nativeResetPassword   PUT    compute /v2.1/{project_id}/servers/{server_id}/os-reset-password           204 ecs:cloudServers:resetServerPwd  -                                        -  -
N2 nativeShowPassword    GET    compute /v2.1/{project_id}/servers/{server_id}/os-server-password          200 ecs:serverPasswords:manage       -                                        -  -
N3 nativeDeletePassword  DELETE compute /v2.1/{project_id}/servers/{server_id}/os-server-password          204 ecs:serverPasswords:manage       -                                        -  -
B1 bmsResetPassword      PUT    bms     /v1/{project_id}/baremetalservers/{server_id}/os-reset-password    204 bms:servers:resetServerPwd       -                                        EP 50
B2 bmsShowResetFlag      GET    bms     /v1/{project_id}/baremetalservers/{server_id}/os-resetpwd-flag     200 bms:servers:get                  bms:servers:showResetPasswordFlag        EP 500
B3 bmsShowPassword       GET    bms     /v1/{project_id}/baremetalservers/{server_id}/os-server-password   200 bms:servers:get                  -                                        EP 50
B4 bmsDeletePassword     DELETE bms     /v1/{project_id}/baremetalservers/{server_id}/os-server-password   202 bms:servers:deletePassword       -                                        EP 50
`;
const rows = table
  .trim()
  .split("\n")
  .map((line) => line.split(/ +/));
const byName: ReadonlyMap<string, Operation> = new Map(Object.entries(operations));

function rowOf(name: string, operation: Operation): string[] {
  return [
    operation.row,
    name,
    operation.method,
    operation.service,
    `/${operation.version}/{project_id}/${operation.path}`,
    String(operation.success),
    operation.action,
    operation.newerAction ?? "-",
    operation.enterpriseProject ? "EP" : "-",
    operation.perMinute === undefined ? "-" : String(operation.perMinute),
  ];
}

describe("the endpoints of the password pages", () => {
  it.for(rows)("%s %s", ([row = "", name = "", ...rest]) => {
    const operation = byName.get(name) ?? expect.fail(`${name} is missing`);
    expect(rowOf(name, operation)).toEqual([row, name, ...rest]);
  });

  it("are all there, each once", () => {
    const all = [...byName.values()].map(({ row }) => row);
    expect(new Set(all.filter((row) => /^[ENB]\d/.test(row)))).toEqual(new Set(rows.map(([row]) => row)));
    expect(new Set(all).size).toBe(all.length);
  });

  it("plain Nova's are the OpenStack-native ones", () => {
    // Compute API reference: GET and DELETE /servers/{server_id}/os-server-password, 200 and 204.
    const { nativeShowPassword: show, nativeDeletePassword: clear } = operations;
    expect([show.path, clear.path]).toEqual(Array(2).fill("servers/{server_id}/os-server-password"));
    expect([show.method, show.success, clear.method, clear.success]).toEqual(["GET", 200, "DELETE", 204]);
  });

  it("only the reset that its own page calls obsolete is marked so", () => {
    const deprecated = [...byName.values()].filter((one) => one.deprecated === true);
    expect(deprecated.map(({ row }) => row)).toEqual(["N1"]);
  });
});

describe("the endpoints for finding servers and key pairs", () => {
  it.for([
    ["ecsListServers", "GET", "v1", "cloudservers/detail", "ecs:cloudServers:list"],
    ["ecsShowServer", "GET", "v1", "cloudservers/{server_id}", "ecs:cloudServers:get"],
    ["bmsListServers", "GET", "v1", "baremetalservers/detail", "bms:servers:list"],
    ["bmsShowServer", "GET", "v1", "baremetalservers/{server_id}", "bms:servers:get"],
    ["nativeListServers", "GET", "v2.1", "servers", "ecs:servers:list"],
    ["nativeShowServer", "GET", "v2.1", "servers/{server_id}", "ecs:servers:get"],
    ["nativeShowKeyPair", "GET", "v2.1", "os-keypairs/{keypair_name}", "ecs:serverKeypairs:get"],
  ] as const)("%s", ([name, method, version, path, action]) => {
    expect(operations[name]).toMatchObject({ method, version, path, action, success: 200 });
  });
});

describe("the path of an operation", () => {
  const path = (server_id: string): string => operationPath(operations.ecsShowPassword, { server_id });

  it.for([
    ["77616c78-0bc4-4156-b24b-4286586ac350", "77616c78-0bc4-4156-b24b-4286586ac350"],
    ["a/b", "a%2Fb"],
    ["../../v3", "..%2F..%2Fv3"],
    ["a?limit=1", "a%3Flimit%3D1"],
    ["a#b", "a%23b"],
    ["a b", "a%20b"],
    ["a\\b", "a%5Cb"],
    ["%2e%2e", "%252e%252e"],
    ["...", "..."],
    ["密码", "%E5%AF%86%E7%A0%81"],
    ["{server_id}", "%7Bserver_id%7D"],
    ["$&", "%24%26"],
  ])("%s becomes one segment, and stays one in a URL", ([id = "", encoded = ""]) => {
    expect(path(id)).toBe(`cloudservers/${encoded}/os-server-password`);
    const url = new URL(`https://ecs.example/v1/p/${path(id)}`);
    expect(url.pathname).toBe(`/v1/p/cloudservers/${encoded}/os-server-password`);
    expect([url.search, url.hash]).toEqual(["", ""]);
  });

  it.for(["", ".", ".."])("%j would address another resource and is refused", (id) => {
    expect(() => path(id)).toThrow(TypeError);
  });

  it("needs every parameter, and leaves no placeholder behind", () => {
    expect(() => operationPath(operations.ecsShowPassword, { keypair_name: "k" })).toThrow(/server_id/);
    expect(operationPath(operations.ecsBatchResetPassword, {})).toBe("cloudservers/os-reset-passwords");
    for (const operation of byName.values()) {
      expect(operationPath(operation, { server_id: "s", keypair_name: "k" })).not.toMatch(/[{}]/);
    }
  });
});
