import { readSync } from "node:fs";
import { UsageError } from "../lib/errors.ts";
import { systemCode, type StreamKind } from "./io.ts";

/** Standard input, which only one option of a command line can have. */
export interface StandardInput {
  readonly kind: StreamKind;
  /**
   * Reads it to its end. Throws `UsageError` when another option has it, and what `tooLarge` makes (by default a
   * `UsageError`) when it holds more than `limit` bytes.
   */
  read(purpose: string, limit: number, tooLarge?: TooLarge): Promise<Uint8Array>;
  /** Claims it without reading yet. Throws `UsageError` when it is claimed already, be it for the same purpose. */
  claim(purpose: string): void;
}

/** Makes the error for an input of more bytes than the limit; `purpose` is what was read. */
export type TooLarge = (purpose: string, limit: number) => Error;

const chunkBytes = 16 * 1024;
const busyPauseMs = 5;

/** Standard input over a descriptor. */
export function openStandardInput(fd: number, kind: () => StreamKind): StandardInput {
  let owner: string | undefined;
  const claim = (purpose: string): void => {
    if (owner === purpose) throw new UsageError(`standard input cannot be ${purpose} twice`);
    if (owner !== undefined) throw new UsageError(`standard input cannot be both ${owner} and ${purpose}`);
    owner = purpose;
  };
  return {
    get kind() {
      return kind();
    },
    claim,
    read: async (purpose, limit, tooLarge) => {
      if (owner !== purpose) claim(purpose);
      return readToEnd(fd, purpose, limit, tooLarge);
    },
  };
}

/** Reads a descriptor to its end; non-blocking pipes are waited for. */
export async function readToEnd(
  fd: number,
  purpose: string,
  limit: number,
  tooLarge: TooLarge = tooLargeForUse,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (let size = 0; ;) {
    const chunk = Buffer.alloc(chunkBytes);
    const read = readChunk(fd, chunk, purpose);
    if (read === 0) break;
    if (read === undefined) {
      await new Promise((resolve) => setTimeout(resolve, busyPauseMs));
      continue;
    }
    size += read;
    chunks.push(chunk.subarray(0, read));
    if (size > limit) {
      for (const part of chunks) part.fill(0);
      throw tooLarge(purpose, limit);
    }
  }
  const whole = Buffer.concat(chunks);
  for (const chunk of chunks) chunk.fill(0); // it may be a key or a passphrase
  return whole;
}

function tooLargeForUse(purpose: string, limit: number): UsageError {
  return new UsageError(`${purpose} is larger than ${limit} bytes`);
}

function readChunk(fd: number, chunk: Uint8Array, purpose: string): number | undefined {
  try {
    return readSync(fd, chunk);
  } catch (error) {
    const code = systemCode(error);
    if (code === "EAGAIN" || code === "EINTR") return undefined;
    if (code === "EOF") return 0; // how Windows ends a pipe
    throw new UsageError(`${purpose} cannot be read (${code})`);
  }
}
