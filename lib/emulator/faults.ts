import { json, type Answer } from "./answer.ts";
import { encryptFor } from "./encrypt.ts";
import type { SeedCiphertextFault, SeedFault, SeedPlaintext } from "./seed.ts";

/** The faults of a seed, each with its own count of the calls it has matched. */
export class Faults {
  readonly #rows: { readonly fault: SeedFault; readonly path: RegExp; calls: number }[];

  constructor(faults: readonly SeedFault[]) {
    this.#rows = faults.map((fault) => ({ fault, path: globToRegExp(fault.path), calls: 0 }));
  }

  /** Counts the call in every row that matches it; the first row whose turn it is acts. */
  next(method: string, path: string): SeedFault | undefined {
    let acting: SeedFault | undefined;
    for (const row of this.#rows) {
      const wanted = row.fault.method ?? "*";
      if ((wanted !== "*" && wanted !== method) || !row.path.test(path)) continue;
      row.calls += 1;
      if (row.fault.call === undefined || row.fault.call === row.calls) acting ??= row.fault;
    }
    return acting;
  }
}

/** `**` stands for anything, `*` for anything but a slash. */
function globToRegExp(glob: string): RegExp {
  const pieces = glob.split(/(\*\*|\*)/).map((piece) => {
    if (piece === "**") return ".*";
    return piece === "*" ? "[^/]*" : piece.replace(/[\\^$.+?()[\]{}|]/g, "\\$&");
  });
  return new RegExp(`^${pieces.join("")}$`);
}

/** The answer that a fault gives in place of the real one, when it is of such a kind. */
export function substitute(fault: SeedFault): Answer | undefined {
  if (fault.redirect !== undefined) {
    return { status: fault.redirect.status ?? 302, headers: { Location: fault.redirect.location }, body: "" };
  }
  if (fault.status === undefined) return undefined;
  const isText = typeof fault.body === "string";
  const headers = { "Content-Type": isText ? "text/html; charset=UTF-8" : "application/json" };
  const body = isText ? fault.body : fault.body === undefined ? "" : JSON.stringify(fault.body);
  return {
    status: fault.status,
    headers: mergeHeaders(body === "" ? {} : headers, fault.headers ?? {}),
    body,
  };
}

/** Header names are compared without regard to case. */
function mergeHeaders(
  usual: Readonly<Record<string, string>>,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const names = new Set(Object.keys(given).map((name) => name.toLowerCase()));
  return {
    ...Object.fromEntries(Object.entries(usual).filter(([name]) => !names.has(name.toLowerCase()))),
    ...given,
  };
}

/** The real answer with another ciphertext in it, when it holds one and the fault is of such a kind. */
export function tamper(fault: SeedFault, answer: Answer): Answer {
  const server = answer.passwordOf;
  if (server === undefined) return answer;
  let password: string | undefined;
  if (fault.ciphertext !== undefined) password = damage(fault.ciphertext, server.ciphertext);
  if (fault.plaintext !== undefined) password = encryptFor(server, plaintextBytes(fault.plaintext));
  return password === undefined ? answer : { ...json(answer.status, { password }, answer.headers) };
}

function damage(how: SeedCiphertextFault, stored: string): string {
  if (how.replaceWith !== undefined) return how.replaceWith;
  const bytes = Buffer.from(stored, "base64");
  if (how.truncateTo !== undefined) return bytes.subarray(0, how.truncateTo).toString("base64");
  const bit = how.flipBit ?? 0;
  const at = Math.floor(bit / 8);
  const byte = bytes[at];
  if (byte !== undefined) bytes[at] = byte ^ (0x80 >> (bit % 8));
  return bytes.toString("base64");
}

function plaintextBytes(plaintext: SeedPlaintext): Buffer {
  return typeof plaintext === "string"
    ? Buffer.from(plaintext, "utf8")
    : Buffer.from(plaintext.base64, "base64");
}
