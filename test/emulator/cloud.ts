import { generateKeyPairSync, randomBytes, type KeyObject } from "node:crypto";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { onTestFinished } from "vitest";
import { startEmulator, type Emulator, type EmulatorOptions, type Seed } from "../../lib/emulator/index.ts";

/** A throw-away RSA key, with its public half as a key pair holds it. */
export interface TestKey {
  readonly privateKey: KeyObject;
  readonly publicKey: string;
}

const keys = new Map<number, TestKey>();

/** The same key for the same size within one test file. */
export function testKey(bits = 1024): TestKey {
  const known = keys.get(bits);
  if (known !== undefined) return known;
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: bits });
  const { n = "" } = publicKey.export({ format: "jwk" });
  const key = { privateKey, publicKey: publicKeyLine(Buffer.from(n, "base64url")) };
  keys.set(bits, key);
  return key;
}

/** A line that can be encrypted to and that nobody can decrypt: a large RSA key without the minutes to make it. */
export function publicKeyWithoutPrivate(bits: number): string {
  const modulus = randomBytes(bits / 8);
  modulus[0] = (modulus[0] ?? 0) | 0x80;
  modulus[modulus.length - 1] = (modulus.at(-1) ?? 0) | 1;
  return publicKeyLine(modulus);
}

/** OpenSSH's format for a modulus with its highest bit set, and the exponent 65537. */
function publicKeyLine(modulus: Buffer): string {
  const fields = [Buffer.from("ssh-rsa"), Buffer.of(1, 0, 1), Buffer.concat([Buffer.of(0), modulus])];
  const blob = Buffer.concat(fields.flatMap((field) => [uint32(field.length), field]));
  return `ssh-rsa ${blob.toString("base64")} throw-away`;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export const demoPassword = "not-a-secret-demo";
export const serverId = "aaaaaaaa-0000-4000-8000-000000000001";

/** A member, a reader, an admin and a stranger; one Windows server whose guest waits for an hour. */
export function testSeed(changes: Partial<Seed> = {}): Seed {
  return {
    schema: "winpw-emulator/1",
    users: [
      { name: "demo", password: demoPassword, role: "member", project: "demo" },
      { name: "watcher", password: demoPassword, role: "reader", project: "demo" },
      { name: "stranger", password: demoPassword, role: "member", project: "other" },
      { name: "admin", password: demoPassword, role: "admin", project: "admin" },
    ],
    keyPairs: [{ name: "key", publicKey: testKey().publicKey }],
    servers: [{ id: serverId, name: "win-1", os: "Windows", keyPair: "key", bootDelayMs: 3_600_000 }],
    ...changes,
  };
}

/** Starts an emulator that ends with the test. */
export async function startCloud(seed: Seed, options: Omit<EmulatorOptions, "seed"> = {}): Promise<Emulator> {
  const emulator = await startEmulator({ seed, ...options });
  onTestFinished(async () => emulator.close());
  return emulator;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Parsed when it is JSON. */
  readonly json: unknown;
}

/** One request on a connection of its own, with no header but those given; rejects when the connection breaks. */
export async function call(
  method: string,
  url: string,
  headers: Readonly<Record<string, string>> = {},
  body?: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(pieces).toString("utf8");
        const isJson =
          response.headers["content-type"]?.startsWith("application/json") === true && text !== "";
        const json: unknown = isJson ? JSON.parse(text) : undefined;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
      });
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** The body of a login with a password and, unless `scope` says otherwise, the user's own project. */
export function loginBody(name: string, scope?: unknown, password: string = demoPassword): string {
  const user = { name, domain: { name: "Default" }, password };
  return JSON.stringify({
    auth: {
      identity: { methods: ["password"], password: { user } },
      ...(scope === undefined ? {} : { scope }),
    },
  });
}

/** A token and the project that it is for. */
export async function login(emulator: Emulator, name = "demo"): Promise<{ token: string; project: string }> {
  const answer = await call("POST", `${emulator.url}/v3/auth/tokens`, {}, loginBody(name));
  const body = answer.json as { token: { project: { id: string } } };
  return { token: String(answer.headers["x-subject-token"]), project: body.token.project.id };
}

/** Waits until `happened` holds; the test's own time limit is the limit. */
export async function until(happened: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await happened())) await new Promise((resolve) => setTimeout(resolve, 5));
}
