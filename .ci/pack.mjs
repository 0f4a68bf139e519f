// The package as users get it: packed, unpacked alone, and installed into an empty folder.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const repository = fileURLToPath(new URL("..", import.meta.url));

/**
 * Runs a program, its output shown; throws when it fails.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import("node:child_process").ExecFileSyncOptions} [options]
 */
export function run(command, args, options = {}) {
  return execFileSync(command, args, { stdio: ["ignore", "inherit", "inherit"], ...options });
}

/**
 * Packs what `npm run build` made. Returns the tarball, `unpacked` (the tarball's content and nothing else) and
 * `installed` (a project with the package and its dependencies). All of it goes when the process ends.
 */
export function packAndInstall() {
  const folder = mkdtempSync(join(tmpdir(), "winpw-packed-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  run("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: repository });
  const tarball = join(folder, readdirSync(folder)[0] ?? "");
  const unpacked = join(folder, "unpacked");
  mkdirSync(unpacked);
  run("tar", ["-xzf", tarball, "-C", unpacked, "--strip-components", "1"]);
  const installed = join(folder, "installed");
  mkdirSync(installed);
  writeFileSync(join(installed, "package.json"), '{ "private": true }\n');
  run("npm", ["install", "--no-audit", "--no-fund", tarball], { cwd: installed });
  return { tarball, unpacked, installed };
}

/**
 * The paths of all files below a folder.
 * @param {string} folder
 */
export function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

/**
 * What a JSON file holds.
 * @template T
 * @param {string} path
 * @param {T} _shape an example of it, for the type
 */
export function readJson(path, _shape) {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- files of our own and of npm's making
  return /** @type {T} */ (JSON.parse(readFileSync(path, "utf8")));
}
