import { accessSync, constants } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import type { TestContext } from "vitest";

/** The outside program's path, or undefined where it is not installed. */
export function findTool(name: string): string | undefined {
  const endings = process.platform === "win32" ? [".exe", ".cmd", ".bat"] : [""];
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders
    .flatMap((folder) => endings.map((ending) => join(folder, name + ending)))
    .find((path) => isExecutable(path));
}

/**
 * The path of an outside program that a test cannot do without; skips the test, naming the program, where it is
 * not installed. Under `CI_STRICT_TOOLS` the test fails instead: there, an unnoticed skip would be a lost check.
 */
export function toolOrSkip(name: string, test: TestContext): string {
  const path = findTool(name);
  return path ?? skipWithout(name, test);
}

/** Skips a test for want of something outside, naming it; under `CI_STRICT_TOOLS` the test fails instead. */
export function skipWithout(name: string, test: TestContext): never {
  failIfStrict(name);
  return test.skip(`${name} is not installed`);
}

/**
 * The same for a whole group: `describe.skipIf(lacksTool("puttygen"))("puttygen: …", …)`. Name the program in
 * the title, since vitest prints no other reason. Under `CI_STRICT_TOOLS` it throws, and so fails the file.
 */
export function lacksTool(name: string): boolean {
  if (findTool(name) !== undefined) return false;
  failIfStrict(name);
  return true;
}

/** The same for a package that some checks compare with: what it exports, or undefined where it is not installed. */
export function loadPackage(specifier: string): unknown {
  const load = createRequire(import.meta.url);
  try {
    load.resolve(specifier);
  } catch {
    failIfStrict(specifier);
    return undefined;
  }
  return load(specifier);
}

function failIfStrict(name: string): void {
  if ((process.env["CI_STRICT_TOOLS"] ?? "") !== "") {
    throw new Error(`${name} is not installed, and CI_STRICT_TOOLS makes a skip a failure`);
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
