import type { Command } from "commander";
import { UsageError } from "../lib/errors.ts";
import type { ExternalAnswer } from "../lib/crypto/external-answer.ts";
import { defaultKeyLimits, type KeyLimits } from "../lib/keys/limits.ts";
import type { Deps } from "./deps.ts";
import type { KeySource } from "./key-sources.ts";
import { collect, parseDescriptor } from "./options.ts";
import type { PassphraseOptions } from "./passphrase.ts";

/** Which keys to use, and how to open them. */
export interface KeyOptions extends PassphraseOptions {
  readonly sources: readonly KeySource[];
  /** A command that decrypts in our place. */
  readonly decryptCommand: string | undefined;
  readonly decryptAnswer: ExternalAnswer;
  /** Refuse a key file that others on this machine can read; otherwise only warn. */
  readonly strictPermissions: boolean;
  readonly limits: KeyLimits;
}

interface ParsedKeyOptions extends PassphraseOptions {
  readonly key?: readonly string[];
  readonly keyDir?: readonly string[];
  readonly keyFd?: number;
  readonly keyCmd?: string;
  readonly decryptCmd?: string;
  readonly decryptAnswer?: ExternalAnswer;
  readonly keyCost?: number;
  readonly strictPermissions?: boolean;
}

const standardInput = 0; // by its descriptor, it is still the one that only one option can have

/** Adds the options that say how to open a key file. */
export function addOpeningOptions(command: Command): void {
  command
    .option("--passphrase-file <file>", "read the key's passphrase from this file; - is standard input")
    .option("--passphrase-fd <n>", "read it from this file descriptor", (value) =>
      parseDescriptor(value, "--passphrase-fd"),
    )
    .option("--passphrase-cmd <command>", "read it from what this command prints")
    .option(
      "--key-cost <factor>",
      "let a key file cost this many times the usual limits of time and memory",
      parseFactor,
    );
}

/** Adds the options that name private keys and say how to open them. */
export function addKeyOptions(command: Command): void {
  command
    .option("--key <file>", "private key of the server's key pair; repeatable; - is standard input", collect)
    .option("--key-dir <folder>", "try the keys in this folder; repeatable", collect)
    .option("--key-fd <n>", "read the key from this file descriptor", (value) =>
      parseDescriptor(value, "--key-fd"),
    )
    .option("--key-cmd <command>", "read the key from what this command prints")
    .option("--decrypt-cmd <command>", "a command that decrypts instead: ciphertext in, raw RSA block out")
    .option(
      "--decrypt-answer <kind>",
      "what it answers: block (default) or message (already unpadded)",
      parseAnswer,
    )
    .option("--strict-permissions", "refuse a key file that others on this machine can read");
  addOpeningOptions(command);
}

/**
 * The key options of a parsed command. Claims standard input where one of them wants it.
 *
 * Throws `UsageError` when no key is named anywhere, or two want standard input.
 */
export function keyOptionsOf(command: Command, deps: Deps): KeyOptions {
  const parsed = command.opts<ParsedKeyOptions>();
  const sources: KeySource[] = [
    ...(parsed.key ?? []).map((path) => ({ kind: "file", path }) as const),
    ...(parsed.keyDir ?? []).map((path) => ({ kind: "folder", path }) as const),
    ...(parsed.keyFd === undefined ? [] : [{ kind: "descriptor", fd: parsed.keyFd } as const]),
    ...(parsed.keyCmd === undefined ? [] : [{ kind: "command", command: parsed.keyCmd } as const]),
  ];
  const variable = deps.env["WINPW_KEY_FILE"] ?? "";
  if (sources.length === 0 && parsed.decryptCmd === undefined && variable !== "") {
    sources.push({ kind: "file", path: variable });
  }
  if (sources.length === 0 && parsed.decryptCmd === undefined) {
    throw new UsageError("no private key is given: use --key FILE, --key-dir FOLDER or WINPW_KEY_FILE");
  }
  if (parsed.decryptAnswer !== undefined && parsed.decryptCmd === undefined) {
    throw new UsageError("--decrypt-answer says what a --decrypt-cmd answers, and there is none");
  }
  for (const source of sources) {
    if (source.kind === "file" && source.path === "-") deps.stdin.claim("--key");
    if (source.kind === "descriptor" && source.fd === standardInput) deps.stdin.claim("--key-fd");
  }
  return {
    ...openingOptionsOf(command, deps),
    sources,
    decryptCommand: parsed.decryptCmd,
    decryptAnswer: parsed.decryptAnswer ?? "block",
    strictPermissions: parsed.strictPermissions === true,
  };
}

/** How to open a key file, from a parsed command. Claims standard input where the passphrase comes from there. */
export function openingOptionsOf(
  command: Command,
  deps: Deps,
): PassphraseOptions & { readonly limits: KeyLimits } {
  const { passphraseFile, passphraseFd, passphraseCmd, keyCost = 1 } = command.opts<ParsedKeyOptions>();
  if (passphraseFile === "-") deps.stdin.claim("--passphrase-file");
  if (passphraseFd === standardInput) deps.stdin.claim("--passphrase-fd");
  return {
    passphraseFile,
    passphraseFd,
    passphraseCmd,
    limits: keyCost === 1 ? defaultKeyLimits : raised(keyCost),
  };
}

// What the engines cannot do: node:crypto counts rounds in 31 bits, and Argon2 in WebAssembly needs less than 2 GiB.
const mostPbkdf2Rounds = 2 ** 31 - 1;
const mostArgon2KiB = 2 ** 21 - 1024;

/** Depth bounds the stack, not the cost, and a key file has no reason to be larger. */
function raised(factor: number): KeyLimits {
  const { maxDerDepth, maxFileBytes, ...costs } = defaultKeyLimits;
  const more = (limit: number): number => limit * factor;
  return {
    maxDerDepth,
    maxFileBytes,
    maxPbkdf2Rounds: Math.min(more(costs.maxPbkdf2Rounds), mostPbkdf2Rounds),
    maxLegacyRounds: more(costs.maxLegacyRounds),
    maxScryptBytes: more(costs.maxScryptBytes),
    maxScryptParallelism: more(costs.maxScryptParallelism),
    maxBcryptRounds: more(costs.maxBcryptRounds),
    maxArgon2KiB: Math.min(more(costs.maxArgon2KiB), mostArgon2KiB),
    maxArgon2KiBPasses: more(costs.maxArgon2KiBPasses),
  };
}

function parseFactor(value: string): number {
  if (!/^[1-9]\d{0,3}$/.test(value)) throw new UsageError("--key-cost takes a whole number from 1 to 9999");
  return Number(value);
}

function parseAnswer(value: string): ExternalAnswer {
  if (value !== "block" && value !== "message")
    throw new UsageError("--decrypt-answer takes block or message");
  return value;
}
