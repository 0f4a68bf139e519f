// Builds dist/: the library unbundled by tsc, the program bundled into one CommonJS file with lazy chunks.
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { rolldown } from "rolldown";

// Commander is CommonJS, one closure per file, and a closure is parsed twice: once to skip it, once to run it. As
// modules its files become part of the chunk, and what no start needs is left out: the command that its index makes for
// quick scripts; node:child_process, for executable subcommands, which this program has none of; the guesses what a
// mistyped word meant, which this program never repeats; and how help is written, which cli/help.ts brings with it.
const commanderLeftOut = {
  "const childProcess = require('node:child_process');": "const childProcess = {};",
  "const process = require('node:process');": "",
  "const { suggestSimilar } = require('./suggestSimilar');": "const suggestSimilar = () => '';",
  "const { Help, stripColor } = require('./help.js');": "const Help = class {}, stripColor = (text) => text;",
};
/** @type {import("rolldown").Plugin} */
const commanderAsModules = {
  name: "commander-as-modules",
  resolveId: (source, importer) => {
    if (source !== "commander") return null;
    return /[\\/]help\.ts$/.test(importer ?? "") ? "\0commander-help" : "\0commander";
  },
  load: (id) => {
    const files = { "\0commander": ["command", "error", "option"], "\0commander-help": ["help"] }[id];
    const folder = join(require.resolve("commander"), "../lib");
    return files?.map((name) => `export * from ${JSON.stringify(join(folder, `${name}.js`))};`).join("\n");
  },
  transform: {
    filter: { id: /[\\/]node_modules[\\/]commander[\\/]lib[\\/]/ },
    handler: (code, id) => {
      let module = code;
      for (const [line, instead] of Object.entries(commanderLeftOut)) module = module.replace(line, instead);
      module = module
        .replaceAll("= require('node:", "= process.getBuiltinModule('node:")
        .replace(/^const (\{[\w, ]+\}) = require\('(\.\/\w+\.js)'\);$/gm, 'import $1 from "$2";')
        .replace(/^exports\.(\w+) = \1;/gm, "export { $1 };");
      if (/\brequire\(|\bexports\./.test(module)) throw new Error(`${id} is not as it was`);
      return module;
    },
  },
};

// The bundler copies each builtin module into a namespace object, getter by getter, and makes one for each file that is
// imported lazily, both with the means of a file of their own. Only named imports are used here (and a missing name
// fails the type check), so the module itself and a plain object serve as well, and a start reads one file less.
/** @type {import("rolldown").Plugin} */
const plainNamespaces = {
  name: "plain-namespaces",
  renderChunk: (code) => {
    const plain = code
      .replaceAll(/^(node_\w+) = require_rolldown_runtime\.\w+\(\1(?:, 1)?\);$/gm, "")
      .replaceAll(
        /\brequire_rolldown_runtime\.\w+\(\{ (\w+): \(\) => (\w+) \}\)/g,
        "{ get $1() { return $2; } }",
      );
    const uses = plain.match(/\brequire_rolldown_runtime\b/g)?.length ?? 0;
    return uses > 1 ? plain : plain.replace(/^const require_rolldown_runtime = .*$/m, "");
  },
};

// The first file also answers --version and --help, which need neither keys nor paths: there these are loaded when they
// are used. Loading node:crypto takes a seventh of a start.
/** @type {import("rolldown").Plugin} */
const builtinsWhenUsed = {
  name: "builtins-when-used",
  renderChunk: (code, { isEntry }) =>
    isEntry ? ["crypto", "path"].reduce((before, name) => requiredWhenUsed(before, name), code) : null,
};

/** @param {string} code @param {string} name */
function requiredWhenUsed(code, name) {
  const required = `require("node:${name}")`;
  const changed = code
    .replace(`let node_${name} = ${required};\n`, "")
    .replaceAll(`node_${name}.`, `${required}.`);
  if (changed.includes(`node_${name}`)) throw new Error(`node:${name} is used as a whole`);
  return changed;
}

const require = createRequire(import.meta.url);

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
  const typescript = require.resolve("typescript/package.json");
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
    plugins: [commanderAsModules, plainNamespaces, builtinsWhenUsed],
  });
  await bundle.write({
    dir: folder,
    format: "cjs",
    entryFileNames: "[name].cjs",
    chunkFileNames: "[name]-[hash].cjs",
    // Each file that Node has to find costs as much as 15 kB of code: what the offline path needs is in the first one.
    codeSplitting: { groups: [{ name: "main", test: /cli[\\/](main|start)\.ts$/ }] },
    banner: (chunk) => (chunk.isEntry ? "#!/usr/bin/env node" : ""),
    minify: true,
  });
  await bundle.close();
  chmodSync(join(folder, "main.cjs"), 0o755);
}
