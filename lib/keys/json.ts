import { BadKeyError } from "../errors.ts";
import { isJwk, readJwk, type JsonObject } from "./jwk.ts";
import type { KeyContainer } from "./key-container.ts";
import { onlyKeyOf } from "./open-container.ts";
import { refusal } from "./refusals.ts";

const deepest = 6; // levels; the answers of the clouds nest three deep
const mostMembers = 1000;

/** Reads a key file that was found as text inside JSON. */
export type InnerReader = (file: Uint8Array) => Promise<KeyContainer>;

/**
 * Reads the one key in a JSON value: a JWK, a JWK set (RFC 7517 section 5), or a file inside a cloud's answer, such as
 * `{"KeyMaterial":…}` of EC2 and `{"keypair":{"private_key":…}}` of Nova, under whatever name. Throws `BadKeyError`.
 */
export async function readJson(root: unknown, readInner: InnerReader): Promise<KeyContainer> {
  const found: KeyContainer[] = [];
  let notRsa: BadKeyError | null = null;
  const note = async (read: () => Promise<KeyContainer>): Promise<void> => {
    try {
      found.push(await read());
    } catch (error) {
      // A set holds keys of other algorithms, and public ones, beside the one that is meant.
      const otherKey =
        error instanceof BadKeyError && (error.reason === "not-rsa" || error.reason === "not-private");
      if (!otherKey) throw error;
      notRsa ??= error;
    }
  };
  for (const candidate of candidatesIn(root)) {
    await note(async () =>
      typeof candidate === "string"
        ? { ...(await readInner(Buffer.from(candidate, "utf8"))), container: "cloud-json" }
        : readJwk(candidate),
    );
  }
  const [first, ...others] = found;
  if (first !== undefined) return onlyKeyOf(first, others);
  throw notRsa ?? refusal("unrecognised");
}

/** The value of a JSON text, or undefined for what only begins like one. */
export function parseJson(text: Uint8Array): unknown {
  try {
    const value: unknown = JSON.parse(Buffer.from(text).toString("utf8"));
    return value;
  } catch {
    return undefined;
  }
}

/** JWKs and texts that look like private key files, in the order of the document. */
function candidatesIn(root: unknown): readonly (JsonObject | string)[] {
  const candidates: (JsonObject | string)[] = [];
  let visited = 0;
  const visit = (value: unknown, depth: number): void => {
    visited += 1;
    if (depth > deepest || visited > mostMembers) return;
    if (typeof value === "string") {
      if (/PRIVATE KEY|^PuTTY-User-Key-File-/.test(value)) candidates.push(value);
    } else if (isObject(value)) {
      if (isJwk(value)) candidates.push(value);
      else for (const member of Object.values(value)) visit(member, depth + 1);
    }
  };
  visit(root, 0);
  return candidates;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null;
}
