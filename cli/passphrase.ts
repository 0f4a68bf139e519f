import { closeSync, openSync } from "node:fs";
import { BadKeyError, UsageError } from "../lib/errors.ts";
import type { Deps } from "./deps.ts";
import { systemCode } from "./io.ts";
import { readToEnd } from "./standard-input.ts";

/** Where a key's passphrase comes from; at most one of them is set. */
export interface PassphraseOptions {
  readonly passphraseFile?: string | undefined;
  readonly passphraseFd?: number | undefined;
  /** No prompt, whatever terminal there is. */
  readonly noInput: boolean;
}

/** A source of passphrases for one key. */
export interface PassphraseSource {
  /** Named in notices; undefined when the passphrase would be asked for. */
  readonly given: string | undefined;
  /** How often a wrong one may be replaced by asking again. */
  readonly tries: number;
  /** Throws `BadKeyError` (passphrase-missing) when there is no way to get one. */
  get(): Promise<Uint8Array>;
}

const passphraseLimit = 4096; // bytes
const promptTries = 3;

/**
 * The source that options and environment name, else the controlling terminal.
 *
 * Throws `UsageError` when two are given. Nothing is read or asked before `get()`.
 */
export function passphraseSource(keyName: string, options: PassphraseOptions, deps: Deps): PassphraseSource {
  const { passphraseFile: file, passphraseFd: fd } = options;
  if (file !== undefined && fd !== undefined) {
    throw new UsageError("--passphrase-file and --passphrase-fd cannot be used together");
  }
  const read = (purpose: string, bytes: () => Promise<Uint8Array>): PassphraseSource => ({
    given: purpose,
    tries: 1,
    get: async () => withoutLineEnd(await bytes()),
  });
  if (file === "-")
    return read("--passphrase-file", async () => deps.stdin.read("--passphrase-file", passphraseLimit));
  if (file !== undefined) return read("--passphrase-file", async () => readFile(file));
  if (fd !== undefined)
    return read("--passphrase-fd", async () => readToEnd(fd, "--passphrase-fd", passphraseLimit));
  const variable = deps.env["WINPW_PASSPHRASE"];
  if (variable !== undefined && variable !== "")
    return read("WINPW_PASSPHRASE", async () => Buffer.from(variable, "utf8"));
  return {
    given: undefined,
    tries: promptTries,
    get: async () => {
      if (options.noInput || !deps.terminal.available) {
        throw new BadKeyError(
          `the key ${keyName} needs a passphrase, and there is no terminal to ask for it`,
          "passphrase-missing",
        );
      }
      return deps.terminal.askSecret(`Passphrase for ${keyName}: `, deps.signal);
    },
  };
}

async function readFile(path: string): Promise<Uint8Array> {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (error) {
    throw new UsageError(`the passphrase file cannot be read (${systemCode(error)})`);
  }
  try {
    return await readToEnd(fd, "--passphrase-file", passphraseLimit);
  } finally {
    closeSync(fd);
  }
}

/** Editors and `echo` end a file with one line end that is no part of the passphrase. */
function withoutLineEnd(bytes: Uint8Array): Uint8Array {
  let end = bytes.byteLength;
  if (bytes[end - 1] === 0x0a) end -= bytes[end - 2] === 0x0d ? 2 : 1;
  const passphrase = Uint8Array.from(bytes.subarray(0, end));
  bytes.fill(0);
  return passphrase;
}
