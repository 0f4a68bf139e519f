import { describe, expect, it } from "vitest";
import { exampleFile, exampleKeys } from "../../keys/examples.ts";
import { expectFailure, jsonAnswer, linesOf } from "../answers.ts";
import { exampleCiphertext, placeKey, workFolder } from "../key-files.ts";
import { runProgram } from "../program.ts";
import { expectPassword, lockedExamples, privateParts } from "./key-material.ts";

describe.each(exampleKeys)("$file", (key) => {
  const args = ["decrypt", "--blob", exampleCiphertext(key), "--key"];
  const env: Record<string, string> = key.passphrase === null ? {} : { WINPW_PASSPHRASE: key.passphrase };
  const canaries = privateParts(exampleFile(key.file), key.passphrase);

  it("opens its ciphertext, and nothing else is said", async () => {
    const path = placeKey(workFolder(), key);
    expectPassword(await runProgram([...args, path], { env, canaries }), key.password);
  });

  it("is named and described under --json, and --debug shows nothing private", async () => {
    const path = placeKey(workFolder(), key);
    const run = await runProgram([...args, path, "--json", "--debug", "-v"], {
      env,
      canaries,
      stdoutOnly: [key.password],
    });
    const { container, bits, md5, sha256 } = key;
    expect(jsonAnswer(run)).toMatchObject({
      ok: true,
      password: key.password,
      key: { source: path, container, bits, md5, sha256 },
    });
  });
});

const wrongOnes: readonly (readonly [string, string])[] = [
  ["another word", "Canary-Wrong-Passphrase"],
  // OpenSSL's own limit is 1024 bytes; longer ones must not count as none.
  ["1100 bytes", "Canary-Long-".repeat(92)],
  ["nothing", ""],
  ["the right one and a space", "example-passphrase-not-secret "],
  ["letters beyond ASCII", "Canary-fälsch-фраза-🔑"],
];
const slow = (process.env["SLOW"] ?? "") !== "";

describe.each(lockedExamples)("$file with a wrong passphrase", (key) => {
  it.each(slow ? wrongOnes : wrongOnes.slice(0, 2))(
    "%s: exit 7, its cause named, and nothing that a library printed",
    async (_name, wrong) => {
      const path = placeKey(workFolder(), key);
      const args = ["decrypt", "--blob", exampleCiphertext(key), "--key", path, "--passphrase-file", "-"];
      const canaries = [
        ...privateParts(exampleFile(key.file), key.passphrase),
        ...(wrong === "" ? [] : [wrong]),
      ];
      const run = await runProgram(args, { stdin: wrong, canaries });
      expect(run.signal).toBeNull();
      expectFailure(run, "ERR_BAD_KEY", /passphrase/);
      expect(run.stderr).toContain(path);
      expectOneErrorAndOneHint(run);
    },
  );

  it("stays a wrong passphrase to the end under --debug and --json", async () => {
    const path = placeKey(workFolder(), key);
    const args = ["decrypt", "--blob", exampleCiphertext(key), "--key", path, "--debug", "--json"];
    const canaries = [...privateParts(exampleFile(key.file)), "Canary-Wrong-Passphrase", key.password];
    const run = await runProgram(args, { env: { WINPW_PASSPHRASE: "Canary-Wrong-Passphrase" }, canaries });
    expectFailure(run, "ERR_BAD_KEY", /passphrase/, "any");
    expect(jsonAnswer(run).error).toMatchObject({ code: "ERR_BAD_KEY", exit: 7 });
    for (const line of linesOf(run)) expect(line).toMatch(/^winpw: (error ERR_BAD_KEY|hint|debug): /);
  });
});

describe.each(lockedExamples)("$file without passphrase and without terminal", (key) => {
  it("exit 2 naming the passphrase and the ways to give it", async () => {
    const path = placeKey(workFolder(), key);
    const run = await runProgram(["decrypt", "--blob", exampleCiphertext(key), "--key", path]);
    expectFailure(run, "ERR_USAGE", /passphrase/);
    expectOneErrorAndOneHint(run);
    for (const way of ["--passphrase-file", "--passphrase-fd", "--passphrase-cmd", "WINPW_PASSPHRASE"]) {
      expect(run.stderr).toContain(way);
    }
  });
});

function expectOneErrorAndOneHint(run: { readonly stderr: string }): void {
  const lines = run.stderr.split("\n").filter((line) => line !== "");
  expect(lines.length).toBeLessThanOrEqual(2);
  expect(lines[0]).toMatch(/^winpw: error /);
  for (const line of lines.slice(1)) expect(line).toMatch(/^winpw: hint: /);
}
