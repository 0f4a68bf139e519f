import { constants, generateKeyPairSync, privateDecrypt } from "node:crypto";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../lib/clock.ts";
import type { Emulator, LogEntry, SeedServer } from "../../lib/emulator/index.ts";
import {
  call,
  login,
  serverId,
  publicKeyWithoutPrivate,
  startCloud,
  testKey,
  testSeed,
  until,
  type Answer,
  type TestKey,
} from "./cloud.ts";

/** Undoes EME-PKCS1-v1_5 by hand (RFC 8017 section 7.2.2). */
function decrypt(ciphertext: string, key: TestKey): string {
  const block = privateDecrypt(
    { key: key.privateKey, padding: constants.RSA_NO_PADDING },
    Buffer.from(ciphertext, "base64"),
  );
  const separator = block.indexOf(0, 2);
  expect([block[0], block[1]]).toEqual([0, 2]);
  expect(separator).toBeGreaterThanOrEqual(10);
  return block.subarray(separator + 1).toString("utf8");
}

interface Booted {
  readonly emulator: Emulator;
  readonly lines: LogEntry[];
  readonly stored: () => Promise<string>;
}

/** Boots one server and looks at what its guest does. */
async function boot(server: Partial<SeedServer>, key?: string): Promise<Booted> {
  const lines: LogEntry[] = [];
  const emulator = await startCloud(
    testSeed({
      keyPairs: [{ name: "key", publicKey: key ?? testKey().publicKey }],
      servers: [{ id: serverId, name: "win-1", os: "Windows", keyPair: "key", bootDelayMs: 0, ...server }],
    }),
    { log: (line) => lines.push(JSON.parse(line) as LogEntry) },
  );
  const { token } = await login(emulator);
  const url = `${emulator.url}/v2.1/servers/${serverId}/os-server-password`;
  const stored = async (): Promise<string> =>
    ((await call("GET", url, { "X-Auth-Token": token })).json as { password: string }).password;
  return { emulator, lines, stored };
}

const posts = (lines: readonly LogEntry[]): LogEntry[] =>
  lines.filter((line) => line.method === "POST" && line.user === null);

describe("a Windows guest", () => {
  it("posts twenty random letters and digits, encrypted to its key pair", async () => {
    const { lines, stored } = await boot({});
    await until(async () => (await stored()) !== "");
    const ciphertext = await stored();
    expect(Buffer.from(ciphertext, "base64")).toHaveLength(128);
    expect(decrypt(ciphertext, testKey())).toMatch(/^[A-Za-z0-9]{20}$/);
    expect(posts(lines)).toMatchObject([{ path: "/openstack/2013-04-04/password", status: 200 }]);
  });

  it("uses every letter and digit, and differs from server to server", async () => {
    const servers = Array.from({ length: 60 }, (_, index): SeedServer => {
      return { id: `s-${index}`, name: `s-${index}`, os: "Windows", keyPair: "key", bootDelayMs: 0 };
    });
    const emulator = await startCloud(testSeed({ servers }));
    const { token } = await login(emulator);
    const read = async (id: string): Promise<string> => {
      const url = `${emulator.url}/v2.1/servers/${id}/os-server-password`;
      return ((await call("GET", url, { "X-Auth-Token": token })).json as { password: string }).password;
    };
    const passwords: string[] = [];
    for (const { id } of servers) {
      await until(async () => (await read(id)) !== "");
      passwords.push(decrypt(await read(id), testKey()));
    }
    expect(new Set(passwords).size).toBe(60);
    // 1200 characters leave out a given one of 62 with a chance of 3 in a thousand million.
    expect(new Set(passwords.join("")).size).toBe(62);
  });

  it.for(["not-a-secret", "Grüße, Jürgen! 密码 🔑", "x".repeat(117)])(
    "posts the seed's password %s",
    async (password) => {
      const { stored } = await boot({ password });
      await until(async () => (await stored()) !== "");
      expect(decrypt(await stored(), testKey())).toBe(password);
    },
  );

  it("waits for its boot delay", async () => {
    const delays: number[] = [];
    const boots: (() => void)[] = [];
    const clock = {
      now: systemClock.now.bind(systemClock),
      sleep: async (milliseconds: number): Promise<void> => {
        delays.push(milliseconds);
        return new Promise((resolve) => boots.push(resolve));
      },
    };
    const seed = testSeed({
      servers: [{ id: serverId, name: "win-1", os: "Windows", keyPair: "key", bootDelayMs: 4711 }],
    });
    const lines: string[] = [];
    await startCloud(seed, { clock, log: (line) => lines.push(line) });
    expect(delays).toEqual([4711]);
    expect(lines).toEqual([]);
    boots.forEach((done) => done());
    await until(() => lines.length === 2);
  });

  it("does not post where a password is stored", async () => {
    const { lines, stored } = await boot({ ciphertext: "stored as it is" });
    await until(() => lines.some((line) => line.path === "/openstack/2013-04-04/password"));
    expect(await stored()).toBe("stored as it is");
    expect(posts(lines)).toEqual([]);
  });

  it("posts to the largest key whose ciphertext fits", async () => {
    const { lines, stored } = await boot({}, publicKeyWithoutPrivate(6120));
    await until(() => posts(lines).length === 1);
    expect(await stored()).toHaveLength(1020);
  });

  it("stays without a password when the ciphertext is over 1020 characters", async () => {
    const { lines, stored } = await boot({}, publicKeyWithoutPrivate(6144));
    await until(() => posts(lines).length === 1);
    expect(posts(lines)).toMatchObject([{ status: 400 }]);
    expect(await stored()).toBe("");
  });

  const ed25519 = (): string => {
    const { publicKey } = generateKeyPairSync("ed25519");
    const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
    const field = (bytes: Buffer): Buffer[] => [Buffer.of(0, 0, 0, bytes.length), bytes];
    const blob = Buffer.concat([...field(Buffer.from("ssh-ed25519")), ...field(raw)]);
    return `ssh-ed25519 ${blob.toString("base64")}`;
  };

  it.for([
    ["with an ed25519 key pair", {}, ed25519()],
    ["without a key pair", { keyPair: null }, undefined],
    ["that is Linux", { os: "Linux" }, undefined],
    ["that is shut off", { status: "SHUTOFF" }, undefined],
    ["whose password is too long for the key", { password: "x".repeat(118) }, undefined],
  ] as const)("never posts from a server %s", async ([, server, key]) => {
    const other = { id: "other", name: "other", os: "Windows", keyPair: "good", bootDelayMs: 50 } as const;
    const lines: LogEntry[] = [];
    const emulator = await startCloud(
      testSeed({
        keyPairs: [
          { name: "key", publicKey: key ?? testKey().publicKey },
          { name: "good", publicKey: testKey().publicKey },
        ],
        servers: [
          { id: serverId, name: "win-1", os: "Windows", keyPair: "key", bootDelayMs: 0, ...server },
          other, // boots later: once it has posted, the first one has had its turn
        ],
      }),
      { log: (line) => lines.push(JSON.parse(line) as LogEntry) },
    );
    await until(() => posts(lines).length > 0);
    const read = async (id: string): Promise<string> =>
      (await call("GET", `${emulator.url}/openstack/latest/password`, { "X-Instance-ID": id })).text;
    expect(await read("other")).not.toBe("");
    expect(await read(serverId)).toBe("");
    expect(posts(lines)).toHaveLength(1);
  });
});

