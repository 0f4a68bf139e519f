import forge from "node-forge";
import { BadKeyError } from "../errors.ts";
import { damagedKey } from "./refusals.ts";

/** An element of BER as node-forge parsed it. */
export type BerElement = forge.asn1.Asn1;

/** @types/node-forge does not know the options yet, the limit of depth among them. */
interface BerParser {
  fromDer(bytes: string, options: object | boolean | undefined): BerElement;
}

/**
 * Parses BER with node-forge: PKCS#12 files come with indefinite lengths and strings in pieces, which DER does not
 * know. Throws `BadKeyError` "truncated", or "damaged", also for more than `maxDepth` levels.
 */
export function parseBer(bytes: Uint8Array, maxDepth: number): BerElement {
  try {
    const options = { strict: false, parseAllBytes: true, maxDepth };
    const parser: BerParser = forge.asn1;
    return parser.fromDer(Buffer.from(bytes).toString("latin1"), options);
  } catch (error) {
    const tooShort = error instanceof Error && /too few bytes/i.test(error.message);
    if (tooShort)
      throw new BadKeyError(
        "the key is truncated: its structure announces more bytes than there are",
        "truncated",
      );
    throw damagedKey("its structure cannot be read, or is nested too deeply");
  }
}

/** The elements inside a constructed one. */
export function berChildren(element: BerElement | undefined): readonly BerElement[] {
  if (element === undefined || typeof element.value === "string")
    throw damagedKey("an element of its structure is missing");
  return element.value;
}

/** The one element inside an explicit tag. */
export function berInner(element: BerElement | undefined): BerElement {
  const [inner] = berChildren(element);
  if (inner === undefined) throw damagedKey("an element of its structure is empty");
  return inner;
}

/** The bytes of a string, joined if it comes in pieces. */
export function berOctets(element: BerElement | undefined): Uint8Array {
  if (element === undefined) throw damagedKey("a string of its structure is missing");
  if (typeof element.value === "string") return Buffer.from(element.value, "latin1");
  return Buffer.concat(element.value.map(berOctets));
}

/** An OBJECT IDENTIFIER in dotted form. */
export function berIdentifier(element: BerElement | undefined): string {
  if (element === undefined || typeof element.value !== "string" || element.value.length === 0) {
    throw damagedKey("an identifier of its structure is missing");
  }
  return forge.asn1.derToOid(element.value);
}

/** The element anew, in DER. */
export function berToDer(element: BerElement): Uint8Array {
  return Buffer.from(forge.asn1.toDer(element).getBytes(), "latin1");
}
