/// <reference types="node" />
// Starts the installed package's emulator with seed.json, runs a script beside this one in its environment, and prints
// what happened as JSON.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { startEmulator } from "winpw/emulator";

/** @type {import("winpw/emulator").LogEntry[]} */
const log = [];
const emulator = await startEmulator({
  seed: /** @type {unknown} */ (JSON.parse(readFileSync("seed.json", "utf8"))),
  log: (line) => {
    log.push(/** @type {import("winpw/emulator").LogEntry} */ (JSON.parse(line)));
  },
});
const child = spawn(process.execPath, process.argv.slice(2), {
  env: { ...process.env, ...emulator.env },
  stdio: ["ignore", "pipe", "inherit"],
});
let stdout = "";
child.stdout.setEncoding("utf8").on("data", (/** @type {string} */ text) => (stdout += text));
const [code] = /** @type {[number]} */ (await once(child, "close"));
await emulator.close();
console.log(JSON.stringify({ code, stdout, requests: log.map(({ method, path }) => `${method} ${path}`) }));
