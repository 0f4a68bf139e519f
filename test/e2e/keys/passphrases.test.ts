import { describe, expect, it } from "vitest";
import { vectors } from "../../crypto/test-vectors.ts";
import { corpus, corpusPassphrase } from "../../keys/corpus.ts";
import { lacksTool } from "../../tools.ts";
import { expectFailure } from "../answers.ts";
import { exampleCiphertext, exampleKey, examplePassphrase, placeKey, workFolder } from "../key-files.ts";
import { runOnTerminal, runProgram, runShell, type RunOptions, type RunResult } from "../program.ts";
import { expectPassword, placeFile } from "./key-material.ts";

const containers = [
  "pkcs1-proc-type-aes192.pem",
  "pkcs8-scrypt-aes256.pem",
  "openssh-chacha20-poly1305",
  "putty-v3-argon2id.ppk",
  "pkcs12-key-rc2-40.p12",
  "ssh-com-des3",
  "pvk-rc4-40.pvk",
];

describe.each(containers)("%s", (name) => {
  const key = exampleKey(name);
  const unlock = async (more: readonly string[], options: RunOptions = {}): Promise<RunResult> => {
    const args = ["decrypt", "--blob", exampleCiphertext(key), "--key", placeKey(workFolder(), key)];
    return runProgram([...args, ...more], { canaries: [examplePassphrase], ...options });
  };

  it("opens by file, command, environment and standard input; one line end is dropped", async () => {
    for (const end of ["", "\n", "\r\n"]) {
      const file = placeFile(workFolder(), "pass", `${examplePassphrase}${end}`);
      expectPassword(await unlock(["--passphrase-file", file]), key.password);
      expectPassword(await unlock(["--passphrase-cmd", `cat '${file}'`]), key.password);
    }
    expectPassword(await unlock(["--passphrase-fd", "0"], { stdin: examplePassphrase }), key.password);
    expectPassword(await unlock([], { env: { WINPW_PASSPHRASE: examplePassphrase } }), key.password);
  });
});

describe("a passphrase command", () => {
  const key = exampleKey("pkcs8-pbe-md5-des.pem");
  const by = async (command: string, options: RunOptions = {}): Promise<RunResult> => {
    const args = ["decrypt", "--blob", exampleCiphertext(key), "--key", placeKey(workFolder(), key)];
    return runProgram([...args, "--passphrase-cmd", command], options);
  };

  it.each([
    ["that fails", "exit 4", "ERR_USAGE", /passphrase command.*exit code 4/],
    ["that fails after an answer", `echo ${examplePassphrase}; exit 1`, "ERR_USAGE", /exit code 1/],
    ["that ends by a signal", "kill -9 $$", "ERR_USAGE", /passphrase command/],
    ["without end", "cat /dev/zero 2>/dev/null", "ERR_USAGE", /passphrase.*4096 bytes/],
    ["that says nothing", "true", "ERR_BAD_KEY", /passphrase/],
    ["that says two line ends", `echo ${examplePassphrase}; echo`, "ERR_BAD_KEY", /passphrase/],
  ] as const)("%s", async (_name, command, code, about) => {
    expectFailure(await by(command, { canaries: [examplePassphrase] }), code, about);
  });

  it("has its own words on stderr, ours say nothing of its answer", async () => {
    const run = await by("echo unlocking >&2; echo Canary-Wrong", { canaries: ["Canary-Wrong"] });
    expect(run.code).toBe(7);
    expect(run.stderr).toMatch(/^unlocking\nwinpw: error ERR_BAD_KEY/);
  });

  it.each([
    ["--passphrase-file", "--passphrase-fd"],
    ["--passphrase-file", "--passphrase-cmd"],
    ["--passphrase-fd", "--passphrase-cmd"],
  ])("%s and %s at once are exit 2", async (first, second) => {
    const args = ["decrypt", "--blob", exampleCiphertext(key), "--key", placeKey(workFolder(), key)];
    expectFailure(await runProgram([...args, first, "3", second, "3"]), "ERR_USAGE", /only one/);
  });

  it("is not run for a key that needs none, and that is said; -q says nothing", async () => {
    const open = exampleKey("openssh");
    const args = ["decrypt", "--blob", exampleCiphertext(open), "--key", placeKey(workFolder(), open)];
    for (const [option, value] of [
      ["--passphrase-cmd", "echo never-run >&2"],
      ["--passphrase-file", "/nonexistent/pass"],
      ["--passphrase-fd", "97"],
    ] as const) {
      const ignored = new RegExp(`^winpw: .*passphrase.*${option} is ignored$`);
      expectPassword(await runProgram([...args, option, value]), open.password, ignored);
      expectPassword(await runProgram([...args, option, value, "-q"]), open.password);
    }
  });

  it("a protected container whose passphrase is empty needs none", async () => {
    const empty = exampleKey("pkcs12-empty-passphrase.p12");
    const args = ["decrypt", "--blob", exampleCiphertext(empty), "--key", placeKey(workFolder(), empty)];
    expectPassword(await runProgram([...args, "--no-input"]), empty.password);
  });
});

