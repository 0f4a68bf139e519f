import { describe, expect, it } from "vitest";
import { tokenAuthorizer } from "../../lib/auth/token.ts";
import { createClient } from "../../lib/clients/create-client.ts";
import type { SeedServer } from "../../lib/emulator/index.ts";
import { NotFoundError, UnavailableError } from "../../lib/errors.ts";
import type { HttpRequest } from "../../lib/http/message.ts";
import type { Transport } from "../../lib/http/transport.ts";
import { emulatedCloud, recordingTransport, serverId } from "../http/emulated-cloud.ts";
import { like, rejectionOf } from "../http/rejection.ts";
import { testClock } from "../http/test-clock.ts";
import { cloudClient, on } from "./cloud-client.ts";

const apis = ["v1", "v2.1", "bms"] as const;
const listPaths = {
  v1: "/v1/*/cloudservers/detail",
  "v2.1": "/v2.1/*/servers",
  bms: "/v1/*/baremetalservers/detail",
} as const;

const server = (id: string, name: string): SeedServer => ({ id, name, os: "Linux" });
const servers = (count: number, name: (index: number) => string): SeedServer[] =>
  Array.from({ length: count }, (_, index) => server(`id-${index}`, name(index)));
const ids = (found: readonly { id: string }[]): Set<string> => new Set(found.map(({ id }) => id));
const queriesOf = (sent: readonly HttpRequest[]): Record<string, string>[] =>
  sent.slice(1).map(({ url }) => Object.fromEntries(url.searchParams));

describe.for(apis)("finding servers by name, on %s", (api) => {
  it.for([
    "win-1",
    "a.b",
    "a+b",
    "a*b?",
    "(group)",
    "[set]",
    "{2,3}",
    "a|b",
    "^start",
    "end$",
    "back\\slash",
    "]",
    "[",
    "()",
    "a b",
    "100%",
    "a&b=c",
    "a/b",
    "密码-ß",
    "WIN-1",
  ])("%s: exactly that, none that only look like it", async (name) => {
    const lookalikes = [
      `${name}0`,
      `0${name}`,
      name.replace(/[^\w]/g, "x"),
      name.toLowerCase(),
      `${name} `,
      "zzz",
    ];
    const others = lookalikes
      .filter((other) => other !== name)
      .map((other, at) => server(`other-${at}`, other));
    const cloud = await emulatedCloud({
      servers: [server("first", name), ...others, server("second", name)].map((one) => on(api, one)),
    });
    expect(ids(await cloudClient(cloud, { api }).findServersByName(name))).toEqual(
      new Set(["first", "second"]),
    );
  });

  it("no such name finds nothing", async () => {
    const cloud = await emulatedCloud();
    expect(await cloudClient(cloud, { api }).findServersByName("nobody")).toEqual([]);
  });

  it("a server of another project is not found", async () => {
    const cloud = await emulatedCloud({
      users: [
        { name: "demo", password: "CANARY-not-a-real-password", role: "member", project: "demo" },
        { name: "other", password: "CANARY-not-a-real-password", role: "member", project: "other" },
      ],
      servers: [{ ...server("a", "win"), project: "other" }, server("b", "win")].map((one) => on(api, one)),
    });
    expect(ids(await cloudClient(cloud, { api }).findServersByName("win"))).toEqual(new Set(["b"]));
  });

  it("a broken page is named by its field", async () => {
    for (const [body, field] of [
      [{ servers: [{ id: 7, name: "win" }] }, /servers\.0\.id/],
      [{ servers: {} }, /\(servers\)/],
      [{}, /\(servers\)/],
    ] as const) {
      const cloud = await emulatedCloud({ faults: [{ path: listPaths[api], status: 200, body }] });
      const error = await rejectionOf(cloudClient(cloud, { api }).findServersByName("win"));
      expect(error).toBeInstanceOf(UnavailableError);
      expect(error).toMatchObject({ message: like(field), retryable: false });
    }
  });
});

