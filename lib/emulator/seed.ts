import * as v from "valibot";
import { UsageError } from "../errors.ts";

/** One grant: this user has this role in this project. Rows with the same name and domain are one user with several projects. */
export interface SeedUser {
  readonly name: string;
  readonly password: string;
  readonly role: "admin" | "member" | "reader";
  readonly project: string;
  /** Domain name; `Default` when absent. */
  readonly domain?: string | undefined;
  /** false: a login that asks for no scope gets an unscoped token. */
  readonly defaultProject?: boolean | undefined;
}

/** A key pair as Nova keeps it; it belongs to one user (the first of the seed when absent). */
export interface SeedKeyPair {
  readonly name: string;
  /** One line in OpenSSH's format, of any key type. */
  readonly publicKey: string;
  readonly user?: string | undefined;
}

/** A server, and what its guest does after boot. */
export interface SeedServer {
  readonly id: string;
  readonly name: string;
  readonly os: "Windows" | "Linux";
  readonly keyPair?: string | null | undefined;
  /** From the emulator's start until the guest posts its password. */
  readonly bootDelayMs?: number | undefined;
  /** Used by the guest instead of a random one. */
  readonly password?: string | undefined;
  /** Stored from the start, exactly as it stands here. */
  readonly ciphertext?: string | undefined;
  readonly status?: string | undefined;
  /** The creator: the key pair's owner, else the project's first user, when absent. */
  readonly user?: string | undefined;
  /** The first user's project when absent. */
  readonly project?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** `key=value` or `key`. */
  readonly tags?: readonly string[] | undefined;
  /** ISO 8601 with a zone; the emulator's start when absent. */
  readonly created?: string | undefined;
}

/** Text, or bytes that need not be text, in base64. */
export type SeedPlaintext = string | { readonly base64: string };

/** What to do to the stored ciphertext on its way out. */
export interface SeedCiphertextFault {
  /** Bytes kept from the start. */
  readonly truncateTo?: number | undefined;
  /** Answered instead, as it stands. */
  readonly replaceWith?: string | undefined;
  /** Index of a bit, counted from the first byte's highest. */
  readonly flipBit?: number | undefined;
}

/** One misbehaviour; exactly one kind a row, of which delayMs alone may accompany another. */
export interface SeedFault {
  /** `*` or absent: any. */
  readonly method?: string | undefined;
  /** Without the query; `*` stands for anything but a slash, `**` for anything. */
  readonly path: string;
  /** Which matching call, from 1; absent: every one. */
  readonly call?: number | undefined;
  readonly delayMs?: number | undefined;
  readonly status?: number | undefined;
  /** With status: text as it stands, anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly reset?: true | undefined;
  readonly resetAfter?: true | undefined;
  /** Bytes of the body that are sent before the connection ends. */
  readonly cut?: number | undefined;
  readonly ciphertext?: SeedCiphertextFault | undefined;
  readonly plaintext?: SeedPlaintext | undefined;
  readonly ignore?: true | undefined;
  readonly redirect?: { readonly location: string; readonly status?: number | undefined } | undefined;
}

/** The cloud to emulate, `winpw-emulator/1`; its JSON Schema is seed.schema.json beside this file. */
export interface Seed {
  readonly schema: "winpw-emulator/1";
  readonly region?: string | undefined;
  readonly tokenLifetimeMs?: number | undefined;
  /** `ecs: false` leaves the ECS API out, so that the cloud looks like plain Nova. */
  readonly catalog?: { readonly ecs?: boolean | undefined } | undefined;
  readonly users: readonly SeedUser[];
  readonly keyPairs?: readonly SeedKeyPair[] | undefined;
  readonly servers?: readonly SeedServer[] | undefined;
  readonly faults?: readonly SeedFault[] | undefined;
}

/** The fields that make a fault's kind, delayMs left out since it goes with any. */
const faultKinds = [
  "status",
  "reset",
  "resetAfter",
  "cut",
  "ciphertext",
  "plaintext",
  "ignore",
  "redirect",
] as const;

const name = v.pipe(v.string(), v.minLength(1), v.maxLength(255));
const natural = v.pipe(v.number(), v.integer(), v.minValue(0));
const milliseconds = v.pipe(natural, v.maxValue(86_400_000));
const httpStatus = v.pipe(v.number(), v.integer(), v.minValue(200), v.maxValue(599));
const instant = v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/));
const texts = v.record(v.string(), v.string());

