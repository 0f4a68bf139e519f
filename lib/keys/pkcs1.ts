import { DerReader } from "./der.ts";
import type { RsaPublicHalf } from "./fingerprint.ts";
import { refusal } from "./refusals.ts";
import type { RsaComponents } from "./rsa-components.ts";

/** Reads the content of an RSAPrivateKey SEQUENCE (RFC 8017 appendix A.1.2); the numbers are views of it. */
export function readRsaPrivateKey(content: Uint8Array): RsaComponents {
  const reader = new DerReader(content);
  const version = reader.count();
  const n = reader.unsigned();
  const e = reader.unsigned();
  const d = reader.unsigned();
  const p = reader.unsigned();
  const q = reader.unsigned();
  const dP = reader.unsigned();
  const dQ = reader.unsigned();
  const qInv = reader.unsigned();
  if (version !== 0) throw refusal("multi-prime");
  reader.end();
  return { n, e, d, p, q, dP, dQ, qInv };
}

/** A copy of the public half, which outlives the wiping of the private numbers. */
export function publicHalfOf(components: RsaComponents): RsaPublicHalf {
  return { n: Uint8Array.from(components.n), e: Uint8Array.from(components.e) };
}
