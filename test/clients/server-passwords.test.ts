import { describe, expect, it } from "vitest";
import type { SeedFault } from "../../lib/emulator/index.ts";
import { UnavailableError } from "../../lib/errors.ts";
import { emulatedCloud, passwordPath, serverId, type EmulatedCloud } from "../http/emulated-cloud.ts";
import { everythingShown, like, rejectionOf } from "../http/rejection.ts";
import { cloudClient, on } from "./cloud-client.ts";

const apis = ["v1", "v2.1", "bms"] as const;
const ciphertext = Buffer.alloc(256, 7).toString("base64");
const stored = { id: serverId, name: "win-1", os: "Windows", ciphertext } as const;
const answering = async (fault: Omit<SeedFault, "path">): Promise<EmulatedCloud> =>
  emulatedCloud({ faults: [{ method: "GET", path: passwordPath, ...fault }] });

describe.for(apis)("the stored password, on %s", (api) => {
  it("is the ciphertext as the service gave it, with the request's id", async () => {
    const cloud = await emulatedCloud({ servers: [on(api, stored)] });
    expect(await cloudClient(cloud, { api }).getPassword(serverId)).toEqual({
      state: "ready",
      ciphertext,
      requestId: like(api === "v2.1" ? /^req-[0-9a-f-]{36}$/ : /^[0-9a-f]{32}$/),
    });
  });

  it.for([
    ["an empty text", { password: "" }],
    ["white space", { password: " \r\n\t" }],
    ["null", { password: null }],
    ["no such field", {}],
    ["only other fields", { other: 1 }],
  ] as const)("%s means that there is none", async ([, body]) => {
    const cloud = await answering({ status: 200, body });
    expect(await cloudClient(cloud, { api }).getPassword(serverId)).toMatchObject({ state: "empty" });
  });

  it.for<[string, unknown, RegExp]>([
    ["a number", { password: 17 }, /\(password\)/],
    ["a list", { password: ["CANARY"] }, /\(password\)/],
    ["an object", { password: { text: "CANARY" } }, /\(password\)/],
    ["a list of answers", [{ password: "CANARY" }], /\(the body\)/],
    ["a text", '"CANARY"', /\(the body\)/],
    ["a page of a proxy", "<html>CANARY</html>", /\(the body\)/],
    ["nothing", undefined, /\(the body\)/],
    ["null", "null", /\(the body\)/],
  ])("%s is not an answer; the field is named, the body not repeated", async ([, body, field]) => {
    const cloud = await answering({ status: 200, body, headers: { "X-Request-Id": "req-5" } });
    const error = await rejectionOf(cloudClient(cloud, { api }).getPassword(serverId));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error).toMatchObject({ message: like(field), retryable: false, status: 200, requestId: "req-5" });
    expect(everythingShown(error)).not.toContain("CANARY");
    expect(cloud.count("GET", "/os-server-password")).toBe(1);
  });

  it("is deleted, also when there is none; the server stays", async () => {
    const cloud = await emulatedCloud({ servers: [on(api, stored)] });
    const client = cloudClient(cloud, { api });
    for (let time = 1; time <= 2; time += 1) {
      expect((await client.clearPassword(serverId)).requestId).toMatch(/./);
      expect(await client.getPassword(serverId)).toMatchObject({ state: "empty" });
    }
    expect((await client.showServer(serverId)).id).toBe(serverId);
    expect(cloud.count("DELETE", "/os-server-password")).toBe(2);
  });

  it.for([200, 202, 204])("a DELETE answered %i with an empty body is accepted", async (status) => {
    const cloud = await emulatedCloud({ faults: [{ method: "DELETE", path: passwordPath, status }] });
    await cloudClient(cloud, { api }).clearPassword(serverId);
    expect(cloud.count("DELETE", "/os-server-password")).toBe(1);
  });
});