describe("the guest's metadata path", () => {
  const password = (emulator: Emulator, version: string): string =>
    `${emulator.url}/openstack/${version}/password`;
  const header = { "X-Instance-ID": serverId };

  async function post(emulator: Emulator, body: string, version = "latest"): Promise<Answer> {
    return call("POST", password(emulator, version), header, body);
  }

  it.for(["latest", "2013-04-04", "2020-10-14"])(
    "stores exactly what was sent to version %s",
    async (version) => {
      const { emulator, stored } = await boot({ os: "Linux" });
      const sent = "  any text\r\n+/=äß ";
      expect((await post(emulator, sent, version)).status).toBe(200);
      expect(await stored()).toBe(sent);
      expect((await call("GET", password(emulator, version), header)).text).toBe(sent);
    },
  );

  it.for(["2011-01-01", "2012-08-10", "nonsense"])(
    "does not know a password in version %s",
    async (version) => {
      const { emulator } = await boot({ os: "Linux" });
      expect((await post(emulator, "text", version)).status).toBe(404);
    },
  );

  it("takes 1020 bytes and not 1021", async () => {
    const { emulator, stored } = await boot({ os: "Linux" });
    const refused = await post(emulator, "A".repeat(1021));
    expect(refused.status).toBe(400);
    expect(refused.text).toContain("Request is too large.");
    expect((await post(emulator, "ä".repeat(511))).status).toBe(400);
    expect(await stored()).toBe("");
    expect((await post(emulator, "A".repeat(1020))).status).toBe(200);
  });

  it("takes one password, and another only after the first was cleared", async () => {
    const { emulator, stored } = await boot({ os: "Linux" });
    expect((await post(emulator, "first")).status).toBe(200);
    expect((await post(emulator, "second")).status).toBe(409);
    expect(await stored()).toBe("first");
    const { token } = await login(emulator);
    const url = `${emulator.url}/v2.1/servers/${serverId}/os-server-password`;
    expect((await call("DELETE", url, { "X-Auth-Token": token })).status).toBe(204);
    expect((await post(emulator, "second")).status).toBe(200);
    expect(await stored()).toBe("second");
  });

  it("answers GET and POST alone", async () => {
    const { emulator } = await boot({ os: "Linux" });
    expect((await call("DELETE", password(emulator, "latest"), header)).status).toBe(405);
  });
});
