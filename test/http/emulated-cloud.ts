import { onTestFinished } from "vitest";
import { startEmulator, type Emulator, type Seed, type SeedFault } from "../../lib/emulator/index.ts";
import type { HttpRequest } from "../../lib/http/message.ts";
import type { RetryContext } from "../../lib/http/retry.ts";
import { createTransport, type Transport, type TransportOptions } from "../../lib/http/transport.ts";
import { testClock, type TestClock } from "./test-clock.ts";

/** Obviously fake, and looked for in everything that is shown. */
export const canaryPassword = "CANARY-not-a-real-password";
export const serverId = "aaaaaaaa-0000-4000-8000-000000000001";
export const passwordPath = "/**/os-server-password";

/** A cloud on loopback whose guests never post: what is stored is what the seed says. */
export interface EmulatedCloud {
  readonly emulator: Emulator;
  readonly url: string;
  readonly clock: TestClock;
  /** `METHOD path status` of every request so far, without the query. */
  readonly log: () => string[];
  /** How many requests so far had this method and a path that ends so. */
  readonly count: (method: string, pathEnd: string) => number;
  /** Method, last part of the path and status of every request, in between whatever a test adds itself. */
  readonly trace: string[];
  /** What is stored for a server, asked for on the guest's own path, which no fault of a test concerns. */
  readonly stored: (id?: string) => Promise<string>;
}

/** Starts an emulator that ends with the test; its time is the test's own. */
export async function emulatedCloud(
  changes: Partial<Seed> = {},
  clock: TestClock = testClock(),
): Promise<EmulatedCloud> {
  const entries: { method: string; path: string; status: number | null }[] = [];
  const trace: string[] = [];
  const pathOf = ({ path }: { path: string }): string => path.split("?")[0] ?? path;
  const emulator = await startEmulator({
    seed: seedWith(changes),
    log: (line) => {
      const entry = JSON.parse(line) as (typeof entries)[number];
      if (entry.path.startsWith("/openstack/")) return;
      entries.push(entry);
      trace.push(`${entry.method} ${pathOf(entry).split("/").at(-1) ?? ""} ${entry.status}`);
    },
    clock: { now: () => clock.now(), sleep: untilAborted },
  });
  onTestFinished(async () => emulator.close());
  return {
    emulator,
    url: emulator.url,
    clock,
    log: () => entries.map((entry) => `${entry.method} ${pathOf(entry)} ${entry.status}`),
    count: (method, pathEnd) =>
      entries.filter((entry) => entry.method === method && pathOf(entry).endsWith(pathEnd)).length,
    trace,
    stored: async (id = serverId) => {
      const headers = { "X-Instance-ID": id };
      return (await fetch(`${emulator.url}/openstack/latest/password`, { headers })).text();
    },
  };
}

export function seedWith(changes: Partial<Seed>): Seed {
  return {
    schema: "winpw-emulator/1",
    users: [
      { name: "demo", password: canaryPassword, role: "member", project: "demo" },
      { name: "watcher", password: canaryPassword, role: "reader", project: "demo" },
    ],
    servers: [{ id: serverId, name: "win-1", os: "Windows" }],
    ...changes,
  };
}

async function untilAborted(_: number, signal?: AbortSignal): Promise<void> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener("abort", () => reject(new Error("the emulator is closed")), { once: true });
  });
}

/** A transport that ends with the test. */
export function testTransport(options: TransportOptions = {}): Transport {
  const transport = createTransport(options);
  onTestFinished(async () => transport.close());
  return transport;
}

/** A transport that ends with the test, and every request that it was given. */
export function recordingTransport(): { transport: Transport; sent: HttpRequest[] } {
  const sent: HttpRequest[] = [];
  const transport = testTransport();
  const send: Transport["send"] = async (request, signal) => {
    sent.push(request);
    return transport.send(request, signal);
  };
  return { transport: { ...transport, send }, sent };
}

/** What sendWithRetry and the authorizers need: five attempts, jitter always in the middle. */
export function retryContext(
  clock: TestClock,
  changes: Partial<RetryContext> = {},
): RetryContext & { clock: TestClock } {
  return {
    transport: changes.transport ?? testTransport(),
    random: () => 0.5,
    policy: { attempts: 5, baseDelayMs: 500, maxDelayMs: 8_000, deadlineMs: 60_000 },
    ...changes,
    clock,
  };
}

/** The same fault for the first `times` matching calls. */
export function firstCalls(times: number, fault: SeedFault): SeedFault[] {
  return Array.from({ length: times }, (_, index) => ({ ...fault, call: index + 1 }));
}
