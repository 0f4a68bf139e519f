// The packed program end to end: installed by npm, and unpacked on a host that has nothing but Node.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { packAndInstall, readJson, repository, run } from "./pack.mjs";

const { unpacked, installed } = packAndInstall();
const examples = join(repository, "keys-example");
const { version } = readJson(join(repository, "package.json"), { version: "" });
const { keys } = readJson(join(examples, "expected.json"), {
  keys: [{ file: "", ciphertext: "", password: "", passphrase: /** @type {string | null} */ (null) }],
});
const winpw = join(installed, "node_modules", ".bin", "winpw");
const alone = join(unpacked, "dist", "cli", "main.cjs");
// A home without settings, and no variable that names a cloud or a registry.
const env = { PATH: process.env["PATH"], HOME: installed };

expectProgram("installed", (args) => answer(winpw, args));
expectProgram("unpacked alone", (args) => answer(process.execPath, [alone, ...args]));

const began = Date.now();
run(winpw, ["demo"], { cwd: installed, env });
const seconds = (Date.now() - began) / 1000;
assert.ok(seconds < 15, `the demo takes ${seconds} s, more than 15`);
console.log(`ok     installed: demo in ${seconds.toFixed(1)} s`);

/** @param {string} how @param {(args: readonly string[]) => string} program */
function expectProgram(how, program) {
  assert.equal(program(["--version"]).trim().split(" ").at(-1), version);
  console.log(`ok     ${how}: --version`);
  assert.ok(keys.length > 0, "there are example keys");
  for (const { file, ciphertext, password } of keys.filter((key) => key.passphrase === null)) {
    const args = ["decrypt", join(examples, ciphertext), "--key", join(examples, file)];
    assert.equal(program(args), password);
    console.log(`ok     ${how}: decrypt with ${file}`);
  }
}

/** @param {string} command @param {readonly string[]} args */
function answer(command, args) {
  const stdio = /** @type {const} */ (["ignore", "pipe", "inherit"]);
  return execFileSync(command, args, { cwd: installed, env, stdio: [...stdio], encoding: "utf8" });
}
