const redacted = "[redacted]";

/**
 * A value that must not be shown by accident: it prints as `[redacted]` in strings, JSON and `console.log`.
 *
 * The bytes are UTF-8. They can be wiped; a string made by {@link Secret.reveal} cannot, so reveal late and once.
 */
export class Secret {
  readonly #bytes: Uint8Array;
  #wiped = false;

  /** Takes over `bytes`: the caller must not use or keep them. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** A secret that arrived as text; the string itself cannot be wiped. */
  static of(text: string): Secret {
    return new Secret(new TextEncoder().encode(text));
  }

  /** The secret as text. Throws `TypeError` after {@link Secret.wipe}, and for bytes that are not UTF-8. */
  reveal(): string {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.#alive());
  }

  /** A copy of the bytes; the caller wipes it. Throws `TypeError` after {@link Secret.wipe}. */
  bytes(): Uint8Array {
    return Uint8Array.from(this.#alive());
  }

  /** Overwrites the bytes with zeros; idempotent. */
  wipe(): void {
    this.#wiped = true;
    this.#bytes.fill(0);
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  #alive(): Uint8Array {
    if (this.#wiped) throw new TypeError("the secret was wiped");
    return this.#bytes;
  }
}

// What console.log and util.inspect ask for; by its well-known symbol, so that this file imports nothing.
Object.defineProperty(Secret.prototype, Symbol.for("nodejs.util.inspect.custom"), { value: () => redacted });
