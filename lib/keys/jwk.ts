import { openContainer } from "./open-container.ts";
import type { KeyContainer } from "./key-container.ts";
import { damagedKey, refusal } from "./refusals.ts";

/** An object of JSON whose members are not known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** True for what has the `kty` member of a JSON Web Key (RFC 7517 section 4.1). */
export function isJwk(value: JsonObject): boolean {
  return typeof value["kty"] === "string";
}

/**
 * Reads an RSA private key from a JSON Web Key (RFC 7518 section 6.3), also one without the parts of the Chinese
 * remainder theorem, and one with trailing padding or the standard alphabet. Throws `BadKeyError`.
 */
export function readJwk(jwk: JsonObject): KeyContainer {
  if (jwk["kty"] === "OKP") throw refusal(jwk["crv"] === "Ed25519" ? "ed25519" : "ec");
  if (jwk["kty"] === "EC") throw refusal("ec");
  if (jwk["kty"] !== "RSA") throw refusal("unrecognised");
  if (jwk["d"] === undefined) throw refusal("public-key");
  if (jwk["oth"] !== undefined) throw refusal("multi-prime");
  const required = { n: numberOf(jwk, "n"), e: numberOf(jwk, "e"), d: numberOf(jwk, "d") };
  if (jwk["p"] === undefined || jwk["q"] === undefined) return openContainer("jwk", required);
  const primes = { p: numberOf(jwk, "p"), q: numberOf(jwk, "q") };
  const derived = {
    ...(jwk["dp"] === undefined ? {} : { dP: numberOf(jwk, "dp") }),
    ...(jwk["dq"] === undefined ? {} : { dQ: numberOf(jwk, "dq") }),
    ...(jwk["qi"] === undefined ? {} : { qInv: numberOf(jwk, "qi") }),
  };
  return openContainer("jwk", { ...required, ...primes, ...derived });
}

function numberOf(jwk: JsonObject, name: string): Uint8Array {
  const text = jwk[name];
  if (typeof text !== "string" || !/^[A-Za-z0-9_+/-]+={0,2}$/.test(text)) {
    throw damagedKey(`its member "${name}" is missing or not base64url`);
  }
  return Buffer.from(text, "base64url");
}
