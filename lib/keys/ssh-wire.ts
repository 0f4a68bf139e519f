import { BadKeyError } from "../errors.ts";
import { damagedKey } from "./refusals.ts";

/** Reads the data types of SSH (RFC 4251 section 5) one after another; contents are views. */
export class SshReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#offset >= this.#bytes.length;
  }

  /** The next `length` bytes. Throws `BadKeyError` "truncated". */
  take(length: number): Uint8Array {
    const end = this.#offset + length;
    if (end > this.#bytes.length) {
      throw new BadKeyError("the key is truncated: it announces more bytes than there are", "truncated");
    }
    const taken = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return taken;
  }

  uint32(): number {
    return this.take(4).reduce((value, byte) => value * 256 + byte, 0);
  }

  /** A string of bytes. */
  string(): Uint8Array {
    return this.take(this.uint32());
  }

  /** A short string of ASCII: a name. */
  name(): string {
    const bytes = this.string();
    const text = Buffer.from(bytes).toString("latin1");
    if (!/^[\x21-\x7e]{0,64}$/.test(text)) throw damagedKey("an unreadable name in its structure");
    return text;
  }

  /** Everything that is left. */
  rest(): Uint8Array {
    return this.take(this.#bytes.length - this.#offset);
  }
}

/** A string of bytes with its length in front. */
export function sshString(content: Uint8Array): Uint8Array {
  return Buffer.concat([sshUint32(content.length), content]);
}

export function sshUint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
