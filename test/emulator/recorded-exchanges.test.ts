import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { startEmulator } from "../../lib/emulator/index.ts";
import { demoPassword, testKey, testSeed } from "./cloud.ts";
import { loginAll, perform, type Cloud, type Exchange } from "./exchange.ts";

const table = JSON.parse(
  readFileSync(new URL("recorded-exchanges.json", import.meta.url), "utf8"),
) as Exchange[];

const [server, fresh] = ["aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"];
const seed = testSeed({
  region: "RegionOne",
  catalog: { ecs: false },
  keyPairs: [{ name: "key", publicKey: testKey(2048).publicKey }],
  servers: [
    { id: server, name: "win-1", os: "Windows", keyPair: "key", ciphertext: "A".repeat(344) },
    { id: fresh, name: "fresh-0", os: "Linux", keyPair: "key" },
  ],
});

// The answers in the table are those of Keystone 22 and Nova 26, written down by record-exchanges.ts.
describe("what a real Keystone and Nova answer, the emulator answers", async () => {
  const emulator = await startEmulator({ seed });
  afterAll(async () => emulator.close());
  const cloud: Cloud = {
    roots: { keystone: emulator.url, nova: emulator.url, metadata: emulator.url },
    passwords: { demo: demoPassword, watcher: demoPassword, stranger: demoPassword, admin: demoPassword },
    metadataSecret: "",
    values: new Map([
      ["server", server],
      ["fresh", fresh],
      ["password", demoPassword],
    ]),
  };
  await loginAll(cloud);

  // In order: some exchanges change what later ones see.
  it.for(table)("$name", { concurrent: false }, async ({ request, response, ownWords }) => {
    const own = await perform(request, cloud);
    expect(own.status).toBe(response.status);
    expect(own.contentType).toBe(response.contentType);
    expect(own.headerNames).toEqual(response.headerNames);
    expect(shapeOf(own.body)).toEqual(shapeOf(response.body));
    if (response.status >= 400 && ownWords === undefined) expect(own.body).toEqual(response.body);
  });
});

/** The keys and types of JSON; of a list, those of its first row; text and numbers only by their kind. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value !== "object" || value === null) return value === null ? "null" : typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]));
}
