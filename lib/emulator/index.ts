import { randomBytes } from "node:crypto";
import { setMaxListeners } from "node:events";
import { createServer, type Server as HttpServer } from "node:http";
import { systemClock, type Clock } from "../clock.ts";
import { UnavailableError } from "../errors.ts";
import { AccessKeyLocks } from "./access-key-locks.ts";
import { buildState } from "./build-state.ts";
import type { World } from "./call.ts";
import { environmentFor } from "./environment.ts";
import { bootGuest } from "./guest.ts";
import { createHandler } from "./http-server.ts";
import type { Randomness } from "./randomness.ts";
import type { Seed } from "./seed.ts";
import { Tokens } from "./tokens.ts";

export type { Clock } from "../clock.ts";
export type { LogEntry } from "./http-server.ts";
export type { Randomness } from "./randomness.ts";
export type {
  Seed,
  SeedCiphertextFault,
  SeedFault,
  SeedKeyPair,
  SeedPlaintext,
  SeedServer,
  SeedUser,
} from "./seed.ts";

/** An hour, Keystone's own default. */
const defaultTokenLifetimeMs = 3_600_000;

export interface EmulatorOptions {
  /** A {@link Seed}, checked before anything starts; without one, project `demo` with one Windows server. */
  readonly seed?: unknown;
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Gets a line of JSON (a {@link LogEntry}, no line end) for each request, before its answer is sent. */
  readonly log?: (line: string) => void;
  readonly clock?: Clock;
  readonly randomness?: Randomness;
}

/** A running emulator. */
export interface Emulator {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly port: number;
  /** The environment variables that make clients use it, as the seed's first user. */
  readonly env: Record<string, string>;
  /** Ends it with all its connections and guests; idempotent. */
  close(): Promise<void>;
}

/**
 * Starts a cloud on 127.0.0.1: Keystone, ECS v1, bare metal v1, Nova v2.1, and the metadata path its guests post their
 * passwords to.
 *
 * Throws UsageError (ERR_USAGE) for a seed that is not `winpw-emulator/1`, naming the field, and UnavailableError
 * (ERR_UNAVAILABLE) when the port cannot be had.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const clock = options.clock ?? systemClock;
  const randomness = options.randomness ?? ((length: number) => randomBytes(length));
  const seed = await chooseSeed(options.seed, randomness);
  const startedAt = clock.now();
  const state = buildState(seed, startedAt);
  const server = createServer();
  const port = await listen(server, options.port ?? 0);
  const url = `http://127.0.0.1:${port}`;
  const tokens = new Tokens(seed.tokenLifetimeMs ?? defaultTokenLifetimeMs, clock, randomness);
  const world: World = { url, state, tokens, locks: new AccessKeyLocks(), clock, startedAt, randomness };
  const stop = new AbortController();
  setMaxListeners(0, stop.signal); // every guest and every delayed answer waits on it
  server.on(
    "request",
    createHandler({ world, faults: seed.faults ?? [], log: options.log, signal: stop.signal }),
  );
  const guests = Promise.all(state.servers.map(async (one) => bootGuest(one, world, stop.signal)));
  const close = async (): Promise<void> => {
    stop.abort();
    await guests;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  };
  return { url, port, env: environmentFor(url, state), close };
}

/** What checks a seed is loaded only when there is one. */
async function chooseSeed(given: unknown, randomness: Randomness): Promise<Seed> {
  if (given === undefined) {
    const { defaultSeed } = await import("./default-seed.ts");
    return defaultSeed(randomness);
  }
  const { parseSeed } = await import("./parse-seed.ts");
  return parseSeed(given);
}

async function listen(server: HttpServer, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(
        new UnavailableError(`port ${port} on 127.0.0.1 cannot be had: ${error.code ?? "unknown reason"}`),
      );
    });
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}