describe("the name in the request", () => {
  const asked = async (api: (typeof apis)[number], name: string): Promise<string | undefined> => {
    const cloud = await emulatedCloud();
    const { transport, sent } = recordingTransport();
    await cloudClient(cloud, { api, transport }).findServersByName(name);
    return queriesOf(sent)[0]?.["name"];
  };

  it.for([
    ["win-1.example_a b", "win-1.example_a b"],
    ["a+web-server(1)", "web-server"],
    ["[*]", undefined],
  ] as const)(
    "%s on v1 is what means the same as a part and as a regular expression",
    async ([name, query]) => {
      expect(await asked("v1", name)).toBe(query);
    },
  );

  it.for([
    ["metal-1.example_A~", "metal-1.example_A~"],
    ["a+web-server(1)", undefined],
  ] as const)(
    "%s on bms is the whole name or nothing, for the filter may be exact",
    async ([name, query]) => {
      expect(await asked("bms", name)).toBe(query);
    },
  );

  it.for([
    ["win-1.example_a b", "^win-1.example_a b$"],
    ["a+b(c)|[d]{e}^$\\*?", "^a.b.c...d..e......$"],
  ] as const)("%s on v2.1 is a regular expression that every database reads alike", async ([name, query]) => {
    expect(await asked("v2.1", name)).toBe(query);
  });
});

describe("paging of ECS v1, by numbered pages", () => {
  it.for([
    { count: 99, pages: 1 },
    { count: 100, pages: 1 },
    { count: 101, pages: 2 },
    { count: 200, pages: 2 },
    { count: 250, pages: 3 },
  ])("$count servers are $pages pages", async ({ count, pages }) => {
    const cloud = await emulatedCloud({ servers: servers(count, () => "win") });
    const { transport, sent } = recordingTransport();
    const found = await cloudClient(cloud, { transport }).findServersByName("win");
    expect(ids(found).size).toBe(count);
    expect(queriesOf(sent)).toEqual(
      Array.from({ length: pages }, (_, page) => ({ name: "win", offset: String(page + 1), limit: "100" })),
    );
  });

  it("without a count a short page is the last", async () => {
    const page = (from: number, size: number) => ({
      servers: Array.from({ length: size }, (_, index) => ({ id: `s-${from + index}`, name: "win" })),
    });
    const fault = { path: listPaths.v1, status: 200 };
    const cloud = await emulatedCloud({
      faults: [
        { ...fault, call: 1, body: page(0, 100) },
        { ...fault, call: 2, body: page(100, 100) },
        { ...fault, call: 3, body: page(200, 0) },
      ],
    });
    expect(ids(await cloudClient(cloud).findServersByName("win")).size).toBe(200);
    expect(cloud.count("GET", "/detail")).toBe(3);
  });
});

describe("paging of bare metal, by numbered pages without a total", () => {
  it.for([
    { count: 99, pages: 1 },
    { count: 100, pages: 2 },
    { count: 250, pages: 3 },
  ])("$count servers are $pages pages, until one is short", async ({ count, pages }) => {
    const cloud = await emulatedCloud({ servers: servers(count, () => "win").map((one) => on("bms", one)) });
    const { transport, sent } = recordingTransport();
    const found = await cloudClient(cloud, { api: "bms", transport }).findServersByName("win");
    expect(ids(found).size).toBe(count);
    expect(queriesOf(sent)).toEqual(
      Array.from({ length: pages }, (_, page) => ({ name: "win", offset: String(page + 1), limit: "100" })),
    );
  });
});

describe("paging of the OpenStack-native API, by markers", () => {
  it("goes on as long as there is a next page", async () => {
    const cloud = await emulatedCloud({ servers: servers(1001, () => "win") });
    const { transport, sent } = recordingTransport();
    const found = await cloudClient(cloud, { api: "v2.1", transport }).findServersByName("win");
    expect(ids(found).size).toBe(1001);
    const [first, second, ...more] = queriesOf(sent);
    expect(first).toEqual({ name: "^win$" });
    expect(second).toEqual({ name: "^win$", marker: like(/^id-\d+$/) });
    expect(more).toEqual([]);
  });

  it.for([
    "https://None/v2.1/nowhere/servers?marker=id-1",
    "http://evil.example/servers?limit=1&marker=id-1&name=other",
    "//[broken?marker=id-1",
    "?marker=id-1",
  ])("of the link %s only the marker is used", async (href) => {
    // Newest first: id-1, then id-0.
    const cloud = await emulatedCloud({
      servers: servers(2, () => "win"),
      faults: [
        {
          path: listPaths["v2.1"],
          call: 1,
          status: 200,
          body: { servers: [{ id: "id-1", name: "win" }], servers_links: [{ rel: "next", href }] },
        },
      ],
    });
    const { transport, sent } = recordingTransport();
    const found = await cloudClient(cloud, { api: "v2.1", transport }).findServersByName("win");
    expect(ids(found)).toEqual(new Set(["id-0", "id-1"]));
    expect(new Set(sent.map(({ url }) => url.host))).toEqual(new Set([new URL(cloud.url).host]));
    expect(queriesOf(sent)).toEqual([{ name: "^win$" }, { name: "^win$", marker: "id-1" }]);
  });

  it.for([
    ["a link without a marker", [{ rel: "next", href: "https://None/servers" }]],
    ["a link to another page than the next", [{ rel: "prev", href: "https://None/servers?marker=id-1" }]],
    ["null", null],
  ] as const)("%s: there is no next page", async ([, servers_links]) => {
    const body = { servers: [{ id: "id-1", name: "win" }], servers_links };
    const cloud = await emulatedCloud({ faults: [{ path: listPaths["v2.1"], status: 200, body }] });
    expect(await cloudClient(cloud, { api: "v2.1" }).findServersByName("win")).toHaveLength(1);
    expect(cloud.count("GET", "/servers")).toBe(1);
  });

  it.for([
    ["the page that was just read", { servers: [{ id: "a", name: "win" }], more: "?marker=a" }, 2],
    ["a page after an empty one", { servers: [], more: "?marker=a" }, 1],
  ] as const)("%s again: ends", async ([, { servers: rows, more }, pages]) => {
    const body = { servers: rows, servers_links: [{ rel: "next", href: `https://None/${more}` }] };
    const cloud = await emulatedCloud({ faults: [{ path: listPaths["v2.1"], status: 200, body }] });
    expect(await cloudClient(cloud, { api: "v2.1" }).findServersByName("win")).toHaveLength(rows.length);
    expect(cloud.count("GET", "/servers")).toBe(pages);
  });
});

