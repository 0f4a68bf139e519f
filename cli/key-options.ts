import type { Command } from "commander";
import type { Deps } from "./deps.ts";
import { keyFilesFrom, type KeyOptions } from "./key-source.ts";
import { collect, parseDescriptor, type GlobalOptions } from "./options.ts";

interface ParsedKeyOptions {
  readonly key?: readonly string[];
  readonly passphraseFile?: string;
  readonly passphraseFd?: number;
  readonly strictPermissions?: boolean;
}

/** Adds the options that name a private key and its passphrase. */
export function addKeyOptions(command: Command): void {
  command
    .option("--key <file>", "private key of the server's key pair; repeatable; - is standard input", collect)
    .option("--passphrase-file <file>", "read the key's passphrase from this file; - is standard input")
    .option("--passphrase-fd <n>", "read it from this file descriptor", (value) =>
      parseDescriptor(value, "--passphrase-fd"),
    )
    .option("--strict-permissions", "refuse a key file that others on this machine can read");
}

/** The key options of a parsed command. Throws `UsageError` when no key is named anywhere. */
export function keyOptionsOf(command: Command, globals: GlobalOptions, deps: Deps): KeyOptions {
  const parsed = command.opts<ParsedKeyOptions>();
  return {
    keyFiles: keyFilesFrom(parsed.key ?? [], deps),
    passphraseFile: parsed.passphraseFile,
    passphraseFd: parsed.passphraseFd,
    strictPermissions: parsed.strictPermissions === true,
    noInput: globals.noInput,
  };
}
