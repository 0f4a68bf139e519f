// What a user waits for before anything happens: whole processes against the interpreter that does nothing.
import { ratioOf } from "./pairs.mjs";
import { timed } from "./processes.mjs";
import { figure, section } from "./report.mjs";

const limits = { decrypt: 1.7, version: 1.25, help: 1.7 };

/**
 * @param {string} node the binary
 * @param {string} program the bundled program
 * @param {import("./material.mjs").PlainKey} key
 * @param {number} pairs
 */
export async function startUp(node, program, { keyFile, ciphertext, password }, pairs) {
  const version = timed([node, "--version"]).stdout.trim();
  section(`start-up, whole process, on Node ${version}`);
  const decrypt = [node, program, "decrypt", "--key", keyFile, "--blob", ciphertext];
  const answer = timed(decrypt).stdout;
  if (answer !== password) throw new Error(`winpw decrypt answered ${JSON.stringify(answer)}`);
  const idle = () => timed([node, "-e", "0"]).milliseconds;
  const against = async (/** @type {readonly string[]} */ command) =>
    ratioOf(pairs, () => timed(command).milliseconds, idle);
  figure("winpw decrypt --key … --blob …", "node -e 0", await against(decrypt), { atMost: limits.decrypt });
  figure("winpw --version", "node -e 0", await against([node, program, "--version"]), {
    atMost: limits.version,
  });
  figure("winpw --help", "node -e 0", await against([node, program, "--help"]), { atMost: limits.help });
}
