import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { NotReadyError, SuspectError, UsageError } from "../../lib/errors.ts";
import { passwordPath } from "../http/emulated-cloud.ts";
import { everythingShown, like, rejectionOf } from "../http/rejection.ts";
import { adminPassword, encrypt, scene, testKey, toFile, watchedRead } from "./windows-server.ts";

const login = "POST tokens 201";
const get = "GET os-server-password 200";
const del = "DELETE os-server-password 204";

describe.for(["v1", "v2.1"] as const)("a read on %s", (api) => {
  it("fetches, decrypts and delivers; nothing else is sent", async () => {
    const stage = await scene({ client: { api } });
    const { result, passwords } = watchedRead(stage);
    expect(await result).toMatchObject({
      verdict: "ready",
      delivered: [toFile],
      cleared: false,
      changed: false,
      suspicious: null,
      key: { container: "pkcs8-pem", bits: 1024, ...stage.own.key.fingerprints },
      requestIds: [like(/./)],
    });
    expect(passwords).toEqual([adminPassword]);
    expect(stage.cloud.trace).toEqual([login, get, "fetched", "decrypted", "deliver", "delivered"]);
    expect(await stage.cloud.stored()).toBe(stage.ciphertext);
  });

  it("with clear goes on in the order that cannot lose the password", async () => {
    const stage = await scene({ client: { api } });
    const kept: unknown[] = [];
    const { result, passwords } = watchedRead(stage, {
      clear: true,
      keepCiphertext: async (...given) => void kept.push(given),
    });
    const { requestIds, ...facts } = await result;
    expect(facts).toMatchObject({ verdict: "ready", delivered: [toFile], cleared: true, changed: true });
    expect(passwords).toEqual([adminPassword]);
    expect(stage.cloud.trace).toEqual([
      login,
      get,
      "fetched",
      "decrypted",
      "deliver",
      "delivered",
      "keep",
      "kept",
      get,
      "refetched",
      del,
      get,
      "deleted",
    ]);
    expect(await stage.cloud.stored()).toBe("");
    expect(kept).toMatchObject([[stage.ciphertext, { bytes: 128 }]]);
    // Fetch, second fetch, DELETE, confirmation.
    expect(new Set(requestIds).size).toBe(4);
    expect(stage.cloud.clock.pauses).toEqual([]);
  });
});

it("without clear a ciphertext can be kept too, after the delivery", async () => {
  const stage = await scene();
  await watchedRead(stage, { keepCiphertext: async () => undefined }).result;
  expect(stage.cloud.trace.slice(-3)).toEqual(["deliver", "delivered", "keep"]);
});

it("what is delivered comes with its public facts", async () => {
  const stage = await scene();
  const { result, facts } = watchedRead(stage);
  const { ciphertext } = await result;
  const bytes = Buffer.from(stage.ciphertext, "base64");
  const digest = createHash("sha256").update(bytes).digest("hex");
  expect(facts).toMatchObject([
    {
      serverId: "aaaaaaaa-0000-4000-8000-000000000001",
      key: { bits: 1024, md5: stage.own.key.fingerprints.md5 },
      ciphertext: { bytes: 128, sha256: digest },
      suspicious: null,
    },
  ]);
  expect(ciphertext).toMatchObject({ bytes: 128, sha256: digest });
});

it("every place that a password went to is in the result", async () => {
  const places = [toFile, { sink: "stdout", locator: null, durable: false }];
  const { result } = watchedRead(await scene(), { deliver: async () => places });
  expect((await result).delivered).toEqual(places);
});

it("without a key nothing is sent", async () => {
  const stage = await scene();
  expect(await rejectionOf(watchedRead(stage, { keys: [] }).result)).toBeInstanceOf(UsageError);
  expect(stage.cloud.trace).toEqual([]);
});

describe("a server without a stored password", () => {
  it.for(["", " \n"])("(%j) is not ready, and nothing is cleared", async (ciphertext) => {
    const stage = await scene({ ciphertext });
    const error = await rejectionOf(watchedRead(stage, { clear: true }).result);
    expect(error).toBeInstanceOf(NotReadyError);
    expect(error).toMatchObject({ requestId: like(/./) });
    expect(stage.cloud.trace).toEqual([login, get]);
  });
});

describe("a plaintext that no password generator makes", () => {
  it.for([
    ["an escape sequence", "CANARY\u001b[2J"],
    ["a line feed", "CANARY\n"],
    ["a right-to-left override", "CANARY\u202e"],
    ["bytes that are no text", { base64: Buffer.from([0x43, 0xff, 0xfe]).toString("base64") }],
    ["nothing", ""],
  ] as const)("%s is refused before delivery, and nothing is cleared", async ([, plaintext]) => {
    const stage = await scene({ faults: [{ method: "GET", path: passwordPath, plaintext }] });
    const error = await rejectionOf(watchedRead(stage, { clear: true }).result);
    expect(error).toBeInstanceOf(SuspectError);
    expect(everythingShown(error)).not.toContain("CANARY");
    expect(stage.cloud.trace).toEqual([login, get, "fetched"]);
  });

  it("is delivered where that was allowed, marked, and is never empty", async () => {
    const plaintext = "CANARY\u001b[2J";
    const stage = await scene({ faults: [{ method: "GET", path: passwordPath, call: 1, plaintext }] });
    const { result, passwords, facts } = watchedRead(stage, { allowUnprintable: true });
    expect((await result).suspicious).toBe("unprintable");
    expect(passwords).toEqual([plaintext]);
    expect(facts).toMatchObject([{ suspicious: "unprintable" }]);
    const empty = await scene({ faults: [{ method: "GET", path: passwordPath, plaintext: "" }] });
    const refused = await rejectionOf(watchedRead(empty, { allowUnprintable: true }).result);
    expect(refused).toBeInstanceOf(SuspectError);
  });

  it("over 127 bytes is delivered and marked", async () => {
    const text = "x".repeat(128);
    const stage = await scene({ bits: 2048, ciphertext: encrypt(await testKey(2048), text) });
    const { result, passwords } = watchedRead(stage);
    expect((await result).suspicious).toBe("longer-than-127-bytes");
    expect(passwords).toEqual([text]);
  });
});

describe("the secret", () => {
  const isWiped = async (
    run: (changes: Parameters<typeof watchedRead>[1]) => Promise<unknown>,
  ): Promise<void> => {
    let seen: () => string = () => "";
    await run({
      deliver: async (secret) => {
        seen = () => secret.reveal();
        expect(seen()).toBe(adminPassword);
        return toFile;
      },
    });
    expect(seen).toThrow(TypeError);
  };

  it("is wiped after delivery", async () => {
    const stage = await scene();
    await isWiped(async (changes) => watchedRead(stage, changes).result);
  });

  it("is wiped when clearing fails", async () => {
    const stage = await scene({ client: { user: "watcher" } });
    await isWiped(async (changes) => rejectionOf(watchedRead(stage, { ...changes, clear: true }).result));
  });

  it("is wiped when its delivery fails", async () => {
    const stage = await scene();
    const { result, secrets } = watchedRead(stage, {
      deliver: async () => {
        throw new Error("no");
      },
    });
    await rejectionOf(result);
    expect(secrets).toHaveLength(1);
    for (const secret of secrets) expect(() => secret.reveal()).toThrow(TypeError);
  });
});
