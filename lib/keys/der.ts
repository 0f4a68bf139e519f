import { BadKeyError } from "../errors.ts";

/** The tags of the few types that key structures use (X.690). */
export const derTag = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  sequence: 0x30,
  context0: 0xa0,
} as const;

/** One element: its tag and a view of its content. */
export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
}

const mostLengthBytes = 4;

/**
 * Reads the elements of one level of DER (X.690) after another; it never descends by itself, so that the depth is
 * the caller's. Contents are views, not copies. Throws `BadKeyError` "truncated" or "damaged".
 */
export class DerReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#offset >= this.#bytes.length;
  }

  /** The tag of the next element, or null at the end. */
  get nextTag(): number | null {
    return this.#bytes[this.#offset] ?? null;
  }

  /** The next element, whatever it is. */
  next(): DerElement {
    const tag = this.#byte();
    if ((tag & 0x1f) === 0x1f) throw damaged("a tag of more than one byte");
    const length = this.#length();
    const end = this.#offset + length;
    if (end > this.#bytes.length) throw truncated();
    const content = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return { tag, content };
  }

  /** The content of the next element, which must have this tag. */
  expect(tag: number): Uint8Array {
    const element = this.next();
    if (element.tag !== tag) {
      throw damaged(`tag 0x${element.tag.toString(16)} where 0x${tag.toString(16)} belongs`);
    }
    return element.content;
  }

  /** A reader of the SEQUENCE that comes next. */
  sequence(): DerReader {
    return new DerReader(this.expect(derTag.sequence));
  }

  /** An unsigned INTEGER without its sign byte. */
  unsigned(): Uint8Array {
    const content = this.expect(derTag.integer);
    const [first] = content;
    if (first === undefined) throw damaged("an integer without content");
    if (first >= 0x80) throw damaged("a negative integer");
    return first === 0 && content.length > 1 ? content.subarray(1) : content;
  }

  /** A small unsigned INTEGER such as a version or a count; Infinity for one of more than six bytes. */
  count(): number {
    const digits = this.unsigned();
    if (digits.length > 6) return Number.POSITIVE_INFINITY;
    return digits.reduce((value, digit) => value * 256 + digit, 0);
  }

  /** An OBJECT IDENTIFIER in dotted form. */
  objectIdentifier(): string {
    return dottedForm(this.expect(derTag.objectIdentifier));
  }

  /** Throws unless everything was read. */
  end(): void {
    if (!this.atEnd) throw damaged("extra bytes after the last element");
  }

  #byte(): number {
    const byte = this.#bytes[this.#offset];
    if (byte === undefined) throw truncated();
    this.#offset += 1;
    return byte;
  }

  #length(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    const count = first & 0x7f;
    if (count === 0 || count > mostLengthBytes) throw damaged("a length that DER does not allow");
    let length = 0;
    for (let index = 0; index < count; index++) length = length * 256 + this.#byte();
    return length;
  }
}

const longestObjectIdentifier = 32; // bytes; the longest that a key uses has 11

function dottedForm(content: Uint8Array): string {
  if (content.length === 0 || content.length > longestObjectIdentifier)
    throw damaged("an odd object identifier");
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    arcs.push(arc);
    arc = 0;
  }
  const [joined = 0, ...rest] = arcs;
  const first = Math.min(Math.floor(joined / 40), 2);
  return [first, joined - first * 40, ...rest].join(".");
}

/** Encodes one element from its content's parts; the result is a fresh buffer. */
export function derEncode(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const lengthBytes: number[] = [];
  for (let rest = length; rest > 0; rest >>>= 8) lengthBytes.unshift(rest & 0xff);
  const header = length < 0x80 ? [tag, length] : [tag, 0x80 | lengthBytes.length, ...lengthBytes];
  return Buffer.concat([Uint8Array.from(header), ...parts]);
}

function truncated(): BadKeyError {
  return new BadKeyError(
    "the key is truncated: its structure announces more bytes than there are",
    "truncated",
  );
}

function damaged(what: string): BadKeyError {
  return new BadKeyError(`the key is damaged: ${what}`, "damaged");
}
