import { closeSync, openSync } from "node:fs";
import { BadKeyError, UsageError } from "../lib/errors.ts";
import type { Run } from "./command-module.ts";
import { systemCode } from "./io.ts";
import { readToEnd } from "./standard-input.ts";

/** Where the passphrase of a key comes from; at most one is set. */
export interface PassphraseOptions {
  readonly passphraseFile?: string | undefined;
  readonly passphraseFd?: number | undefined;
  readonly passphraseCmd?: string | undefined;
}

/** The way to passphrases that a command line names; nothing is read or asked before it is needed. */
export interface Passphrases {
  /** The option or variable that gives it; undefined when each would be asked for. */
  readonly given: string | undefined;
  /** How often a wrong one may be replaced by asking again. */
  readonly tries: number;
  /** For one key; the caller wipes it. Throws `BadKeyError` (passphrase-missing) when there is no way to get one. */
  ask(keyName: string): Promise<Uint8Array>;
}

const passphraseLimit = 4096; // bytes
const promptTries = 3;

/**
 * The way that options and environment name, else the controlling terminal.
 *
 * Throws `UsageError` when two are given.
 */
export function passphrasesFrom(options: PassphraseOptions, run: Run): Passphrases {
  const { deps } = run;
  const { passphraseFile: file, passphraseFd: fd, passphraseCmd: command } = options;
  if ([file, fd, command].filter((way) => way !== undefined).length > 1) {
    throw new UsageError("only one of --passphrase-file, --passphrase-fd and --passphrase-cmd can be used");
  }
  if (file === "-")
    return once("--passphrase-file", async () => deps.stdin.read("--passphrase-file", passphraseLimit));
  if (file !== undefined) return once("--passphrase-file", async () => readFile(file));
  if (fd !== undefined)
    return once("--passphrase-fd", async () => readToEnd(fd, "--passphrase-fd", passphraseLimit));
  if (command !== undefined) return once("--passphrase-cmd", async () => fromCommand(command, run));
  const variable = deps.env["WINPW_PASSPHRASE"];
  if (variable !== undefined && variable !== "")
    return once("WINPW_PASSPHRASE", async () => Buffer.from(variable, "utf8"));
  return {
    given: undefined,
    tries: promptTries,
    ask: async (keyName) => {
      if (run.globals.noInput || !deps.terminal.available) {
        throw new BadKeyError(
          "it needs a passphrase, and there is no terminal to ask for it",
          "passphrase-missing",
        );
      }
      return deps.terminal.askSecret(`Passphrase for ${keyName}: `, run.signal);
    },
  };
}

/** One passphrase for all keys of the run, read when the first of them needs it. */
function once(given: string, read: () => Promise<Uint8Array>): Passphrases {
  let passphrase: Promise<Uint8Array> | undefined;
  return {
    given,
    tries: 1,
    ask: async () => {
      passphrase ??= read().then(withoutLineEnd);
      return Uint8Array.from(await passphrase);
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

async function fromCommand(command: string, run: Run): Promise<Uint8Array> {
  const { runUserCommand } = await import("./child-command.ts");
  const { code, output } = await runUserCommand(command, undefined, passphraseLimit, run);
  if (code === 0 && output.byteLength <= passphraseLimit) return output;
  const tooLong = output.byteLength > passphraseLimit;
  output.fill(0);
  if (tooLong) throw new UsageError(`the passphrase is longer than ${passphraseLimit} bytes`);
  throw new UsageError(`the passphrase command failed (exit code ${code ?? "none"})`);
}

/** Editors and `echo` end a file with one line end that is no part of the passphrase. */
function withoutLineEnd(bytes: Uint8Array): Uint8Array {
  let end = bytes.byteLength;
  if (bytes[end - 1] === 0x0a) end -= bytes[end - 2] === 0x0d ? 2 : 1;
  const passphrase = Uint8Array.from(bytes.subarray(0, end));
  bytes.fill(0);
  return passphrase;
}
