import { Command, Option } from "commander";
import { UsageError } from "../lib/errors.ts";

// What people try, because other tools take it. A value given there would stand in the process list and in the
// shell's history; the error says where it goes instead.
const secretOptions: Readonly<Record<string, string>> = {
  "--passphrase": "use the prompt, --passphrase-file, --passphrase-fd or WINPW_PASSPHRASE",
  "--password": "use OS_PASSWORD for the login; the decrypted password is never an input",
  "--secret-key":
    "use HUAWEICLOUD_SDK_SK or HW_SECRET_KEY; for a login OS_PASSWORD, OS_TOKEN or --token-file",
  "--sk": "use HUAWEICLOUD_SDK_SK or HW_SECRET_KEY; for a login OS_PASSWORD, OS_TOKEN or --token-file",
  "--token": "use --token-file or OS_TOKEN",
};

/** Throws `UsageError` with the reason and the safe way if the flag is one of those; `=` and a value may follow. */
export function refuseSecretOption(flag: string): void {
  const [name = ""] = flag.split("=");
  const instead = secretOptions[name];
  if (instead !== undefined) {
    throw new UsageError(`${name} does not exist, so that no secret shows in a process list: ${instead}`);
  }
}

// What stands for every option that was not typed. No word of a command line can hold this character.
const untyped = new Option("--\0");

/**
 * Commander, but an error never repeats what the user typed: it could be a secret in the wrong place.
 *
 * Makes only options that were typed, and all of them where help may be shown: every start builds the command anew, and
 * 30 options nobody asked for are a tenth of it. So a default value belongs to whoever reads the options.
 */
export class StrictCommand extends Command {
  /** Help was asked for, or may have been among short options. */
  readonly mayShowHelp: boolean;
  readonly #typed: readonly string[];

  /** `argv` is what will be parsed: the words after the command's name. */
  constructor(name: string, argv: readonly string[]) {
    super(name);
    this.mayShowHelp = argv.some((word) => word === "--help" || /^-[^-]/.test(word));
    this.#typed = argv.filter((word) => word.startsWith("--")).map((word) => word.split("=")[0] ?? "");
  }

  override createOption(flags: string, description?: string): Option {
    const wanted = this.mayShowHelp || this.#typed.some((name) => flags.includes(name));
    return wanted ? super.createOption(flags, description) : untyped;
  }

  override addOption(option: Option): this {
    return option === untyped ? this : super.addOption(option);
  }

  unknownOption(flag: string): never {
    const name = flag.startsWith("--") ? (flag.split("=")[0] ?? "") : flag.slice(0, 2);
    refuseSecretOption(name);
    if (this.options.some((option) => option.long === name)) throw new UsageError(`${name} takes no value`);
    const shown = /^--?[\w-]+$/.test(name) ? ` ${name}` : "";
    throw new UsageError(`unknown option${shown}; see winpw ${this.name()} --help`);
  }

  missingArgument(name: string): never {
    throw new UsageError(`${name} is missing; see winpw ${this.name()} --help`);
  }

  optionMissingArgument(option: { readonly long?: string; readonly short?: string }): never {
    throw new UsageError(`${option.long ?? option.short ?? "an option"} needs a value`);
  }

  // Everything else that commander finds wrong; it counts surplus operands but does not repeat them.
  override error(message: string): never {
    throw new UsageError(message.replace(/^error: /, "").replace(/\.$/, ""));
  }
}
