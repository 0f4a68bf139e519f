import type { RsaPublicHalf } from "./fingerprint.ts";
import { withoutLeadingZeros } from "./integer.ts";
import { damagedKey } from "./refusals.ts";
import { wipeComponents, type RsaComponents } from "./rsa-components.ts";

/** A number of a key as sshpk hands it out. */
export interface NamedPart {
  readonly name: string;
  readonly data: Uint8Array;
}

/**
 * The numbers of an RSA key that sshpk parsed. Throws `BadKeyError` "damaged" when one is missing, or when the
 * public half inside is not the one that the container showed outside.
 */
export function componentsFromParts(parts: readonly NamedPart[], publicHalf: RsaPublicHalf): RsaComponents {
  const part = (name: string): Uint8Array => {
    const found = parts.find((candidate) => candidate.name === name);
    if (found === undefined) throw damagedKey("a number of its private half is missing");
    return found.data;
  };
  const components = {
    n: part("n"),
    e: part("e"),
    d: part("d"),
    p: part("p"),
    q: part("q"),
    qInv: part("iqmp"),
  };
  const same = (inside: Uint8Array, outside: Uint8Array): boolean =>
    Buffer.compare(withoutLeadingZeros(inside), withoutLeadingZeros(outside)) === 0;
  if (!same(components.n, publicHalf.n) || !same(components.e, publicHalf.e)) {
    wipeComponents(components);
    throw damagedKey("its public half belongs to another key");
  }
  return components;
}
