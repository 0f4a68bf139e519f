import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const repository: string = fileURLToPath(new URL("../..", import.meta.url));

const run = promisify(execFile);
// npm is a script on every platform; started by this interpreter it needs no shell.
const npm =
  process.platform === "win32" ? join(dirname(process.execPath), "node_modules/npm/bin/npm-cli.js") : null;

// What an npm or npx that started the tests was told itself; its other settings, such as proxies, stay.
const outerNpm = /^npm_(config_(call|package|local_prefix|yes)|package_.*|lifecycle_.*|command)$/;
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !outerNpm.test(name)));

/** A folder in which the packed package is installed, as a user's project has it. */
export interface InstalledPackage {
  readonly folder: string;
  /** Writes a file into the folder. */
  write(name: string, content: string | Uint8Array): void;
  /** Runs a program in the folder and returns what it wrote and its exit code. */
  run(file: string, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Outcome>;
  remove(): void;
}

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Packs what the build made and installs the tarball, from npm's cache where it can. */
export async function installPackage(): Promise<InstalledPackage> {
  const folder = mkdtempSync(join(tmpdir(), "winpw-package-"));
  const project = join(folder, "project");
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), '{ "private": true, "type": "module" }\n');
  await runNpm(["pack", "--silent", "--pack-destination", folder], repository);
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "";
  const install = ["install", "--prefer-offline", "--no-audit", "--no-fund", "--silent"];
  await runNpm([...install, join(folder, tarball)], project);
  return {
    folder: project,
    write: (name, content) => writeFileSync(join(project, name), content),
    run: async (file, args, env) => outcomeOf(file, args, project, env),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function runNpm(args: readonly string[], cwd: string): Promise<void> {
  const options = { cwd, env: environment };
  await (npm === null ? run("npm", [...args], options) : run(process.execPath, [npm, ...args], options));
}

async function outcomeOf(
  file: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(file, [...args], { cwd, env: { ...environment, ...env } }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });
}
