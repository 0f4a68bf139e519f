import * as v from "valibot";
import { UsageError } from "../errors.ts";
import type { Seed } from "./seed.ts";

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
/** Room for the public key of RSA with 16384 bits, or a long URL. */
const longText = v.pipe(v.string(), v.minLength(1), v.maxLength(4096));
const natural = v.pipe(v.number(), v.integer(), v.minValue(0));
const milliseconds = v.pipe(natural, v.maxValue(86_400_000));
const httpStatus = v.pipe(v.number(), v.integer(), v.minValue(200), v.maxValue(599));
const instant = v.pipe(
  v.string(),
  v.regex(
    /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/,
  ),
);
const texts = v.record(v.string(), v.string());
// What node:http can send: names are tokens (RFC 9110 section 5.6.2), values printable ASCII.
const headers = v.record(
  v.pipe(v.string(), v.regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/)),
  v.pipe(v.string(), v.regex(/^[\t -~]*$/)),
);
const base64 = v.pipe(v.string(), v.regex(/^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/));
const location = v.pipe(v.string(), v.regex(/^[!-~]{1,4096}$/));

// What can stand in a header.
const accessKey = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_.-]{1,128}$/));
const headerText = v.pipe(v.string(), v.regex(/^[!-~]{1,4096}$/));

const user = v.pipe(
  v.strictObject({
    name,
    password: name,
    role: v.picklist(["admin", "member", "reader"]),
    project: name,
    domain: v.optional(name),
    defaultProject: v.optional(v.boolean()),
    accessKey: v.optional(accessKey),
    secretKey: v.optional(headerText),
    securityToken: v.optional(headerText),
  }),
  v.check(
    (row) => (row.accessKey === undefined) === (row.secretKey === undefined),
    "takes accessKey and secretKey together",
  ),
  v.check(
    (row) => row.securityToken === undefined || row.accessKey !== undefined,
    "takes securityToken only with accessKey and secretKey",
  ),
);

const keyPair = v.strictObject({ name, publicKey: longText, user: v.optional(name) });

const server = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/)),
  name,
  kind: v.optional(v.picklist(["ecs", "bms"])),
  os: v.picklist(["Windows", "Linux"]),
  keyPair: v.optional(v.nullable(name)),
  bootDelayMs: v.optional(milliseconds),
  clearDelayMs: v.optional(milliseconds),
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
    headers: v.optional(headers),
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
    plaintext: v.optional(v.union([v.string(), v.strictObject({ base64 })])),
    ignore: v.optional(v.literal(true)),
    redirect: v.optional(
      v.strictObject({
        location,
        status: v.optional(v.picklist([301, 302, 303, 307, 308])),
      }),
    ),
  }),
  v.check(
    (value) => {
      const kinds = faultKinds.filter((kind) => value[kind] !== undefined).length;
      return kinds === 1 || (kinds === 0 && value.delayMs !== undefined);
    },
    `takes exactly one of ${faultKinds.join(", ")}, or delayMs alone`,
  ),
  v.check(
    (value) => value.status !== undefined || (value.body === undefined && value.headers === undefined),
    "takes body and headers only with status",
  ),
);

const seed = v.strictObject({
  schema: v.literal("winpw-emulator/1"),
  region: v.optional(name),
  tokenLifetimeMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(86_400_000))),
  catalog: v.optional(v.strictObject({ ecs: v.optional(v.boolean()), bms: v.optional(v.boolean()) })),
  users: v.pipe(v.array(user), v.minLength(1)),
  keyPairs: v.optional(v.array(keyPair)),
  servers: v.optional(v.array(server)),
  faults: v.optional(v.array(fault)),
});

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
