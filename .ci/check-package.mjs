// Checks of the packed package: entry points and types, no private key inside, and a small installed tree.
import { readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { filesBelow, packAndInstall, readJson, repository, run } from "./pack.mjs";

const mostPackages = 45;
const mostMegabytes = 20;

const { tarball, unpacked, installed } = packAndInstall();
let failed = false;
check("publint --strict", passes("publint", "run", "--strict", tarball));
check("attw --profile esm-only", passes("attw", "--profile", "esm-only", tarball));

const files = filesBelow(unpacked);
const strangers = files
  .map((path) => relative(unpacked, path).split(sep).join("/"))
  .filter((path) => !/^(dist\/.*|package\.json|README\.md|LICENSE|CHANGELOG\.md)$/.test(path));
check(`only what runs is packed ${strangers.join(", ")}`, strangers.length === 0);

// A PEM header alone may stand in code that reads PEM; with a body it is a key.
const pemKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----(\s|\\r|\\n)*[A-Za-z0-9+/]{40}/;
const puttyKey = /Private-Lines: \d+(\s|\\r|\\n)*[A-Za-z0-9+/]{40}/;
// The middle of every example, in whatever container.
const examples = filesBelow(join(repository, "keys-example"))
  .filter((path) => path.includes(`${sep}keys${sep}`))
  .map((path) => readFileSync(path))
  .filter((bytes) => bytes.length >= 128)
  .map((bytes) => bytes.subarray(bytes.length / 2, bytes.length / 2 + 48));
check("there are example keys to look for", examples.length > 0);
const withKey = files.filter((path) => {
  const bytes = readFileSync(path);
  const text = bytes.toString("latin1");
  return pemKey.test(text) || puttyKey.test(text) || examples.some((middle) => bytes.includes(middle));
});
check(`no private key is packed ${withKey.join(", ")}`, withKey.length === 0);

const { scripts } = readJson(join(unpacked, "package.json"), { scripts: {} });
const atInstall = ["preinstall", "install", "postinstall", "prepare"].filter((name) => name in scripts);
check(`installing runs no script ${atInstall.join(", ")}`, atInstall.length === 0);

const lock = readJson(join(installed, "node_modules", ".package-lock.json"), { packages: {} });
const packages = Object.keys(lock.packages).length;
check(`${packages} packages are installed, at most ${mostPackages}`, packages <= mostPackages);

const alone = megabytes(unpacked);
check(`${alone} MB unpacked, at most ${mostMegabytes}`, alone <= mostMegabytes);
const tree = megabytes(join(installed, "node_modules"));
check(`${tree} MB installed, at most ${mostMegabytes}`, tree <= mostMegabytes);

process.exitCode = failed ? 1 : 0;

/** @param {string} sentence @param {boolean} holds */
function check(sentence, holds) {
  console.log(`${holds ? "ok    " : "FAILED"} ${sentence}`);
  if (!holds) failed = true;
}

/** @param {readonly string[]} command one of the project's tools and its arguments */
function passes(...command) {
  try {
    run("npx", ["--no", "--", ...command], { cwd: repository });
    return true;
  } catch {
    return false;
  }
}

/** @param {string} folder */
function megabytes(folder) {
  const bytes = filesBelow(folder).reduce((sum, path) => sum + statSync(path).size, 0);
  return Number((bytes / 1024 / 1024).toFixed(1));
}
