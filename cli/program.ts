import { CommanderError } from "commander";
import type { CommandModule } from "./command-module.ts";
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
      load: async () => (await import("./commands/decrypt.ts")).decryptCommand,
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
export function buildCommand(
  name: string,
  argv: readonly string[],
  module: CommandModule,
  print: (text: string) => void,
): StrictCommand {
  const command = new StrictCommand(name, argv);
  command
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: print })
    .configureHelp({ commandUsage: (shown) => `winpw ${name} ${shown.usage()}` })
    .description(commands.get(name)?.summary ?? "")
    .allowExcessArguments(false)
    .helpOption("-h, --help", "show this help");
  module.register(command);
  addGlobalOptions(command);
  command.addHelpText("after", () =>
    ["", "Examples:", ...module.examples.map((line) => `  winpw ${line}`)].join("\n"),
  );
  return command;
}

/** The overview that `winpw --help` shows. */
export function overview(): string {
  const width = Math.max(...[...commands.keys()].map((name) => name.length));
  const lines = [...commands].map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    "Usage: winpw COMMAND [OPTIONS]",
    "",
    "Fetches, decrypts and clears the administrator password of Windows servers",
    "in Huawei Cloud and OpenStack.",
    "",
    "Commands:",
    ...lines,
    "",
    "winpw COMMAND --help shows the options of a command, winpw --version the version.",
    "Exit codes: 0 done, 1 bug, 2 usage, 3 not ready, 4 auth, 5 not found, 6 wrong key,",
    "7 bad key, 8 unavailable, 9 timeout, 10 partial, 11 refused, 12 not delivered,",
    "13 not verified, 15 suspect; 129, 130, 143 after SIGHUP, SIGINT, SIGTERM.",
    "",
  ].join("\n");
}

/** True for what commander throws after it has shown a help text. */
export function isHelpShown(error: unknown): boolean {
  return error instanceof CommanderError && error.exitCode === 0;
}
