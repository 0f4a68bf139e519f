import { spawn, type ChildProcessByStdio } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Readable } from "node:stream";
import type { CommandModule, Run } from "../command-module.ts";
import { exitCodes } from "../exit-codes.ts";
import { layOutScene } from "../demo/scene.ts";
import { demoSteps, emulatorCommandLine, type DemoStep } from "../demo/steps.ts";

interface DemoOptions {
  readonly dir?: string;
}

/** `winpw demo`: runs the commands it prints, against an emulated cloud on this machine. */
export const demoCommand: CommandModule = {
  examples: ["demo", "demo --dir scene"],
  register: (command) => {
    command.option("--dir <folder>", "work in this folder and leave key, seed and results there");
  },
  run: async (command, run) => demo(command.opts<DemoOptions>(), run),
};

async function demo(options: DemoOptions, run: Run): Promise<number> {
  const { deps, signal } = run;
  const folder =
    options.dir === undefined ? mkdtempSync(join(tmpdir(), "winpw-demo-")) : resolve(deps.cwd, options.dir);
  const started = deps.clock.now();
  let emulator: Child | undefined;
  try {
    layOutScene(folder);
    await say(
      run,
      "A Windows cloud on this machine, with two servers created with the key pair of ops.pem.\n",
    );
    emulator = start(emulatorCommandLine, folder, {}, run);
    emulator.on("error", () => undefined); // its missing first line tells
    const env = await readyEnvironment(emulator);
    await say(run, `$ winpw ${emulatorCommandLine.join(" ")} &\n`);
    for (const step of demoSteps) await play(step, folder, env, run);
    await say(
      run,
      `\nDone in ${Math.round((deps.clock.now() - started) / 1000)} s. Nothing left this machine.\n`,
    );
    signal.throwIfAborted();
    return exitCodes.OK;
  } catch (error) {
    signal.throwIfAborted(); // what fails because of a signal is not the news
    throw error;
  } finally {
    emulator?.kill("SIGTERM");
    if (options.dir === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

async function say(run: Run, text: string): Promise<void> {
  await run.deps.stdout.write(text, run);
}

function start(
  argv: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
  { deps, signal }: Run,
): Child {
  const [program, ...script] = deps.self;
  return spawn(program, [...script, ...argv], {
    cwd,
    env: { ...deps.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    signal,
    killSignal: "SIGTERM",
  });
}

/** The emulator says in its first line how to reach it. */
async function readyEnvironment(emulator: Child): Promise<Readonly<Record<string, string>>> {
  let told = "";
  for await (const chunk of emulator.stdout) {
    told += String(chunk);
    if (told.includes("\n")) break;
  }
  const ready: unknown = JSON.parse(told);
  const env = typeof ready === "object" && ready !== null && "env" in ready ? ready.env : undefined;
  if (typeof env !== "object" || env === null) throw new TypeError("the emulator did not start");
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)]));
}

/** Prints one command and what it answers, and holds its exit code against what it must be. */
async function play(
  step: DemoStep,
  folder: string,
  env: Readonly<Record<string, string>>,
  run: Run,
): Promise<void> {
  if (step.about !== "") await say(run, `\n# ${step.about}\n`);
  await say(run, `$ winpw ${step.argv.join(" ")}\n`);
  const child = start(step.argv, folder, env, run);
  let answer = "";
  child.stdout.on("data", (chunk: Buffer) => (answer += chunk.toString("utf8")));
  child.stderr.on("data", (chunk: Buffer) => (answer += chunk.toString("utf8")));
  const code = await new Promise<number | null>((done, failed) => {
    child.on("error", failed);
    child.on("close", done);
  });
  // A password into a pipe has no line end of its own.
  await say(run, answer === "" || answer.endsWith("\n") ? answer : `${answer}\n`);
  if (step.exit !== exitCodes.OK) await say(run, `# exit code ${code}\n`);
  if (code !== step.exit) throw new TypeError("a step of the demo did not end as it must");
}
