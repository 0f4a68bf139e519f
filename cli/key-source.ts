import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { resolve } from "node:path";
import { BadKeyError, UsageError } from "../lib/errors.ts";
import { defaultKeyLimits } from "../lib/keys/limits.ts";
import type { KeyContainer } from "../lib/keys/key-container.ts";
import { unlockContainer } from "../lib/keys/load.ts";
import { readContainer } from "../lib/keys/read-container.ts";
import type { RsaPrivateKey } from "../lib/keys/rsa-private-key.ts";
import type { Deps } from "./deps.ts";
import { systemCode } from "./io.ts";
import { passphraseSource, type PassphraseOptions, type PassphraseSource } from "./passphrase.ts";
import type { Report } from "./report.ts";

/** Which key to use, and how to open it. */
export interface KeyOptions extends PassphraseOptions {
  /** Files in the order given; `-` is standard input. */
  readonly keyFiles: readonly string[];
  /** Refuse a key file that others on this machine can read; otherwise only warn. */
  readonly strictPermissions: boolean;
}

/** A key and what the user called it. */
export interface NamedKey {
  /** The path as it was typed, or `-`. */
  readonly source: string;
  readonly key: RsaPrivateKey;
}

/** The files to read: `--key`, else WINPW_KEY_FILE. Throws `UsageError` without any. */
export function keyFilesFrom(given: readonly string[], deps: Deps): readonly string[] {
  if (given.length > 0) return given;
  const variable = deps.env["WINPW_KEY_FILE"];
  if (variable !== undefined && variable !== "") return [variable];
  throw new UsageError("no private key is given: use --key FILE");
}

/** Claims standard input where a key or passphrase wants it, before anything is read. Throws `UsageError` on a clash. */
export function claimInputs(options: KeyOptions, deps: Deps): void {
  const [first, second] = options.keyFiles.filter((file) => file === "-");
  if (second !== undefined) throw new UsageError("standard input cannot be two keys");
  if (first !== undefined) deps.stdin.claim("--key");
  if (options.passphraseFile === "-") deps.stdin.claim("--passphrase-file");
  if (options.passphraseFd === 0) deps.stdin.claim("--passphrase-fd");
}

/** Reads and unlocks every key. Throws `BadKeyError`, `UsageError`. */
export async function loadKeys(
  options: KeyOptions,
  deps: Deps,
  report: Report,
): Promise<readonly NamedKey[]> {
  const keys: NamedKey[] = [];
  for (const source of options.keyFiles)
    keys.push({ source, key: await loadKey(source, options, deps, report) });
  return keys;
}

const smallestPiece = 4096; // bytes

async function loadKey(
  source: string,
  options: KeyOptions,
  deps: Deps,
  report: Report,
): Promise<RsaPrivateKey> {
  const name = source === "-" ? "on standard input" : source;
  const passphrase = passphraseSource(name, options, deps);
  const file =
    source === "-"
      ? await deps.stdin.read("--key", defaultKeyLimits.maxFileBytes)
      : await readKeyFile(source, options, deps, report);
  try {
    const container = await readContainer(file);
    if (!container.needsPassphrase) {
      if (passphrase.given !== undefined) {
        await report.notice(`the key ${name} has no passphrase; the one from ${passphrase.given} is ignored`);
      }
      return await unlockContainer(container, undefined);
    }
    for (let left = passphrase.tries; ; left -= 1) {
      try {
        return await unlock(container, passphrase);
      } catch (error) {
        if (!(error instanceof BadKeyError) || error.reason !== "passphrase-wrong" || left <= 1) throw error;
        await report.notice(`the passphrase is wrong; ${left - 1} more ${left === 2 ? "try" : "tries"}`);
      }
    }
  } catch (error) {
    if (error instanceof BadKeyError) throw new BadKeyError(`${name}: ${error.message}`, error.reason);
    throw error;
  } finally {
    file.fill(0);
  }
}

async function unlock(container: KeyContainer, source: PassphraseSource): Promise<RsaPrivateKey> {
  const passphrase = await source.get();
  try {
    return await unlockContainer(container, passphrase);
  } finally {
    passphrase.fill(0);
  }
}

async function readKeyFile(
  shown: string,
  options: KeyOptions,
  deps: Deps,
  report: Report,
): Promise<Uint8Array> {
  let fd: number;
  try {
    fd = openSync(resolve(deps.cwd, shown), "r");
  } catch (error) {
    throw new BadKeyError(`the key file ${shown} cannot be opened (${systemCode(error)})`, "unreadable");
  }
  try {
    const stats = fstatSync(fd);
    if (stats.isDirectory()) throw new BadKeyError(`${shown} is a folder, not a key file`, "unreadable");
    if (stats.isFile() && (stats.mode & 0o077) !== 0 && deps.platform !== "win32") {
      const message = `others on this machine can read the key file ${shown} (mode ${(stats.mode & 0o777).toString(8)})`;
      if (options.strictPermissions) throw new BadKeyError(message, "permissions");
      await report.warning(message);
    }
    return readBounded(fd, shown, stats.isFile() ? stats.size : 0);
  } finally {
    closeSync(fd);
  }
}

/** Reads to the end in pieces of the file's own size, since pipes have none and files may grow. */
function readBounded(fd: number, shown: string, size: number): Uint8Array {
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const piece = Buffer.alloc(Math.min(Math.max(size + 1, smallestPiece), defaultKeyLimits.maxFileBytes));
      const read = readSync(fd, piece);
      if (read === 0 || length > defaultKeyLimits.maxFileBytes) break;
      pieces.push(piece.subarray(0, read));
      length += read;
    }
  } catch (error) {
    throw new BadKeyError(`the key file ${shown} cannot be read (${systemCode(error)})`, "unreadable");
  }
  const file = Buffer.concat(pieces);
  for (const piece of pieces) piece.fill(0);
  return file;
}