// Ten thousand pages are not worth ten thousand connections, so this service answers without a network.
it.for(apis)("a service on %s that always promises another page comes to an end", async (api) => {
  let pages = 0;
  const endless: Transport = {
    check: () => undefined,
    close: async () => undefined,
    send: async () => {
      pages += 1;
      const rows = Array.from({ length: 100 }, (_, index) => ({ id: `s-${index}`, name: "win" }));
      const links = [{ rel: "next", href: `?marker=m-${pages}` }];
      const body = Buffer.from(JSON.stringify({ servers: rows, servers_links: links }));
      return { status: 200, headers: {}, body };
    },
  };
  const client = createClient({
    api,
    endpoint: "https://ecs.example/v1/p",
    authorizer: tokenAuthorizer({ token: "t" }),
    transport: endless,
    clock: testClock(),
  });
  expect(await client.findServersByName("win")).toHaveLength(100);
  expect(pages).toBeLessThanOrEqual(10_000);
});

describe.for(apis)("one server, on %s", (api) => {
  const publicKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA throw-away";

  it("is shown with status and key pair", async () => {
    const cloud = await emulatedCloud({
      keyPairs: [{ name: "key/1", publicKey }],
      servers: [on(api, { id: serverId, name: "win-1", os: "Windows", keyPair: "key/1", status: "SHUTOFF" })],
    });
    const client = cloudClient(cloud, { api });
    const expected = { id: serverId, name: "win-1", status: "SHUTOFF", keyPairName: "key/1" };
    expect(await client.showServer(serverId)).toEqual(expected);
    expect(await client.showKeyPair("key/1")).toMatchObject({
      name: "key/1",
      fingerprint: like(/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/),
    });
    expect(
      await rejectionOf(cloudClient(cloud, { api, user: "watcher" }).showKeyPair("key/1")),
    ).toBeInstanceOf(NotFoundError);
  });

  it.for([
    [{ id: "a" }, { id: "a", name: "", status: undefined, keyPairName: undefined }],
    [
      { id: "a", name: null, status: null, key_name: null },
      { id: "a", name: "", status: undefined, keyPairName: undefined },
    ],
    [
      { id: "a", name: "n", key_name: "" },
      { id: "a", name: "n", status: undefined, keyPairName: undefined },
    ],
  ] as const)("%j leaves unknown what it leaves out", async ([record, expected]) => {
    const cloud = await emulatedCloud({
      faults: [{ path: `/**/${serverId}`, status: 200, body: { server: record } }],
    });
    expect(await cloudClient(cloud, { api }).showServer(serverId)).toEqual(expected);
  });

  it.for([
    [{}, /\(server\)/],
    [{ server: { name: "n" } }, /\(server\.id\)/],
    [{ server: { id: "a", name: 5 } }, /\(server\.name\)/],
  ] as const)("%j is not as documented; the field is named", async ([body, field]) => {
    const cloud = await emulatedCloud({ faults: [{ path: `/**/${serverId}`, status: 200, body }] });
    const error = await rejectionOf(cloudClient(cloud, { api }).showServer(serverId));
    expect(error).toMatchObject({ code: "ERR_UNAVAILABLE", message: like(field), retryable: false });
  });
});