const user = v.strictObject({
  name,
  password: name,
  role: v.picklist(["admin", "member", "reader"]),
  project: name,
  domain: v.optional(name),
  defaultProject: v.optional(v.boolean()),
});

const keyPair = v.strictObject({ name, publicKey: name4k(), user: v.optional(name) });

const server = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/)),
  name,
  os: v.picklist(["Windows", "Linux"]),
  keyPair: v.optional(v.nullable(name)),
  bootDelayMs: v.optional(milliseconds),
  password: v.optional(v.string()),
  ciphertext: v.optional(v.string()),
  status: v.optional(v.pipe(v.string(), v.regex(/^[A-Z_]{1,32}$/))),
  user: v.optional(name),
  project: v.optional(name),
  metadata: v.optional(texts),
  tags: v.optional(v.array(name)),
  created: v.optional(instant),
});

const fault = v.pipe(
  v.strictObject({
    method: v.optional(v.picklist(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "*"])),
    path: v.pipe(v.string(), v.regex(/^[/*]/), v.maxLength(1024)),
    call: v.optional(v.pipe(natural, v.minValue(1))),
    delayMs: v.optional(milliseconds),
    status: v.optional(httpStatus),
    body: v.optional(v.unknown()),
    headers: v.optional(texts),
    reset: v.optional(v.literal(true)),
    resetAfter: v.optional(v.literal(true)),
    cut: v.optional(natural),
    ciphertext: v.optional(
      v.pipe(
        v.strictObject({
          truncateTo: v.optional(natural),
          replaceWith: v.optional(v.string()),
          flipBit: v.optional(natural),
        }),
        v.check(
          (value) => Object.keys(value).length === 1,
          "takes exactly one of truncateTo, replaceWith, flipBit",
        ),
      ),
    ),
    plaintext: v.optional(v.union([v.string(), v.strictObject({ base64: v.pipe(v.string(), v.base64()) })])),
    ignore: v.optional(v.literal(true)),
    redirect: v.optional(
      v.strictObject({
        location: name4k(),
        status: v.optional(v.picklist([301, 302, 303, 307, 308])),
      }),
    ),
  }),
  v.check(
    (value) => {
      const kinds = faultKinds.filter((kind) => Object.hasOwn(value, kind)).length;
      return kinds === 1 || (kinds === 0 && Object.hasOwn(value, "delayMs"));
    },
    `takes exactly one of ${faultKinds.join(", ")}, or delayMs alone`,
  ),
  v.check(
    (value) =>
      Object.hasOwn(value, "status") || !(Object.hasOwn(value, "body") || Object.hasOwn(value, "headers")),
    "takes body and headers only with status",
  ),
);

const seed = v.strictObject({
  schema: v.literal("winpw-emulator/1"),
  region: v.optional(name),
  tokenLifetimeMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(86_400_000))),
  catalog: v.optional(v.strictObject({ ecs: v.optional(v.boolean()) })),
  users: v.pipe(v.array(user), v.minLength(1)),
  keyPairs: v.optional(v.array(keyPair)),
  servers: v.optional(v.array(server)),
  faults: v.optional(v.array(fault)),
});

/** Room for the public key of RSA with 16384 bits, or a long URL. */
function name4k(): v.GenericSchema<string> {
  return v.pipe(v.string(), v.minLength(1), v.maxLength(4096));
}

/**
 * Checks the shape of a seed.
 *
 * Throws UsageError (ERR_USAGE) that names the path of the first wrong or unknown field and never repeats its value.
 */
export function parseSeed(value: unknown): Seed {
  const result = v.safeParse(seed, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue) ?? "";
  const where = path === "" ? "seed" : `seed: ${path}`;
  throw new UsageError(`${where}: ${describe(issue)}`);
}

/** Valibot's own messages repeat what was received, which may be a password; these do not. */
function describe(issue: v.BaseIssue<unknown>): string {
  if (issue.type === "check") return issue.message;
  if (issue.expected === "never") return "unknown field";
  if (issue.received === "undefined") return "missing";
  return issue.expected === null ? "not allowed" : `expected ${issue.expected}`;
}
