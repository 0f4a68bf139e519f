import { CommanderError } from "commander";
import type { CommandModule } from "./command-module.ts";
import { decryptCommand } from "./commands/decrypt.ts";
import { addGlobalOptions } from "./options.ts";
import { StrictCommand } from "./strict-command.ts";

/** What the program can do: a line for the overview, and where the work is. Only the command at hand is loaded. */
export interface CommandEntry {
  readonly summary: string;
  load(): Promise<CommandModule>;
}

/** The commands by name, in the order of the overview. */
export const commands: ReadonlyMap<string, CommandEntry> = new Map<string, CommandEntry>([
  [
    "get",
    {
      summary: "fetch, decrypt and deliver the password of a server; --clear then deletes it in the cloud",
      load: async () => (await import("./commands/get.ts")).getCommand,
    },
  ],
  [
    "decrypt",
    {
      summary: "decrypt a ciphertext that is at hand; no network, no credentials",
      load: async () => decryptCommand,
    },
  ],
  [
    "clear",
    {
      summary: "delete the stored ciphertext of a server and confirm that it is gone",
      load: async () => (await import("./commands/clear.ts")).clearCommand,
    },
  ],
  [
    "key",
    {
      summary: "inspect key files: container, size, fingerprints, and whether they can do this job",
      load: async () => (await import("./commands/key.ts")).keyCommand,
    },
  ],
  [
    "emulator",
    {
      summary: "serve the cloud's API on this machine, for rehearsals and tests",
      load: async () => (await import("./commands/emulator.ts")).emulatorCommand,
    },
  ],
  [
    "demo",
    {
      summary: "show the whole way of a password on an emulated cloud; needs nothing else",
      load: async () => (await import("./commands/demo.ts")).demoCommand,
    },
  ],
]);

/** A command with its options, ready to parse. What commander would print is handed to `print`. */
export async function buildCommand(
  name: string,
  argv: readonly string[],
  module: CommandModule,
  print: (text: string) => void,
): Promise<StrictCommand> {
  const command = new StrictCommand(name, argv);
  command
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: print })
    .allowExcessArguments(false)
    .helpOption(false);
  if (command.mayShowHelp) {
    const { addHelp } = await import("./help.ts");
    addHelp(command, name, commands.get(name)?.summary ?? "", module.examples);
  }
  module.register(command);
  addGlobalOptions(command);
  return command;
}

/** True for what commander throws after it has shown a help text. */
export function isHelpShown(error: unknown): boolean {
  return error instanceof CommanderError && error.exitCode === 0;
}
