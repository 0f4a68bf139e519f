import { constants, generateKeyPairSync, publicEncrypt, type KeyObject } from "node:crypto";
import type { Client } from "../../lib/clients/client.ts";
import type { ClientOptions } from "../../lib/clients/create-client.ts";
import type { Seed, SeedFault } from "../../lib/emulator/index.ts";
import { loadPrivateKey } from "../../lib/keys/load.ts";
import type { RsaPrivateKey } from "../../lib/keys/rsa-private-key.ts";
import type { Secret } from "../../lib/secret.ts";
import type { Delivery, DeliveryFacts } from "../../lib/workflow/deliver.ts";
import {
  readPassword,
  type ReadOptions,
  type ReadResult,
  type ReadStepName,
} from "../../lib/workflow/read.ts";
import { cloudClient } from "../clients/cloud-client.ts";
import { emulatedCloud, passwordPath, serverId, type EmulatedCloud } from "../http/emulated-cloud.ts";

/** Obviously fake, and looked for in everything that is shown. */
export const adminPassword = "CANARY-Fake-Passw0rd-42!";

/** A throw-away key, made anew for each run. */
export interface TestKey {
  readonly key: RsaPrivateKey;
  /** One line in OpenSSH's format. */
  readonly publicLine: string;
  readonly publicKey: KeyObject;
}

const made = new Map<string, Promise<TestKey>>();

/** The same key for the same size and name within one test file. */
export async function testKey(bits = 1024, name = "own"): Promise<TestKey> {
  const known = made.get(`${bits} ${name}`) ?? makeKey(bits);
  made.set(`${bits} ${name}`, known);
  return known;
}

async function makeKey(bits: number): Promise<TestKey> {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: bits });
  const key = await loadPrivateKey(privateKey.export({ type: "pkcs8", format: "pem" }).toString());
  const { e = "", n = "" } = publicKey.export({ format: "jwk" });
  // RFC 4253 section 6.6: the name, e and n, each with its length; n gets a zero byte since its first bit is set.
  const modulus = Buffer.concat([Buffer.of(0), Buffer.from(n, "base64url")]);
  const parts = [Buffer.from("ssh-rsa"), Buffer.from(e, "base64url"), modulus];
  const blob = parts.flatMap((part) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    return [length, part];
  });
  return { key, publicKey, publicLine: `ssh-rsa ${Buffer.concat(blob).toString("base64")} throw-away` };
}

/** RSAES-PKCS1-v1_5 in base64, as the guest posts it. */
export function encrypt({ publicKey }: TestKey, text: string): string {
  const options = { key: publicKey, padding: constants.RSA_PKCS1_PADDING };
  return publicEncrypt(options, Buffer.from(text)).toString("base64");
}

/** A cloud with one Windows server whose password is stored, and all that is needed to read it. */
export interface Scene {
  readonly cloud: EmulatedCloud;
  readonly client: Client;
  readonly own: TestKey;
  readonly ciphertext: string;
}

/** What a scene may differ in. */
export interface SceneChanges {
  readonly faults?: SeedFault[];
  readonly seed?: Partial<Seed>;
  readonly client?: Partial<ClientOptions> & { readonly user?: string };
  readonly bits?: number;
  /** Makes the server a bare metal one. */
  readonly metal?: { readonly clearDelayMs: number };
  /** What is stored; default: the password for the server's own key. */
  readonly ciphertext?: string;
}

export async function scene(changes: SceneChanges = {}): Promise<Scene> {
  const own = await testKey(changes.bits);
  const ciphertext = changes.ciphertext ?? encrypt(own, adminPassword);
  const metal = changes.metal === undefined ? {} : ({ kind: "bms", ...changes.metal } as const);
  const cloud = await emulatedCloud({
    keyPairs: [{ name: "own", publicKey: own.publicLine }],
    servers: [{ id: serverId, name: "win-1", os: "Windows", keyPair: "own", ciphertext, ...metal }],
    faults: changes.faults ?? [],
    ...changes.seed,
  });
  return { cloud, client: cloudClient(cloud, changes.client), own, ciphertext };
}

/** A fault for these calls, counted from 1, of one method to the password. */
export function onCalls(
  method: "GET" | "DELETE",
  calls: readonly number[],
  fault: Partial<SeedFault>,
): SeedFault[] {
  return calls.map((call) => ({ method, path: passwordPath, call, ...fault }));
}

/** A read that notes everything it does in the cloud's trace. */
export interface WatchedRead {
  readonly result: Promise<ReadResult>;
  /** What was delivered, in the order of delivery. */
  readonly passwords: string[];
  readonly facts: DeliveryFacts[];
  /** The secrets themselves, to look whether they were wiped. */
  readonly secrets: Secret[];
}

export const toFile: Delivery = { sink: "file", locator: "win-1.password", durable: true };

export function watchedRead(
  { cloud, client, own }: Scene,
  changes: Partial<ReadOptions> & { readonly onStepName?: (name: ReadStepName) => void } = {},
): WatchedRead {
  const { onStepName, deliver, keepCiphertext, ...rest } = changes;
  const passwords: string[] = [];
  const facts: DeliveryFacts[] = [];
  const secrets: Secret[] = [];
  const { trace } = cloud;
  const result = readPassword({
    client,
    serverId,
    keys: [own.key],
    clock: cloud.clock,
    random: () => 0,
    deliver: async (secret, about) => {
      trace.push("deliver");
      secrets.push(secret);
      facts.push(about);
      const delivered = (await deliver?.(secret, about)) ?? toFile;
      passwords.push(secret.reveal());
      return delivered;
    },
    ...(keepCiphertext === undefined
      ? {}
      : {
          keepCiphertext: async (ciphertext, about) => {
            trace.push("keep");
            await keepCiphertext(ciphertext, about);
          },
        }),
    onStep: ({ name }) => {
      trace.push(name);
      onStepName?.(name);
    },
    ...rest,
  });
  return { result, passwords, facts, secrets };
}
