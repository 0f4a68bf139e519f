import { chmodSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { exampleFile, exampleKeys, type ExampleKey } from "../../keys/examples.ts";
import { expectFailure } from "../answers.ts";
import { exampleKey, examplePassphrase, placeKey, workFolder } from "../key-files.ts";
import { runProgram, runShell, type RunResult } from "../program.ts";
import { inspections } from "./inspections.ts";
import { lockedExamples, placeFile, privateNumbers, privateParts } from "./key-material.ts";

/** A container that shows its public half without the passphrase. */
function isOpen({ passphrase, container }: ExampleKey): boolean {
  return passphrase === null || /^(openssh|putty)/.test(container);
}

async function inspect(files: readonly string[], more: readonly string[] = []): Promise<RunResult> {
  return runProgram(["key", "inspect", ...files, ...more]);
}

const secrets = exampleKeys.flatMap(({ file, passphrase }) => privateParts(exampleFile(file), passphrase));

describe("key inspect of every example", () => {
  it("--json without the passphrases: as far as each container allows", async () => {
    const folder = workFolder();
    const paths = exampleKeys.map((key) => placeKey(folder, key));
    const run = await runProgram(["key", "inspect", ...paths, "--json", "--debug"], { canaries: secrets });
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(inspections(run)).toEqual(
      exampleKeys.map((key, index) => ({
        schema: "winpw-key/1",
        file: paths[index],
        container: key.container,
        bits: isOpen(key) ? key.bits : null,
        encrypted: key.passphrase !== null,
        cipher: protection(key),
        kdf: protection(key),
        cost: protection(key),
        sha256: isOpen(key) ? key.sha256 : null,
        md5: isOpen(key) ? key.md5 : null,
        permissions: "0600",
        usable: isOpen(key) ? true : null,
        because: expect.stringMatching(/./) as unknown,
        reason: null,
      })),
    );
  });

  it("with the passphrase: everything", async () => {
    const folder = workFolder();
    const paths = lockedExamples.map((key) => placeKey(folder, key));
    const run = await runProgram(["key", "inspect", ...paths], {
      env: { WINPW_PASSPHRASE: examplePassphrase },
      canaries: secrets,
    });
    expect(run).toMatchObject({ code: 0, stderr: "" });
    const expected = lockedExamples.map(({ container, bits, sha256, md5 }) => {
      return { container, bits, sha256, md5, usable: true, encrypted: true };
    });
    expect(inspections(run)).toMatchObject(expected);
  });

  it("with a wrong passphrase: exit 7, and what the containers show", async () => {
    const folder = workFolder();
    const paths = lockedExamples.map((key) => placeKey(folder, key));
    const run = await runProgram(["key", "inspect", ...paths], {
      env: { WINPW_PASSPHRASE: "Canary-Wrong-Passphrase" },
      canaries: [...secrets, "Canary-Wrong-Passphrase"],
    });
    expect(run).toMatchObject({ code: 7, signal: null, stderr: "" });
    const expected = lockedExamples.map((key) => ({
      container: key.container,
      md5: isOpen(key) ? key.md5 : null,
      usable: false,
      reason: "passphrase-wrong",
      because: expect.stringMatching(/passphrase/) as unknown,
    }));
    expect(inspections(run)).toMatchObject(expected);
  });

  it.each(exampleKeys)("text for $file: the same facts by line", async (key) => {
    const path = placeKey(workFolder(), key);
    const canaries = privateParts(exampleFile(key.file), key.passphrase);
    const run = await runProgram(["key", "inspect", path], { canaries });
    expect(run).toMatchObject({ code: 0, stderr: "" });
    const text = run.stdout.toString("utf8");
    expect(text).toContain(`container  ${key.container}\n`);
    expect(text).toMatch(key.passphrase === null ? /^encrypted {2}no(, but|$)/m : /^encrypted {2}yes: \S/m);
    expect(text).toMatch(/^mode {7}0600$/m);
    expect(text).toMatch(isOpen(key) ? /^usable {5}yes: \S/m : /^usable {5}cannot be told: .*passphrase/m);
    expect(text.includes(`SHA256     ${key.sha256}\n`)).toBe(isOpen(key));
    expect(text.includes(`MD5        ${key.md5}\n`)).toBe(isOpen(key));
    expect(text.includes(`bits       ${key.bits}\n`)).toBe(isOpen(key));
  });
});

function protection({ passphrase, file }: ExampleKey): unknown {
  // This one's passphrase is known to be empty: it is protected, but opens by itself.
  return passphrase === null && !file.includes("empty-passphrase") ? null : expect.stringMatching(/\S/);
}

describe("key inspect", () => {
  it("the canaries of this file are real: node:crypto knows the private numbers", () => {
    expect(privateNumbers(exampleFile("keys/pkcs8.pem"))).toHaveLength(24);
    expect(
      privateNumbers(exampleFile("keys/pkcs8-pbkdf2-sha256-aes256.pem"), examplePassphrase),
    ).toHaveLength(24);
  });

  it("several files are one JSON line each, in their order, with --json and without", async () => {
    const folder = workFolder();
    const names = ["pkcs8.pem", "openssh-aes256-gcm", "pkcs12-aes256.p12"];
    const paths = names.map((name) => placeKey(folder, exampleKey(name)));
    for (const more of [[], ["--json"]]) {
      const run = await inspect(paths, more);
      expect(run).toMatchObject({ code: 0, stderr: "" });
      expect(inspections(run).map(({ file }) => file)).toEqual(paths);
    }
  });

  it("one bad file among several: the others are told, and it is exit 7", async () => {
    const folder = workFolder();
    const good = placeKey(folder);
    const bad = placeFile(folder, "bad", "nothing of use");
    const run = await inspect([bad, `${folder}/missing`, good]);
    expect(run).toMatchObject({ code: 7, stderr: "" });
    expect(inspections(run).map(({ usable }) => usable)).toEqual([false, false, true]);
  });

  it.each([
    ["--passphrase-fd", ["--passphrase-fd", "3"]],
    ["--passphrase-cmd", ["--passphrase-cmd", 'cat "$PASS_FILE"']],
    ["--passphrase-file", ["--passphrase-file", "PASS_FILE"]],
    ["--passphrase-file -", ["--passphrase-file", "-"]],
  ])("%s is for all files of the call", async (_name, option) => {
    const folder = workFolder();
    const pass = placeFile(folder, "pass", `${examplePassphrase}\n`);
    const paths = ["pkcs8-pbe-md5-des.pem", "putty-v2-aes256.ppk", "pkcs8.pem", "ssh-com-des3"].map((name) =>
      placeKey(folder, exampleKey(name)),
    );
    const words = [...paths, ...option].map((word) => `'${word === "PASS_FILE" ? pass : word}'`).join(" ");
    const run = await runShell(`winpw key inspect ${words} 3< ${pass} < ${pass}`, {
      env: { PASS_FILE: pass },
    });
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(inspections(run).map(({ usable, bits }) => `${usable} ${bits}`)).toEqual(
      paths.map(() => "true 2048"),
    );
  });

  it("reads standard input and pipes", async () => {
    const content = exampleFile("keys/putty-v3.ppk");
    const run = await runProgram(["key", "inspect", "-", "--json"], { stdin: content });
    expect(inspections(run)).toMatchObject([{ file: "-", container: "putty-v3", permissions: null }]);
    const path = placeKey(workFolder());
    const piped = await runShell(`winpw key inspect <(cat ${path}) --json`);
    expect(piped.code).toBe(0);
    expect(inspections(piped)).toMatchObject([{ container: "pkcs8-pem", permissions: null, usable: true }]);
  });

  it("standard input is used once: exit 2", async () => {
    const stdin = exampleFile("keys/pkcs8-pbe-md5-des.pem");
    for (const args of [
      ["-", "-"],
      ["-", "--passphrase-file", "-"],
      ["-", "--passphrase-fd", "0"],
    ]) {
      const run = await runProgram(["key", "inspect", ...args], { stdin });
      expectFailure(run, "ERR_USAGE", /standard input/);
    }
  });

  it("permissions that others have are told, and do not make a key unusable", async () => {
    const path = placeKey(workFolder());
    chmodSync(path, 0o644);
    const run = await inspect([path]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout.toString("utf8")).toMatch(/^mode {7}0644, others/m);
    expect(inspections(await inspect([path], ["--json"]))).toMatchObject([{ permissions: "0644" }]);
  });

  it("never asks for a passphrase: without a terminal it still answers", async () => {
    const path = placeKey(workFolder(), exampleKey("pkcs8-scrypt-aes256.pem"));
    expect(await inspect([path], ["--no-input"])).toMatchObject({ code: 0, stderr: "" });
  });

  it.each([
    ["a passphrase file that is missing", ["--passphrase-file", "/nonexistent/pass"], /ENOENT/],
    ["a passphrase command that fails", ["--passphrase-cmd", "exit 4"], /exit code 4/],
    ["two ways", ["--passphrase-cmd", "true", "--passphrase-fd", "3"], /only one/],
  ])("%s is exit 2", async (_name, option, about) => {
    const path = placeKey(workFolder(), exampleKey("pkcs8-scrypt-aes256.pem"));
    expectFailure(await inspect([path], option), "ERR_USAGE", about);
  });

  it("a file name that would steer a terminal is shown escaped", async () => {
    const folder = workFolder();
    const path = placeFile(folder, "k\u001B[31m\u009B31m\u202Ey", exampleFile("keys/pkcs8.pem"));
    for (const more of [[], ["--json"]]) {
      const run = await inspect([path], more);
      expect(run.code).toBe(0);
      const shown = run.stdout.toString("utf8").replaceAll("\n", "");
      expect(shown).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      if (more.length > 0) expect(inspections(run)[0]?.file).toBe(path);
    }
  });

  it.each([[[]], [["inspect"]], [["frobnicate", "x"]], [["inspect", "--frobnicate", "x"]]])(
    "key %j is exit 2",
    async (words) => {
      expectFailure(await runProgram(["key", ...words]), "ERR_USAGE", /./);
    },
  );
});
