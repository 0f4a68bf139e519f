import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { expectFailure } from "./answers.ts";
import { runProgram } from "./program.ts";

const commands = ["get", "decrypt", "clear", "emulator", "demo"];
const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

describe("help", () => {
  it.each([[["--help"]], [["-h"]], [["help"]]])("%j is the overview on stdout", async (args) => {
    const run = await runProgram(args);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    const text = run.stdout.toString("utf8");
    for (const command of commands) expect(text).toMatch(new RegExp(`^\\s+${command}\\s`, "m"));
  });

  it("no arguments at all is a usage error that shows the overview on stderr", async () => {
    const run = await runProgram([]);
    expect(run.code).toBe(2);
    expect(run.stdout.toString("utf8")).toBe("");
    expect(run.stderr).toBe((await runProgram(["--help"])).stdout.toString("utf8"));
  });

  it.each(commands)("help %s, %s --help and %s -h are the same", async (command) => {
    const texts = [];
    for (const args of [
      ["help", command],
      [command, "--help"],
      [command, "-h"],
      [command, "--help", "--json", "x"],
    ]) {
      const run = await runProgram(args);
      expect(run).toMatchObject({ code: 0, stderr: "" });
      texts.push(run.stdout.toString("utf8"));
    }
    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).toMatch(new RegExp(`^Usage: winpw ${command} `));
    expect(texts[0]).toContain("--json");
    expect(texts[0]).toContain("--timeout <duration>");
  });

  it("offers no option whose value would be a secret, and none with an optional value", async () => {
    for (const command of commands) {
      const text = (await runProgram([command, "--help"])).stdout.toString("utf8");
      expect(text).not.toMatch(/--(token|sk|password|passphrase|secret)[ ,=]/);
      expect(text).not.toMatch(/--[\w-]+ \[/);
      expect(text).not.toContain("\u001B");
    }
  });

  it("of get names what the contract names", async () => {
    const text = (await runProgram(["get", "--help"])).stdout.toString("utf8");
    for (const option of [
      "--key",
      "--clear",
      "--wait",
      "--wait-timeout",
      "--keep-bundle",
      "--out",
      "--out-dir",
      "--force",
      "--newline",
      "--reveal",
      "--allow-unprintable",
      "--dry-run",
      "--passphrase-file",
      "--passphrase-fd",
      "--strict-permissions",
      "--api",
      "--region",
      "--project-id",
      "--project",
      "--endpoint",
      "--endpoint-bms",
      "--endpoint-ecs",
      "--endpoint-iam",
      "--token-file",
      "--no-input",
      "--yes",
      "--quiet",
      "--verbose",
      "--debug",
    ])
      expect(text, option).toMatch(new RegExp(`${option}[ ,\\n]`));
  });

  it("for an unknown command is exit 2", async () => {
    expectFailure(await runProgram(["help", "frobnicate"]), "ERR_USAGE", /unknown command/);
  });

  it.each([["--version"], ["-V"]])("%s is the package's version", async (flag) => {
    const run = await runProgram([flag]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout.toString("utf8")).toBe(`${version}\n`);
  });
});
