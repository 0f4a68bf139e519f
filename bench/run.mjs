// npm run bench [-- --node VERSION] [--pairs N]: every figure a ratio, every limit checked. See README.md here.
import { availableParallelism, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { engine } from "./engine.mjs";
import { lockedKeys } from "./locked-keys.mjs";
import { makeFolder, plainKey } from "./material.mjs";
import { nodeBinary } from "./processes.mjs";
import { brokenLimits, section, skipped } from "./report.mjs";
import { startUp } from "./start-up.mjs";

const { values } = parseArgs({
  options: {
    node: { type: "string", multiple: true, default: [] },
    pairs: { type: "string", default: "40" },
  },
});
const pairs = Number(values.pairs);
if (!Number.isInteger(pairs) || pairs < 1) throw new Error("--pairs takes a whole number above zero");
const slowPairs = Math.max(1, Math.round(pairs / 4)); // of what takes a tenth of a second or more

const program = fileURLToPath(new URL("../dist/cli/main.cjs", import.meta.url));
const folder = makeFolder();
const key = plainKey(folder);

await startUp(process.execPath, program, key, pairs);
for (const version of values.node) {
  const node = nodeBinary(version);
  if (node !== undefined) await startUp(node, program, key, pairs);
  else {
    section(`start-up, whole process, on Node ${version}`);
    skipped("all", `npx cannot bring node@${version}`);
  }
}
await lockedKeys(program, folder, slowPairs);
await engine(key, Math.min(slowPairs, 5));

const broken = brokenLimits();
const [load = 0] = loadavg();
if (load > availableParallelism() / 2)
  console.log(`\nThis machine is busy (load ${load.toFixed(1)}): run it again.`);
console.log(broken === 0 ? "\nAll limits are kept." : `\n${String(broken)} limits are broken.`);
process.exitCode = broken === 0 ? 0 : 1;
