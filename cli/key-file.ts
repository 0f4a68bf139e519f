import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { BadKeyError } from "../lib/errors.ts";
import { systemCode } from "./io.ts";

/** The content of a key file, and whether others can read it. */
export interface KeyFile {
  /** The caller wipes it. One byte more than the limit means "too large". */
  readonly content: Uint8Array;
  /** Permission bits of a regular file; null for pipes and where the platform has none. */
  readonly mode: number | null;
}

const smallestPiece = 4096; // bytes

/** Reads a key file, or a pipe such as the shell's `<(…)`. Throws `BadKeyError` (unreadable). */
export function readKeyFile(path: string, limit: number): KeyFile {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (error) {
    throw new BadKeyError(`cannot be opened (${systemCode(error)})`, "unreadable");
  }
  try {
    const stats = fstatSync(fd);
    if (stats.isDirectory()) throw new BadKeyError("it is a folder, not a key file", "unreadable");
    const regular = stats.isFile();
    return {
      content: readBounded(fd, regular ? stats.size : 0, limit),
      mode: regular ? stats.mode & 0o777 : null,
    };
  } finally {
    closeSync(fd);
  }
}

/** Reads to the end in pieces of the file's own size, since pipes have none and files may grow. */
function readBounded(fd: number, size: number, limit: number): Uint8Array {
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    while (length <= limit) {
      const piece = Buffer.alloc(Math.min(Math.max(size + 1, smallestPiece), limit + 1));
      const read = readSync(fd, piece);
      if (read === 0) break;
      pieces.push(piece.subarray(0, read));
      length += read;
    }
  } catch (error) {
    throw new BadKeyError(`cannot be read (${systemCode(error)})`, "unreadable");
  }
  const [only] = pieces;
  if (only !== undefined && pieces.length === 1) return only;
  const content = Buffer.concat(pieces);
  for (const piece of pieces) piece.fill(0);
  return content;
}
