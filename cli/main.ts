import { version } from "../lib/version.ts";
import { openStream } from "./io.ts";

const isTerminal = (fd: number): boolean => process.getBuiltinModule("node:tty").isatty(fd);

/** The program. Only this file touches the process; everything else gets it as a parameter. */
async function main(): Promise<number> {
  const argv = process.argv.slice(2);
  const stdout = openStream(1, "standard output", isTerminal);
  if (argv[0] === "--version" || argv[0] === "-V") {
    await stdout.write(`${version}\n`);
    return 0;
  }
  const { start } = await import("./start.ts");
  return start(argv, process, { stdout, isTerminal });
}

void main().then(
  (code) => {
    // Every write is finished by now; what is left open, such as an idle connection, must not hold the program.
    process.exit(code);
  },
  () => {
    process.exit(1);
  },
);
