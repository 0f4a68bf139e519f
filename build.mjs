// Builds dist/: the library unbundled by tsc, the program bundled into one CommonJS file with lazy chunks.
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { rolldown } from "rolldown";

// Commander loads node:child_process for executable subcommands, which this program has none of: 6 ms of each start.
/** @type {import("rolldown").Plugin} */
const commanderWithoutChildProcess = {
  name: "commander-without-child-process",
  resolveId: (source, importer) =>
    /^(node:)?child_process$/.test(source) && /[\\/]commander[\\/]/.test(importer ?? "")
      ? "\0no-child-process"
      : null,
  load: (id) => (id === "\0no-child-process" ? "module.exports = {};" : null),
};

// The bundler copies each builtin module into a namespace object, getter by getter. Only named imports are used here
// (and a missing name fails the type check), so the module itself serves as well.
/** @type {import("rolldown").Plugin} */
const builtinsWithoutCopies = {
  name: "builtins-without-copies",
  renderChunk: (code) => code.replaceAll(/\b[\w$.]*__toESM\((require\("node:[\w/]+"\))(?:, 1)?\)/g, "$1"),
};

// Everything is made beside dist/ and then put in its place, so that a failed build leaves the last good one.
mkdirSync(".cache", { recursive: true });
const made = mkdtempSync(".cache/dist-");
try {
  buildLibrary(join(made, "lib"));
  await buildProgram(join(made, "cli"));
  if (existsSync("dist")) renameSync("dist", join(made, "old"));
  mkdirSync("dist");
  for (const part of ["lib", "cli"]) renameSync(join(made, part), join("dist", part));
} finally {
  rmSync(made, { recursive: true, force: true });
}

/** @param {string} folder */
function buildLibrary(folder) {
  const typescript = createRequire(import.meta.url).resolve("typescript/package.json");
  const tsc = typescript.replace(/package\.json$/, "bin/tsc");
  const args = [tsc, "-p", "tsconfig.build.json", "--rootDir", "lib", "--outDir", folder];
  execFileSync(process.execPath, args, { stdio: "inherit" });
  copyFileSync("lib/emulator/seed.schema.json", join(folder, "emulator/seed.schema.json"));
}

/** @param {string} folder */
async function buildProgram(folder) {
  const bundle = await rolldown({
    input: { main: "cli/main.ts" },
    platform: "node",
    plugins: [commanderWithoutChildProcess, builtinsWithoutCopies],
  });
  await bundle.write({
    dir: folder,
    format: "cjs",
    entryFileNames: "[name].cjs",
    chunkFileNames: "[name]-[hash].cjs",
    // Each file that Node has to find costs as much as 10 kB of code: what every run and the offline path need is one.
    codeSplitting: {
      groups: [
        { name: "first", test: /cli[\\/]main\.ts$|rolldown[\\/]runtime/, priority: 2 },
        { name: "core", test: /cli[\\/](start|commands[\\/]decrypt)\.ts$/, priority: 1 },
      ],
    },
    banner: (chunk) => (chunk.isEntry ? "#!/usr/bin/env node" : ""),
    minify: true,
  });
  await bundle.close();
  chmodSync(join(folder, "main.cjs"), 0o755);
}
