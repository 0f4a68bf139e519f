import dns from "node:dns";
import { syncBuiltinESMExports } from "node:module";
import { afterEach, expect, it } from "vitest";
import { ConnectionError } from "../../lib/http/connection-error.ts";
import { emulatedCloud, testTransport } from "./emulated-cloud.ts";
import { rejectionOf } from "./rejection.ts";

const trueLookup = dns.lookup;

/** From now on every name resolves to an address that is not ours, or fails with `code`; returns the names asked for. */
function poisonResolver(code?: string): string[] {
  const asked: string[] = [];
  const lying = (name: string, _options: unknown, callback: (...values: unknown[]) => void): void => {
    asked.push(name);
    if (code === undefined) callback(null, [{ address: "192.0.2.1", family: 4 }], 4);
    else callback(Object.assign(new Error("lookup"), { code }));
  };
  dns.lookup = lying as unknown as typeof dns.lookup;
  syncBuiltinESMExports();
  return asked;
}

afterEach(() => {
  dns.lookup = trueLookup;
  syncBuiltinESMExports();
});

it("localhost is dialled as this machine without asking anybody", async () => {
  const cloud = await emulatedCloud();
  const asked = poisonResolver();
  const url = new URL(`http://localhost:${cloud.emulator.port}/v3`);
  for (const method of ["GET", "DELETE"] as const) {
    const answer = await testTransport().send({ method, url, headers: {} });
    expect(answer.status).toBe(method === "GET" ? 200 : 404);
  }
  expect(cloud.log()).toHaveLength(2);
  expect(asked).toEqual([]);
});

it("literal addresses are not asked for either", async () => {
  const cloud = await emulatedCloud();
  const asked = poisonResolver();
  for (const host of ["127.0.0.1", "127.1", "2130706433"]) {
    const url = new URL(`http://${host}:${cloud.emulator.port}/v3`);
    expect((await testTransport().send({ method: "GET", url, headers: {} })).status).toBe(200);
  }
  expect(asked).toEqual([]);
});

it.for([
  { code: "EAI_AGAIN", transient: true, message: "ecs.example: the name could not be resolved for now" },
  { code: "ENOTFOUND", transient: false, message: "ecs.example: the name is not known to DNS" },
])("any other name is asked for: $code", async ({ code, transient, message }) => {
  const asked = poisonResolver(code);
  const request = { method: "GET", url: new URL("https://ecs.example/"), headers: {} } as const;
  const error = await rejectionOf(testTransport().send(request));
  expect(asked).toEqual(["ecs.example"]);
  expect(error).toBeInstanceOf(ConnectionError);
  expect(error).toMatchObject({ transient, message });
});
