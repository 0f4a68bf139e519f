import { randomBytes } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
  type Stats,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { NotDeliveredError, UsageError } from "../../lib/errors.ts";
import { systemCode } from "../io.ts";

/** What to do with a file that is there already. */
export interface DurableFileOptions {
  /** Replace a file with other content; otherwise it is an error. */
  readonly force: boolean;
  /** As `process.platform` names it: Windows cannot sync a folder. */
  readonly platform: string;
  /** The user this program runs as; undefined where users have no number. */
  readonly userId: number | undefined;
}

/**
 * Looks whether a file could be written, without touching anything.
 *
 * Throws `UsageError` when something else than a regular file has the name (a link could lead anywhere, a device or
 * FIFO keeps nothing), `NotDeliveredError` when the folder is missing or cannot be written to.
 */
export function checkDurableFile(path: string): void {
  const folder = dirname(path);
  try {
    if (!statSync(folder).isDirectory()) throw new NotDeliveredError(`${folder} is not a folder`);
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    if (error instanceof NotDeliveredError) throw error;
    throw new NotDeliveredError(`the folder ${folder} cannot be written to (${systemCode(error)})`);
  }
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats !== undefined && !stats.isFile())
    throw new UsageError(`${path} is ${kindOf(stats)}, not a regular file`);
}

function kindOf(stats: Stats): string {
  if (stats.isSymbolicLink()) return "a symbolic link";
  if (stats.isDirectory()) return "a folder";
  if (stats.isFIFO()) return "a FIFO";
  return stats.isSocket() ? "a socket" : "a device";
}

/**
 * Writes a file so that after this call it is there, whole, whatever happens; before, it is not there at all.
 *
 * A new temporary file (mode 0600) in the same folder, synced, linked to its name (which fails if somebody made that
 * meanwhile) or with `force` renamed over it, the folder synced, the file read back. A file of our own that already
 * holds exactly these bytes is synced and counts. Throws `UsageError` and `NotDeliveredError`.
 */
export function writeDurableFile(path: string, bytes: Uint8Array, options: DurableFileOptions): void {
  checkDurableFile(path);
  try {
    if (!holdsAlready(path, bytes, options)) writeNew(path, bytes, options);
    syncFolder(dirname(path), options.platform);
    if (!holdsAlready(path, bytes, options))
      throw new NotDeliveredError(`${path} does not read back as it was written`);
  } catch (error) {
    if (error instanceof NotDeliveredError) throw error;
    throw new NotDeliveredError(`${path} cannot be written (${systemCode(error)})`);
  }
}

function writeNew(path: string, bytes: Uint8Array, { force }: DurableFileOptions): void {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`);
  const fd = openSync(temporary, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600);
  try {
    try {
      fchmodSync(fd, 0o600); // whatever the umask
      for (let rest = bytes; rest.byteLength > 0;) rest = rest.subarray(writeSync(fd, rest));
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    if (force) renameSync(temporary, path);
    else linkTo(temporary, path);
  } finally {
    removeIfThere(temporary);
  }
}

// File systems without hard links (FAT, some network shares).
const noLinks: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

function linkTo(temporary: string, path: string): void {
  try {
    linkSync(temporary, path);
  } catch (error) {
    const code = systemCode(error);
    if (code === "EEXIST")
      throw new NotDeliveredError(`${path} exists with other content; it was left alone`);
    if (!noLinks.has(code)) throw error;
    // Reserving the name first keeps the promise not to replace a file of somebody else's.
    closeSync(openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600));
    renameSync(temporary, path);
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // after a rename it is gone, and a leftover that cannot be removed must not hide what happened before
  }
}

function syncFolder(folder: string, platform: string): void {
  if (platform === "win32") return;
  const fd = openSync(folder, constants.O_RDONLY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** True when our own regular file of this name holds exactly these bytes; it is synced then. */
function holdsAlready(path: string, bytes: Uint8Array, { userId }: DurableFileOptions): boolean {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw error;
  }
  const found = Buffer.alloc(bytes.byteLength + 1);
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile() || stats.size !== bytes.byteLength) return false;
    if (userId !== undefined && stats.uid !== userId) return false;
    let length = 0;
    for (let read = -1; read !== 0 && length < found.byteLength; length += read) {
      read = readSync(fd, found, length, found.byteLength - length, null);
    }
    if (!found.subarray(0, length).equals(bytes)) return false;
    fsyncSync(fd);
    return true;
  } finally {
    found.fill(0);
    closeSync(fd);
  }
}
