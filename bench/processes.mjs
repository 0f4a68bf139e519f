// Whole processes: what they cost from the start to the end, and where the programs are.
import { execFileSync, spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

// Reading certificates for everybody would be a part of every start of Node.
const { NODE_EXTRA_CA_CERTS: _certificates, NODE_OPTIONS: _options, ...environment } = process.env;

/**
 * Runs a program to its end. Returns its time in milliseconds and what it wrote; throws unless it ends with 0.
 * @param {readonly string[]} command
 */
export function timed(command) {
  const [file = "", ...args] = command;
  const began = process.hrtime.bigint();
  const { status, stdout, stderr, error } = spawnSync(file, args, {
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
  });
  const milliseconds = Number(process.hrtime.bigint() - began) / 1e6;
  if (status === 0) return { milliseconds, stdout };
  throw new Error(`${file} ${args.join(" ")}: ${error?.message ?? `status ${String(status)}`}\n${stderr}`);
}

/**
 * True for a program that is installed.
 * @param {string} name
 */
export function isInstalled(name) {
  const endings = process.platform === "win32" ? [".exe", ".cmd"] : [""];
  return (environment["PATH"] ?? "")
    .split(delimiter)
    .flatMap((folder) => endings.map((ending) => join(folder, name + ending)))
    .some((path) => isExecutable(path));
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The binary of another version of Node, fetched by npx where it is not at hand; undefined where that fails. Only the
 * binary is timed later, never npx.
 * @param {string} version such as `24`
 */
export function nodeBinary(version) {
  try {
    const args = ["-y", "-p", `node@${version}`, "-c", "node -p process.execPath"];
    const options = { env: environment, stdio: ["ignore", "pipe", "ignore"], encoding: "utf8" };
    return execFileSync("npx", args, /** @type {const} */ (options)).trim();
  } catch {
    return undefined;
  }
}
