// Keys behind a passphrase: the key derivation is nearly all of the time, and it is ours for OpenSSH and PuTTY.
import { readFileSync } from "node:fs";
import { devNull } from "node:os";
import { join } from "node:path";
import { loadPrivateKey } from "./library.mjs";
import { opensshKeys, puttyKey } from "./material.mjs";
import { ratioOf } from "./pairs.mjs";
import { isInstalled, timed } from "./processes.mjs";
import { figure, section, skipped } from "./report.mjs";

const rounds = 24; // what ssh-keygen 9.4 and later takes
const limits = { bcrypt: 1.3, argon2Ms: 250 };

/**
 * @param {string} program the bundled program
 * @param {string} folder
 * @param {number} pairs
 */
export async function lockedKeys(program, folder, pairs) {
  section("keys behind a passphrase");
  await openssh(program, folder, pairs);
  await putty(folder, pairs);
}

/** @param {string} program @param {string} folder @param {number} pairs */
async function openssh(program, folder, pairs) {
  const what = `OpenSSH key, ${String(rounds)} bcrypt rounds`;
  if (!isInstalled("ssh-keygen")) return skipped(what, "ssh-keygen is not installed");
  const { open, locked } = opensshKeys(folder, rounds);
  const inspect = [
    process.execPath,
    program,
    "key",
    "inspect",
    "--json",
    "--passphrase-file",
    locked.passphraseFile,
  ];
  if (!timed([...inspect, locked.file]).stdout.includes('"usable":true'))
    throw new Error("the key does not open");
  const publicHalf = ["ssh-keygen", "-y", "-P"];
  // Each program less its own start on the same key in the open: what is left is the derivation.
  const ours = () => timed([...inspect, locked.file]).milliseconds - timed([...inspect, open]).milliseconds;
  const theirs = () =>
    timed([...publicHalf, locked.passphrase, "-f", locked.file]).milliseconds -
    timed([...publicHalf, "", "-f", open]).milliseconds;
  figure(what, "ssh-keygen -y", await ratioOf(pairs, ours, theirs), { atMost: limits.bcrypt });
}

/** @param {string} folder @param {number} pairs */
async function putty(folder, pairs) {
  const what = "PPK 3 at puttygen's defaults";
  if (!isInstalled("puttygen")) return skipped(what, "puttygen is not installed");
  const locked = puttyKey(folder);
  const file = readFileSync(locked.file);
  const [, passes = "?"] = /^Argon2-Passes: (\d+)/m.exec(file.toString("latin1")) ?? [];
  const load = async () => {
    const began = performance.now();
    await loadPrivateKey(file, { passphrase: locked.passphrase });
    return performance.now() - began;
  };
  const named = `${what}, ${passes} passes`;
  const limit = `${String(limits.argon2Ms)} ms`;
  figure(named, limit, await ratioOf(pairs, load, () => limits.argon2Ms), { atMost: 1 });
  const opened = ["-O", "private-openssh", "-o", join(folder, "opened")];
  const secrets = ["--old-passphrase", locked.passphraseFile, "--new-passphrase", devNull];
  const whole = () => timed(["puttygen", locked.file, ...opened, ...secrets]).milliseconds;
  figure(named, "puttygen (whole process)", await ratioOf(pairs, load, whole));
}
