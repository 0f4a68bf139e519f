import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { breaches } from "./architecture/rules.ts";
import { parseSource } from "./architecture/source.ts";

const repository = fileURLToPath(new URL("..", import.meta.url));

function sourceFiles(folder: string): string[] {
  return readdirSync(join(repository, folder), { recursive: true, encoding: "utf8" })
    .map((name) => `${folder}/${name.replaceAll(sep, "/")}`)
    .filter((path) => /\.[cm]?tsx?$/.test(path));
}

describe("the sources", () => {
  const paths = [...sourceFiles("lib"), ...sourceFiles("cli")];

  it("were all found", () => {
    expect(paths).toEqual(expect.arrayContaining(["lib/errors.ts", "lib/secret.ts", "lib/encoding.ts"]));
    expect(paths.filter((path) => path.startsWith("cli/"))).not.toEqual([]);
  });

  it("keep the rules of the house", () => {
    const sources = paths.map((path) => parseSource(path, readFileSync(join(repository, path), "utf8")));
    expect(breaches(sources)).toEqual([]);
  });
});

describe("the checker", () => {
  it.each([
    ["lib imports cli", "lib/http/a.ts", `import { x } from "../../cli/io.ts";`, /neither cli/],
    ["lib imports commander", "lib/http/a.ts", `import type { Command } from "commander";`, /neither cli/],
    ["lib imports node:fs", "lib/http/a.ts", `import * as fs from "node:fs";`, /neither cli/],
    [
      "lib imports fs lazily",
      "lib/http/a.ts",
      `export const x = await import("fs/promises");`,
      /neither cli/,
    ],
    ["lib imports node:tty", "lib/http/a.ts", `export { isatty } from "node:tty";`, /neither cli/],
    [
      "lib imports a type in place",
      "lib/http/a.ts",
      `export let x: import("node:process").X;`,
      /neither cli/,
    ],
    ["lib reads the environment", "lib/http/a.ts", `export const x = process.env.HOME;`, /no process/],
    ["lib hides its console", "lib/http/a.ts", `globalThis.console.log(1);`, /no process/],
    ["lib passes its process on", "lib/http/a.ts", `export const x = { process };`, /no process/],
    ["node:http in auth", "lib/auth/a.ts", `import http from "node:http";`, /emulator only/],
    ["node:http in cli", "cli/a.ts", `import http from "node:http";`, /emulator only/],
    ["keys import crypto", "lib/keys/a.ts", `import { x } from "../crypto/b.ts";`, /arrows/],
    ["crypto imports http", "lib/crypto/a.ts", `import { x } from "../http/b.ts";`, /arrows/],
    ["workflow imports auth", "lib/workflow/a.ts", `import type { X } from "../auth/b.ts";`, /arrows/],
    [
      "the emulator imports clients",
      "lib/emulator/a.ts",
      `import type { X } from "../clients/b.ts";`,
      /arrows/,
    ],
    [
      "an emulator route imports keys",
      "lib/emulator/routes/a.ts",
      `import { x } from "../../keys/b.ts";`,
      /arrows/,
    ],
    ["a leaf imports a leaf", "lib/secret.ts", `import { x } from "./encoding.ts";`, /arrows/],
    ["a leaf imports a room", "lib/secret.ts", `import { x } from "./http/a.ts";`, /arrows/],
    ["an unknown room imports", "lib/attic/a.ts", `import { x } from "../http/b.ts";`, /arrows/],
    ["the index is used inside", "cli/a.ts", `import { x } from "../lib/index.ts";`, /outsiders/],
    ["the package imports itself", "cli/a.ts", `import { x } from "winpw/emulator";`, /outsiders/],
    ["logic in the index", "lib/index.ts", `export const x = 1;`, /entry point/],
    ["a star in the index", "lib/index.ts", `export * from "./errors.ts";`, /entry point/],
    ["a default export", "cli/a.ts", `export default 1;`, /default exports/],
    ["a default export by name", "cli/a.ts", `const x = 1; export { x as default };`, /default exports/],
    ["reveal in a command", "cli/commands/a.ts", `secret.reveal();`, /revealed/],
    ["reveal in the workflow", "lib/workflow/a.ts", `use(() => result?.password.reveal());`, /revealed/],
    ["reveal passed on", "lib/workflow/a.ts", `use(secret["reveal"].bind(secret));`, /revealed/],
    ["bytes in the workflow", "lib/workflow/a.ts", `secret.bytes();`, /revealed/],
    ["sshpk elsewhere", "lib/keys/pem.ts", `import sshpk from "sshpk";`, /sshpk/],
    ["sshpk in cli", "cli/a.ts", `const x = await import("sshpk"); export { x };`, /sshpk/],
    ["process.stdout", "cli/main.ts", `process.stdout.write("x");`, /one writer/],
    ["a drawer", "lib/keys/utils.ts", `export const x = 1;`, /says nothing/],
    ["a drawer of files", "cli/shared/io.ts", `export const x = 1;`, /says nothing/],
  ])("sees that %s", (_breach, path, text, expected) => {
    expect(breaches([parseSource(path, text)]).join("\n")).toMatch(expected);
  });

  it("sees a cycle, also one through types and lazy imports", () => {
    const loop = [
      parseSource("cli/a.ts", `import type { X } from "./b.ts";`),
      parseSource("cli/b.ts", `export const x = async () => import("./commands/c.ts");`),
      parseSource("cli/commands/c.ts", `export { y } from "../a.ts";`),
    ];
    expect(breaches(loop)).toEqual(["import cycle: cli/a.ts → cli/b.ts → cli/commands/c.ts → cli/a.ts"]);
  });

  it.each([
    ["lib/workflow/a.ts", `import { x } from "../clients/b.ts"; import { y } from "../errors.ts"; x(y);`],
    ["lib/emulator/a.ts", `import { createServer } from "node:http"; createServer();`],
    ["lib/keys/openssh.ts", `import sshpk from "sshpk"; sshpk.parse(passphrase.reveal());`],
    ["lib/auth/a.ts", `const body = { password: secret.reveal() };`],
    ["lib/crypto/a.ts", `interface Process { process: number } export const f = (x: Process) => x.process;`],
    ["cli/sinks/stdout.ts", `import { Secret } from "../../lib/secret.ts"; write(1, secret.bytes());`],
    ["cli/commands/a.ts", `export const size = ciphertext.bytes; process.exitCode = 1;`],
    ["lib/keys/a.d.ts", `declare const binary: string; export default binary;`],
    ["cli/delivery.ts", `export const shown = (options: { reveal?: true }) => options.reveal === true;`],
    ["lib/index.ts", `export { Secret } from "./secret.ts"; export type { X } from "./keys/load.ts";`],
  ])("leaves %s alone", (path, text) => {
    expect(breaches([parseSource(path, text)])).toEqual([]);
  });

  it("lists every exported name, types too", () => {
    const text = `export { a, b as c } from "./x.ts"; export type { T } from "./y.ts"; export function f() {}
      export const g = 1, h = 2; export interface I { i: number }`;
    expect(parseSource("lib/a.ts", text).exports).toEqual(["a", "c", "T", "f", "g", "h", "I"]);
  });

  it("refuses a file that it cannot parse", () => {
    expect(() => parseSource("lib/a.ts", "export const = ;")).toThrow(SyntaxError);
  });
});
