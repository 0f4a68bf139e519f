import * as fc from "fast-check";
import { expect, it } from "vitest";
import { BadKeyError } from "../../lib/errors.ts";
import type { KeyLimits } from "../../lib/keys/limits.ts";
import { inspectKey } from "../../lib/keys/inspect.ts";
import { loadPrivateKey } from "../../lib/keys/load.ts";
import { exampleFile, exampleKeys, type ExampleKey } from "../keys/examples.ts";

const slow = (process.env["SLOW"] ?? "") !== "";
const cases = slow ? 20_000 : 400;

// Low enough that a changed cost does not slow the test, high enough that most of the examples still open.
const limits: Partial<KeyLimits> = {
  maxPbkdf2Rounds: 5_000,
  maxLegacyRounds: 5_000,
  maxScryptBytes: 16 * 1024 * 1024,
  maxScryptParallelism: 1,
  maxBcryptRounds: 2,
  maxArgon2KiB: 8_192,
  maxArgon2KiBPasses: 2 * 8_192,
};

interface Harm {
  readonly name: string;
  readonly apply: (file: Buffer) => Buffer;
}

const at = (file: Buffer, place: number): number => Math.floor(place * file.length);
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

const harms: fc.Arbitrary<Harm> = fc.oneof(
  place.map((end) => ({ name: `cut at ${end}`, apply: (file: Buffer) => file.subarray(0, at(file, end)) })),
  place.map((start) => ({
    name: `begun at ${start}`,
    apply: (file: Buffer) => file.subarray(at(file, start)),
  })),
  fc.tuple(place, fc.integer({ min: 1, max: 255 })).map(([where, bits]) => ({
    name: `byte at ${where} xor ${bits}`,
    apply: (file: Buffer) => {
      const changed = Buffer.from(file);
      changed[at(file, where)]! ^= bits;
      return changed;
    },
  })),
  fc.tuple(place, place).map(([one, other]) => ({
    name: `without ${one} to ${other}`,
    apply: (file: Buffer) => {
      const [start, end] = [at(file, Math.min(one, other)), at(file, Math.max(one, other))];
      return Buffer.concat([file.subarray(0, start), file.subarray(end)]);
    },
  })),
  fc.tuple(place, fc.uint8Array({ minLength: 1, maxLength: 16 })).map(([where, bytes]) => ({
    name: `${bytes.length} bytes put in at ${where}`,
    apply: (file: Buffer) =>
      Buffer.concat([file.subarray(0, at(file, where)), bytes, file.subarray(at(file, where))]),
  })),
);

/** Changes below a text's base64 hit the structure inside; without this, most would only break the base64. */
const insideBase64 = (harm: Harm): Harm => ({
  name: `${harm.name}, inside the base64`,
  apply: (file) => {
    const text = file.toString("latin1");
    const longest = text.match(/[A-Za-z0-9+/\n\r]{200,}={0,2}/)?.[0];
    if (longest === undefined) return harm.apply(file);
    const harmed = harm.apply(Buffer.from(longest, "base64"));
    return Buffer.from(
      text.replace(longest, () => `\n${harmed.toString("base64")}\n`),
      "latin1",
    );
  },
});

async function load(key: ExampleKey, file: Buffer): Promise<string> {
  try {
    const loaded = await loadPrivateKey(file, { passphrase: key.passphrase ?? "", limits });
    return loaded.fingerprints.sha256;
  } catch (error) {
    if (!(error instanceof BadKeyError)) throw error;
    expect(error.cause).toBeUndefined();
    return error.reason;
  }
}

it(`a harmed key file opens as itself or ends in one of our errors (${cases} cases)`, async () => {
  const anyHarm = fc.oneof(harms, harms.map(insideBase64));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...exampleKeys), anyHarm, async (key, harm) => {
      const outcome = await load(key, harm.apply(exampleFile(key.file)));
      if (outcome.startsWith("SHA256:")) expect(outcome).toBe(key.sha256);
    }),
    { numRuns: cases },
  );
});

it(`bytes of any kind end in one of our errors, and an inspection never throws (${cases} cases)`, async () => {
  const starts = [
    "",
    "0\x82",
    "0\x80",
    "-----BEGIN PRIVATE KEY-----\n",
    "PuTTY-User-Key-File-3: ssh-rsa\n",
    "{",
    "<RSAKeyValue>",
  ];
  const magics = [
    "\x1e\xf1\xb5\xb0",
    "\x07\x02\0\0\0\xa4\0\0RSA2",
    "openssh-key-v1\0",
    "\xff\xfe",
    "\xfe\xff",
    "\xfe\xed\xfe\xed",
  ];
  const start = fc.constantFrom(...starts, ...magics).map((text) => Buffer.from(text, "latin1"));
  await fc.assert(
    fc.asyncProperty(start, fc.uint8Array({ maxLength: 400 }), async (head, tail) => {
      const file = Buffer.concat([head, tail]);
      const error: unknown = await loadPrivateKey(file, { limits }).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(BadKeyError);
      expect((await inspectKey(file, { limits })).usable).not.toBe(true);
    }),
    { numRuns: cases },
  );
});
