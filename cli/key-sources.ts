import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { BadKeyError } from "../lib/errors.ts";
import type { KeyLimits } from "../lib/keys/limits.ts";
import type { Run } from "./command-module.ts";
import { systemCode } from "./io.ts";
import { readKeyFile, type KeyFile } from "./key-file.ts";
import { readToEnd } from "./standard-input.ts";

/** A place that keys come from, as the command line names it. */
export type KeySource =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "descriptor"; readonly fd: number }
  | { readonly kind: "command"; readonly command: string };

/** One key file, wherever it came from. */
export interface FoundKey {
  /** What messages and answers call it: a path as typed, `-`, or the option's name. */
  readonly name: string;
  /** The caller wipes it. */
  readonly content: Uint8Array;
  readonly mode: number | null;
  /** It was named; otherwise it only lay in a folder and may be something else. */
  readonly meant: boolean;
}

/** Reads what a source holds. Throws `BadKeyError` (unreadable), `UsageError`. */
export async function readSource(
  source: KeySource,
  limits: KeyLimits,
  run: Run,
): Promise<readonly FoundKey[]> {
  const limit = limits.maxFileBytes;
  const found = { mode: null, meant: true };
  if (source.kind === "folder") return readFolder(source.path, limit);
  if (source.kind === "descriptor") {
    const content = await readToEnd(source.fd, "--key-fd", limit, keyTooLarge);
    return [{ ...found, name: "--key-fd", content }];
  }
  if (source.kind === "command") {
    return [{ ...found, name: "--key-cmd", content: await fromCommand(source.command, limit, run) }];
  }
  if (source.path === "-")
    return [{ ...found, name: "-", content: await run.deps.stdin.read("--key", limit, keyTooLarge) }];
  return [{ ...found, name: source.path, ...namedFile(source.path, limit) }];
}

function namedFile(path: string, limit: number): KeyFile {
  try {
    return readKeyFile(path, limit);
  } catch (error) {
    if (error instanceof BadKeyError)
      throw new BadKeyError(`the key file ${path}: ${error.message}`, error.reason);
    throw error;
  }
}

/** The regular files of a folder by name, public halves left out; what is no key is sorted out by who reads them. */
function readFolder(folder: string, limit: number): readonly FoundKey[] {
  let names: string[];
  try {
    names = readdirSync(folder).sort();
  } catch (error) {
    throw new BadKeyError(`the folder ${folder} cannot be read (${systemCode(error)})`, "unreadable");
  }
  const found: FoundKey[] = [];
  for (const name of names) {
    const path = join(folder, name);
    if (name.endsWith(".pub") || !isRegularFile(path)) continue;
    try {
      found.push({ name: path, meant: false, ...readKeyFile(path, limit) });
    } catch (error) {
      if (!(error instanceof BadKeyError)) throw error;
    }
  }
  return found;
}

/** What cannot be looked at, such as a link to itself, is no key file of this folder. */
function isRegularFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The error for a key of more bytes than the limit, in the words that a key file of that size gets. */
export function keyTooLarge(purpose: string, limit: number): BadKeyError {
  return new BadKeyError(`${purpose} has more than ${limit} bytes (maxFileBytes)`, "too-large");
}

async function fromCommand(command: string, limit: number, run: Run): Promise<Uint8Array> {
  const { runUserCommand } = await import("./child-command.ts");
  const { code, output } = await runUserCommand(command, undefined, limit, run);
  // Who is stopped for talking too long has no exit code to speak of; what reads the key says how long is too long.
  if (code === 0 || output.byteLength > limit) return output;
  output.fill(0);
  throw new BadKeyError(`the key command failed (exit code ${code ?? "none"})`, "unreadable");
}
