import { BadKeyError } from "../errors.ts";
import { decodeBase64Body } from "./base64-body.ts";
import { damagedKey, unsupported } from "./refusals.ts";

/** The Argon2 headers of an encrypted version 3 file. */
export interface PuttyArgon2 {
  readonly variant: string;
  readonly memoryKiB: number;
  readonly passes: number;
  readonly parallelism: number;
  readonly salt: Uint8Array;
}

/** The fields of a PuTTY private key file, decoded but not checked against each other. */
export interface PuttyFile {
  readonly version: 2 | 3;
  readonly algorithm: string;
  readonly encryption: "none" | "aes256-cbc";
  /** As it stands in the file, since the MAC covers its bytes. */
  readonly comment: Uint8Array;
  readonly publicBlob: Uint8Array;
  readonly privateBlob: Uint8Array;
  /** Null unless the file is of version 3 and encrypted. */
  readonly argon2: PuttyArgon2 | null;
  readonly mac: Uint8Array;
}

const mostBlobLines = 1000; // A key of 16384 bits has 240.
const longestHeader = 64; // characters of a header's value other than the comment

/** Splits a `.ppk` file into its fields (PuTTY manual, appendix C). Throws `BadKeyError`. */
export function parsePuttyFile(text: Uint8Array): PuttyFile {
  const lines = new PuttyLines(text);
  const [name, algorithm] = lines.firstHeader();
  const version = versionOf(name);
  const encryption = lines.text("Encryption");
  if (encryption !== "none" && encryption !== "aes256-cbc") throw unsupported(`the cipher ${encryption}`);
  const comment = lines.value("Comment");
  const publicBlob = lines.blob("Public-Lines");
  const argon2 = version === 3 && encryption !== "none" ? readArgon2(lines) : null;
  const privateBlob = lines.blob("Private-Lines");
  const mac = hexadecimal(lines.text("Private-MAC"));
  return { version, algorithm, encryption, comment, publicBlob, privateBlob, argon2, mac };
}

function versionOf(header: string): 2 | 3 {
  if (header === "PuTTY-User-Key-File-2") return 2;
  if (header === "PuTTY-User-Key-File-3") return 3;
  throw new BadKeyError(
    "this version of PuTTY's key format is not supported; save the key anew with PuTTYgen",
    "unsupported",
  );
}

function readArgon2(lines: PuttyLines): PuttyArgon2 {
  return {
    variant: lines.text("Key-Derivation").toLowerCase(),
    memoryKiB: lines.count("Argon2-Memory"),
    passes: lines.count("Argon2-Passes"),
    parallelism: lines.count("Argon2-Parallelism"),
    salt: hexadecimal(lines.text("Argon2-Salt")),
  };
}

function hexadecimal(text: string): Uint8Array {
  if (!/^(?:[0-9a-fA-F]{2})+$/.test(text)) throw damagedKey("a line of hexadecimal digits is malformed");
  return Buffer.from(text, "hex");
}

/** The lines of the file in order: each header has its place. */
class PuttyLines {
  readonly #text: Buffer;
  #offset = 0;

  constructor(text: Uint8Array) {
    this.#text = Buffer.from(text.buffer, text.byteOffset, text.length);
  }

  firstHeader(): readonly [string, string] {
    const line = this.#line();
    const colon = line.indexOf(": ");
    if (colon === -1) throw damagedKey("its first line is malformed");
    return [line.toString("latin1", 0, colon), line.toString("latin1", colon + 2).trim()];
  }

  /** The bytes after `name: `. */
  value(name: string): Uint8Array {
    const line = this.#line();
    const start = `${name}: `;
    const bare = `${name}:`; // An editor may have taken the space after it away.
    if (line.indexOf(start, 0, "latin1") === 0) return Uint8Array.from(line.subarray(start.length));
    if (line.toString("latin1") === bare) return new Uint8Array();
    throw damagedKey(`its ${name} line is missing`);
  }

  text(name: string): string {
    const value = this.value(name);
    if (value.length > longestHeader) throw damagedKey(`its ${name} line is too long`);
    return Buffer.from(value).toString("latin1").trim();
  }

  count(name: string): number {
    const text = this.text(name);
    if (!/^\d{1,10}$/.test(text)) throw damagedKey(`its ${name} line holds no number`);
    return Number(text);
  }

  blob(name: string): Uint8Array {
    const count = this.count(name);
    if (count > mostBlobLines) throw damagedKey(`its ${name} line holds an impossible number`);
    const start = this.#offset;
    for (let line = 0; line < count; line++) this.#line();
    const blob = decodeBase64Body(this.#text.subarray(start, this.#offset));
    if (blob === null || blob.length === 0) throw damagedKey(`the lines after ${name} are not base64`);
    return blob;
  }

  #line(): Buffer {
    if (this.#offset >= this.#text.length)
      throw new BadKeyError("the PuTTY key is truncated: lines are missing", "truncated");
    const found = this.#text.indexOf("\n", this.#offset);
    const end = found === -1 ? this.#text.length : found;
    const line = this.#text.subarray(this.#offset, end);
    this.#offset = end + 1;
    return line;
  }
}
