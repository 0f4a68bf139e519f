import { describe, expect, it } from "vitest";
import { SuspectError, WrongKeyError } from "../../lib/errors.ts";
import { everythingShown, like, rejectionOf } from "../http/rejection.ts";
import {
  adminPassword,
  encrypt,
  scene,
  testKey,
  watchedRead,
  type Scene,
  type SceneChanges,
} from "./windows-server.ts";

/** Above every modulus of 1024 bits: fails without chance, whatever the key. */
const unopenable = Buffer.alloc(128, 0xff).toString("base64");

async function opening(
  changes: SceneChanges,
  keyNames: readonly string[],
): Promise<{ stage: Scene; error: unknown }> {
  const stage = await scene(changes);
  const keys = await Promise.all(keyNames.map(async (name) => (await testKey(1024, name)).key));
  const { result, passwords } = watchedRead(stage, { keys, clear: true });
  const error = await rejectionOf(result);
  expect(everythingShown(error)).not.toContain("CANARY");
  expect(passwords).toEqual([]);
  expect(stage.cloud.count("DELETE", "")).toBe(0);
  return { stage, error };
}

const fingerprint = async (name: string): Promise<string> =>
  (await testKey(1024, name)).key.fingerprints.sha256;

/** What is told where the key pair is known by its MD5. */
async function bothFingerprints(name: string): Promise<string[]> {
  const { sha256, md5 } = (await testKey(1024, name)).key.fingerprints;
  return [sha256, md5];
}

describe("a key that does not fit", () => {
  it("where the server's key pair can be seen: both fingerprints are told", async () => {
    const { stage, error } = await opening({}, ["other"]);
    expect(error).toBeInstanceOf(WrongKeyError);
    expect(error).toMatchObject({
      given: await bothFingerprints("other"),
      needed: stage.own.key.fingerprints.md5,
      retryable: false,
    });
    expect(stage.cloud.trace.slice(-2)).toEqual([
      "GET aaaaaaaa-0000-4000-8000-000000000001 200",
      "GET own 200",
    ]);
  });

  it.for<[string, SceneChanges]>([
    // Key pairs belong to the user who made them.
    ["another user's", { client: { user: "watcher" } }],
    ["not to be looked up", { faults: [{ path: "/**/os-keypairs/own", status: 403 }] }],
    ["out of service", { faults: [{ path: "/**/os-keypairs/own", status: 503 }] }],
    ["shown as something else", { faults: [{ path: "/**/os-keypairs/own", status: 200, body: {} }] }],
    [
      "of a server that cannot be shown",
      { faults: [{ path: "/v1/*/cloudservers/aaaaaaaa-*", status: 500 }] },
    ],
  ])("where the key pair is %s: the failure stays what it is", async ([, changes]) => {
    const { error } = await opening(changes, ["other"]);
    expect(error).toBeInstanceOf(WrongKeyError);
    expect(error).toMatchObject({ given: [await fingerprint("other")], needed: undefined });
  });

  it("of a server without a key pair", async () => {
    const own = await testKey();
    const ciphertext = encrypt(own, adminPassword);
    const id = "aaaaaaaa-0000-4000-8000-000000000001";
    const seed = { servers: [{ id, name: "win-1", os: "Windows", ciphertext } as const] };
    const { error } = await opening({ seed, ciphertext }, ["other"]);
    expect(error).toMatchObject({ code: "ERR_WRONG_KEY", needed: undefined });
  });

  it("by its length, which is told", async () => {
    const stage = await scene({ bits: 2048 });
    const { key } = await testKey(1024);
    const error = await rejectionOf(watchedRead(stage, { keys: [key] }).result);
    expect(error).toBeInstanceOf(WrongKeyError);
    expect(error).toMatchObject({
      message: like(/256 bytes.*128/),
      given: [key.fingerprints.sha256, key.fingerprints.md5],
    });
  });

  it("several of them: how many, and all fingerprints", async () => {
    const { error } = await opening({}, ["other", "third"]);
    expect(error).toMatchObject({
      code: "ERR_WRONG_KEY",
      message: like(/none of the 2 keys/),
      given: [...(await bothFingerprints("other")), ...(await bothFingerprints("third"))],
    });
  });
});

describe("a damaged ciphertext", () => {
  it("of the server's own key, which can be seen: damaged", async () => {
    const { stage, error } = await opening({ ciphertext: unopenable }, ["own"]);
    expect(error).toBeInstanceOf(SuspectError);
    expect(error).toMatchObject({ message: like(/damaged/) });
    expect(stage.cloud.trace).toContain("GET own 200");
  });

  it("of which one bit was flipped on the way: damaged", async () => {
    const faults = [{ path: "/**/os-server-password", ciphertext: { flipBit: 1000 } }];
    const { error } = await opening({ faults }, ["own"]);
    expect(error).toBeInstanceOf(SuspectError);
  });

  it("where the key pair cannot be seen: not to be told from a wrong key", async () => {
    const { error } = await opening({ ciphertext: unopenable, client: { user: "watcher" } }, ["own"]);
    expect(error).toBeInstanceOf(WrongKeyError);
    expect(error).toMatchObject({ given: [await fingerprint("own")], needed: undefined });
  });

  it("among several keys, one of them the server's own: damaged", async () => {
    const { error } = await opening({ ciphertext: unopenable }, ["other", "own"]);
    expect(error).toBeInstanceOf(SuspectError);
  });

  it("of a length between two key sizes: not for this key", async () => {
    const { error } = await opening({ ciphertext: Buffer.alloc(200, 1).toString("base64") }, ["own"]);
    expect(error).toBeInstanceOf(WrongKeyError);
  });

  it.for([1, 127, 2049])(
    "of %i bytes, which no RSA key has: suspect, no key pair looked up",
    async (size) => {
      const { stage, error } = await opening({ ciphertext: Buffer.alloc(size, 1).toString("base64") }, [
        "own",
      ]);
      expect(error).toBeInstanceOf(SuspectError);
      expect(stage.cloud.count("GET", "/own")).toBe(0);
    },
  );
});

describe("several keys", () => {
  it.for([
    ["first", ["own", "other", "third"]],
    ["last", ["other", "third", "own"]],
  ] as const)("the one that fits is %s: it opens, and is named", async ([, names]) => {
    const stage = await scene();
    const keys = await Promise.all(names.map(async (name) => (await testKey(1024, name)).key));
    const { result, passwords } = watchedRead(stage, { keys, clear: true });
    expect((await result).key.sha256).toBe(stage.own.key.fingerprints.sha256);
    expect(passwords).toEqual([adminPassword]);
    expect(stage.cloud.count("GET", "/own")).toBe(0);
  });

  it("of other sizes are passed over", async () => {
    const stage = await scene({ bits: 2048 });
    const keys = [(await testKey(1024)).key, stage.own.key, (await testKey(1024, "other")).key];
    const { result, passwords } = watchedRead(stage, { keys });
    expect((await result).key.bits).toBe(2048);
    expect(passwords).toEqual([adminPassword]);
  });
});
