import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Emulator, SeedServer } from "../../lib/emulator/index.ts";
import { findTool } from "../tools.ts";
import { call, login, serverId, startCloud, testKey, testSeed, type Answer } from "./cloud.ts";

interface List {
  readonly servers: readonly { readonly id: string }[];
  readonly servers_links?: readonly { readonly rel: string; readonly href: string }[];
}

const ciphertext = "AAAA".repeat(86);
const servers: readonly SeedServer[] = [
  {
    id: serverId,
    name: "win-1",
    os: "Windows",
    keyPair: "key",
    ciphertext,
    tags: ["blue"],
    metadata: { a: "b" },
  },
  { id: "old", name: "win-10", os: "Linux", status: "SHUTOFF", created: "2020-01-01T00:00:00Z" },
  { id: "new", name: "Win-1", os: "Linux", created: "2030-01-01T00:00:00Z" },
  { id: "hidden", name: "win-1", os: "Windows", project: "other", ciphertext },
];

async function get(
  emulator: Emulator,
  path: string,
  name = "demo",
  more: Record<string, string> = {},
): Promise<Answer> {
  const { token } = await login(emulator, name);
  return call("GET", `${emulator.url}/v2.1${path}`, { "X-Auth-Token": token, ...more });
}

describe("Nova v2.1", () => {
  it("lists servers newest first and follows markers to the end", async () => {
    const emulator = await startCloud(testSeed({ servers }));
    const { token } = await login(emulator);
    const seen: string[] = [];
    let url: string | undefined = `${emulator.url}/v2.1/servers?limit=2&name=in`;
    while (url !== undefined) {
      const list = (await call("GET", url, { "X-Auth-Token": token })).json as List;
      seen.push(...list.servers.map((one) => one.id));
      url = list.servers_links?.[0]?.href;
      expect(url === undefined || url.includes("name=in")).toBe(true);
    }
    expect(seen).toEqual(["new", serverId, "old"]);
  });

  it.for([
    ["?name=win-1", [serverId, "old"]],
    ["?name=%5Ewin-1%24", [serverId]],
    ["?name=", ["new", serverId, "old"]],
    ["?status=shutoff", ["old"]],
    ["?all_tenants=0", ["new", serverId, "old"]],
  ] as const)("filters by %s", async ([query, ids]) => {
    const emulator = await startCloud(testSeed({ servers }));
    const list = (await get(emulator, `/servers/detail${query}`)).json as List;
    expect(list.servers.map((one) => one.id)).toEqual(ids);
  });

  it("shows an admin everybody's servers when asked, and lets an admin clear anywhere", async () => {
    const emulator = await startCloud(testSeed({ servers }));
    const all = (await get(emulator, "/servers?all_tenants=1", "admin")).json as List;
    expect(all.servers).toHaveLength(4);
    expect(((await get(emulator, "/servers", "admin")).json as List).servers).toEqual([]);
    const { token } = await login(emulator, "admin");
    const path = `${emulator.url}/v2.1/servers/hidden/os-server-password`;
    expect((await call("DELETE", path, { "X-Auth-Token": token })).status).toBe(204);
    expect((await call("GET", path, { "X-Auth-Token": token })).json).toEqual({ password: "" });
  });

  it("shows metadata as seeded, with the operating system where the cloud looks like Huawei's", async () => {
    const huawei = await startCloud(testSeed({ servers }));
    expect((await get(huawei, `/servers/${serverId}`)).json).toMatchObject({
      server: { metadata: { a: "b", os_type: "Windows" } },
    });
    const plain = await startCloud(testSeed({ servers, catalog: { ecs: false } }));
    expect(
      ((await get(plain, `/servers/${serverId}`)).json as { server: { metadata: object } }).server.metadata,
    ).toEqual({
      a: "b",
    });
  });

  it("shows tags from microversion 2.26 on", async () => {
    const emulator = await startCloud(testSeed({ servers }));
    const at = async (minor: number): Promise<unknown> => {
      const header = { "X-OpenStack-Nova-API-Version": `2.${minor}` };
      return (await get(emulator, `/servers/${serverId}`, "demo", header)).json;
    };
    expect(await at(25)).not.toHaveProperty("server.tags");
    expect(await at(26)).toHaveProperty("server.tags", ["blue"]);
  });

  it("prefers the newer of the two version headers", async () => {
    const emulator = await startCloud(testSeed({ servers }));
    const both = {
      "OpenStack-API-Version": "volume 3.1, compute 2.5",
      "X-OpenStack-Nova-API-Version": "2.7",
    };
    const answer = await get(emulator, "/servers", "demo", both);
    expect(answer.headers["openstack-api-version"]).toBe("compute 2.5");
    expect(answer.headers["x-openstack-nova-api-version"]).toBe("2.5");
  });

  it("has a request id of its own for each answer", async () => {
    const emulator = await startCloud(testSeed({ servers }));
    const ids = [await get(emulator, "/servers"), await get(emulator, "/nothing")].map((one) => one.headers);
    for (const headers of ids) {
      expect(headers["x-openstack-request-id"]).toMatch(/^req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      expect(headers["x-compute-request-id"]).toBe(headers["x-openstack-request-id"]);
    }
    expect(ids[0]?.["x-openstack-request-id"]).not.toBe(ids[1]?.["x-openstack-request-id"]);
  });
});

describe("key pairs", () => {
  it("show the MD5 of the blob as their fingerprint", async () => {
    const emulator = await startCloud(testSeed());
    const { keypair } = (await get(emulator, "/os-keypairs/key")).json as { keypair: Record<string, string> };
    const blob = Buffer.from(testKey().publicKey.split(" ")[1] ?? "", "base64");
    const md5 = createHash("md5").update(blob).digest("hex");
    expect(keypair["fingerprint"]?.replaceAll(":", "")).toBe(md5);
    expect(keypair["fingerprint"]).toHaveLength(47);
    expect(keypair["public_key"]).toBe(testKey().publicKey);
  });

  it.skipIf(findTool("ssh-keygen") === undefined).for([
    ["rsa", "-b", "3072"],
    ["ed25519", "-C", "a comment with spaces"],
    ["ecdsa", "-b", "384"],
  ])("have the fingerprint that ssh-keygen shows (%s)", async ([type = "", ...options]) => {
    const folder = mkdtempSync(join(tmpdir(), "winpw-"));
    try {
      const file = join(folder, "key");
      execFileSync("ssh-keygen", ["-q", "-t", type, ...options, "-N", "", "-f", file]);
      const publicKey = execFileSync("ssh-keygen", ["-y", "-f", file], { encoding: "utf8" }).trim();
      writeFileSync(`${file}.pub`, publicKey);
      const shown = execFileSync("ssh-keygen", ["-l", "-E", "md5", "-f", `${file}.pub`], {
        encoding: "utf8",
      });
      const emulator = await startCloud(testSeed({ keyPairs: [{ name: "key", publicKey }] }));
      const { keypair } = (await get(emulator, "/os-keypairs/key")).json as {
        keypair: { fingerprint: string };
      };
      expect(shown).toContain(`MD5:${keypair.fingerprint} `);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("are found by other users through an admin alone", async () => {
    const emulator = await startCloud(testSeed());
    const own = (await get(emulator, "/os-keypairs/key")).json as { keypair: { user_id: string } };
    const version = { "OpenStack-API-Version": "compute 2.10" };
    const path = `/os-keypairs/key?user_id=${own.keypair.user_id}`;
    expect((await get(emulator, path, "admin", version)).status).toBe(200);
    expect((await get(emulator, path, "watcher", version)).status).toBe(403);
    expect((await get(emulator, path, "admin")).status).toBe(404); // before 2.10 the parameter is not known
  });

  it("of the same name may belong to two users", async () => {
    const other = testKey(1032);
    const emulator = await startCloud(
      testSeed({
        keyPairs: [
          { name: "key", publicKey: testKey().publicKey },
          { name: "key", publicKey: other.publicKey, user: "watcher" },
        ],
      }),
    );
    expect((await get(emulator, "/os-keypairs/key", "watcher")).json).toMatchObject({
      keypair: { public_key: other.publicKey },
    });
    expect((await get(emulator, "/os-keypairs/key")).json).toMatchObject({
      keypair: { public_key: testKey().publicKey },
    });
  });
});