const utf8Files = corpus().filter(({ recipe, bits }) => bits === 1024 && recipe.encrypted);
const vector = vectors.find(
  ({ bits, message }) =>
    bits === 1024 && /^[\x21-\x7e]+$/.test(Buffer.from(message, "base64").toString("latin1")),
);
const message = Buffer.from(vector?.message ?? "", "base64").toString();

describe("a passphrase beyond ASCII", () => {
  it("there are files to try it on", () => {
    expect(utf8Files.length).toBeGreaterThan(15);
    expect(message).not.toBe("");
  });

  it.each(utf8Files.map(({ recipe, path }) => [recipe.file, path] as const))(
    "opens %s by file and by environment",
    async (_name, path) => {
      const key = placeFile(workFolder(), "key", new Uint8Array());
      const args = ["decrypt", "--blob", vector?.ciphertext ?? "", "--key", key];
      const copy = await runShell(`cat '${path}' > '${key}'`);
      expect(copy.code).toBe(0);
      const options = { canaries: [corpusPassphrase] };
      const byFile = await runProgram([...args, "--passphrase-file", "-"], {
        ...options,
        stdin: corpusPassphrase,
      });
      expectPassword(byFile, message);
      const env = { WINPW_PASSPHRASE: corpusPassphrase };
      expectPassword(await runProgram(args, { ...options, env }), message);
    },
  );
});

describe.skipIf(lacksTool("script"))("script: the prompt", () => {
  async function atPrompt(
    name: string,
    answers: readonly string[],
  ): Promise<{ code: number | null; screen: string }> {
    const key = exampleKey(name);
    const args = ["decrypt", "--blob", exampleCiphertext(key), "--key", placeKey(workFolder(), key)];
    const run = await runOnTerminal(args, {
      steps: answers.map((typed) => ({ expect: `${name}: `, type: `${typed}\r` })),
      canaries: [examplePassphrase, "Canary-Typed"],
    });
    return { code: run.code, screen: run.stdout.toString("utf8") };
  }

  it.each(containers)("%s: the third of three tries may be right", async (name) => {
    const { code, screen } = await atPrompt(name, ["Canary-Typed-1", "", examplePassphrase]);
    expect(code, screen).toBe(0);
    expect(screen).toContain(exampleKey(name).password);
    expect(screen.match(/Passphrase for /g)).toHaveLength(3);
    expect(screen).toMatch(/2 more tries/);
    expect(screen).toMatch(/1 more try\b/);
  });

  it.each(containers)("%s: there is no fourth, exit 7", async (name) => {
    const { code, screen } = await atPrompt(name, ["Canary-Typed-1", "Canary-Typed-2", "Canary-Typed-3"]);
    expect(code, screen).toBe(7);
    expect(screen.match(/Passphrase for /g)).toHaveLength(3);
    expect(screen).toMatch(/winpw: error ERR_BAD_KEY: .*passphrase/);
  });

  it.each(utf8Files.slice(0, 4).map(({ recipe, path }) => [recipe.file, path] as const))(
    "takes letters beyond ASCII as typed, and Backspace takes one back: %s",
    async (_name, path) => {
      const folder = workFolder();
      await runShell(`cp '${path}' ${folder}/key && chmod 600 ${folder}/key`);
      const run = await runOnTerminal(
        ["decrypt", "--blob", vector?.ciphertext ?? "", "--key", `${folder}/key`],
        {
          steps: [{ expect: "/key: ", type: `${corpusPassphrase}ф\u007F\r` }],
          canaries: [corpusPassphrase],
        },
      );
      expect(run.code, run.stdout.toString("utf8")).toBe(0);
      expect(run.stdout.toString("utf8")).toContain(message);
    },
  );
});
