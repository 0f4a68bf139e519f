import { Help } from "commander";
import type { StrictCommand } from "./strict-command.ts";

/**
 * Adds what the help of a command shows. Loaded only where help may be shown: how commander writes it is a fifth of
 * commander, and the bundle leaves that out of what every start loads.
 */
export function addHelp(
  command: StrictCommand,
  name: string,
  summary: string,
  examples: readonly string[],
): void {
  command.createHelp = () => Object.assign(new Help(), command.configureHelp());
  command
    .configureHelp({ commandUsage: (shown) => `winpw ${name} ${shown.usage()}` })
    .description(summary)
    .helpOption("-h, --help", "show this help")
    .addHelpText("after", () => ["", "Examples:", ...examples.map((line) => `  winpw ${line}`)].join("\n"));
}

/** The overview that `winpw --help` shows. */
export function overview(commands: ReadonlyMap<string, { readonly summary: string }>): string {
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
