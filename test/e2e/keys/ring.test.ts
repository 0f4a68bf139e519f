import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { keyPem, vectors } from "../../crypto/test-vectors.ts";
import { exampleFile } from "../../keys/examples.ts";
import { lacksTool, toolOrSkip } from "../../tools.ts";
import { expectFailure, jsonAnswer, linesOf } from "../answers.ts";
import {
  exampleCiphertext,
  exampleKey,
  examplePassphrase,
  operatorKey,
  placeKey,
  publicLine,
  strangerKey,
  workFolder,
} from "../key-files.ts";
import { runOnTerminal, runProgram, type RunResult, type TerminalStep } from "../program.ts";
import { serverId } from "../windows-cloud.ts";
import { bundleFor, cloudOf, expectPassword, placeFile, shownPublicLine } from "./key-material.ts";

const blob = exampleCiphertext();
const question = "Passphrase for ";

/** `--key` for each of these files. */
function ring(...paths: readonly string[]): string[] {
  return paths.flatMap((path) => ["--key", path]);
}

function place(folder: string, ...names: readonly string[]): string[] {
  return names.map((name) => placeKey(folder, exampleKey(name)));
}

describe("several keys", () => {
  it("the one that opens is named: in a notice, and as key.source", async () => {
    const paths = place(workFolder(), "pkcs1.pem", "openssh", "pkcs8.pem", "putty-v3.ppk");
    const run = await runProgram(["decrypt", "--blob", blob, ...ring(...paths)]);
    expectPassword(run, operatorKey.password, /^winpw: opened by .*pkcs8\.pem$/);
    const json = jsonAnswer(await runProgram(["decrypt", "--blob", blob, "--json", ...ring(...paths)]));
    expect(json.key).toEqual({
      source: paths[2],
      container: operatorKey.container,
      bits: operatorKey.bits,
      sha256: operatorKey.sha256,
      md5: operatorKey.md5,
    });
  });

  it("of one key, no notice is needed", async () => {
    const [path = ""] = place(workFolder(), "pkcs8.pem");
    expectPassword(await runProgram(["decrypt", "--blob", blob, "--key", path]), operatorKey.password);
  });

  it.each([1024, 3072, 4096])("by the ciphertext's length: of %i bits", async (bits) => {
    const folder = workFolder();
    const paths = [1024, 2048, 3072, 4096].map((size) => placeFile(folder, `rsa-${size}`, keyPem(size)));
    const vector = vectors.find((one) => one.bits === bits && isWord(one.message));
    const message = Buffer.from(vector?.message ?? "", "base64").toString();
    const args = ["decrypt", "--blob", vector?.ciphertext ?? "", ...ring(...paths), "--json"];
    expect(jsonAnswer(await runProgram(args))).toMatchObject({
      password: message,
      key: { source: join(folder, `rsa-${bits}`), bits },
    });
  });

  it("none opens: exit 6 with every fingerprint", async () => {
    const paths = place(workFolder(), "pkcs1.pem", "openssh");
    const run = await runProgram(["decrypt", "--blob", blob, ...ring(...paths)]);
    expectFailure(run, "ERR_WRONG_KEY", /none of the 2 keys/);
    expect(run.stderr).toContain(strangerKey.sha256);
    expect(run.stderr).toContain(exampleKey("openssh").sha256);
  });

  it("none has the length: exit 6", async () => {
    const folder = workFolder();
    const paths = [1024, 4096].map((size) => placeFile(folder, `rsa-${size}`, keyPem(size)));
    const run = await runProgram(["decrypt", "--blob", blob, ...ring(...paths)]);
    expectFailure(run, "ERR_WRONG_KEY", /none of the 2 keys/);
  });

  it("one that is named but cannot be read is exit 7, whatever the others could", async () => {
    const [path = ""] = place(workFolder(), "pkcs8.pem");
    const run = await runProgram(["decrypt", "--blob", blob, ...ring(path, "/nonexistent/key")]);
    expectFailure(run, "ERR_BAD_KEY", /nonexistent.*ENOENT/);
  });

  it("a locked key beside the one that opens needs no passphrase and no terminal", async () => {
    const paths = place(workFolder(), "pkcs8-scrypt-aes256.pem", "openssh-aes256-gcm", "pkcs8.pem");
    const run = await runProgram(["decrypt", "--blob", blob, ...ring(...paths), "--no-input"]);
    expectPassword(run, operatorKey.password, /opened by .*pkcs8\.pem$/);
  });

  it("a locked key that is the one to try, without terminal: exit 2", async () => {
    const paths = place(workFolder(), "pkcs1.pem", "pkcs8-scrypt-aes256.pem");
    const run = await runProgram(["decrypt", "--blob", blob, ...ring(...paths)]);
    expectFailure(run, "ERR_USAGE", /scrypt-aes256\.pem.*passphrase/);
  });

  it("a locked key of another length is not unlocked", async () => {
    const paths = place(workFolder(), "openssh-aes128-ctr", "putty-v2-aes256.ppk");
    const vector = vectors.find((one) => one.bits === 4096);
    const run = await runProgram(["decrypt", "--blob", vector?.ciphertext ?? "", ...ring(...paths)]);
    expectFailure(run, "ERR_WRONG_KEY", /none of the 2 keys/);
  });

  it("a passphrase command runs once for the whole ring, and not at all where nothing is locked", async () => {
    const folder = workFolder();
    const log = join(folder, "calls");
    const command = `echo called >> ${log}; echo ${examplePassphrase}`;
    const locked = place(folder, "pkcs8-pbe-md5-des.pem", "ssh-com-des3", "pkcs12-aes256.p12", "pvk-rc4.pvk");
    const wanted = exampleKey("pvk-rc4.pvk");
    const args = ["decrypt", "--blob", exampleCiphertext(wanted), "--passphrase-cmd", command];
    const run = await runProgram([...args, ...ring(...locked)]);
    expectPassword(run, wanted.password, /opened by .*pvk-rc4\.pvk$/);
    expect(execFileSync("cat", [log]).toString()).toBe("called\n");
    const open = place(folder, "pkcs8.pem", "openssh");
    const openArgs = ["decrypt", "--blob", blob, "--passphrase-cmd", `touch ${log}-2`];
    expect((await runProgram([...openArgs, ...ring(...open)])).code).toBe(0);
    expect(() => execFileSync("cat", [`${log}-2`], { stdio: "ignore" })).toThrow();
  });
});

function isWord(message: string): boolean {
  return /^[\x21-\x7e]+$/.test(Buffer.from(message, "base64").toString("latin1"));
}

describe("--key-dir", () => {
  /** A folder as people have it: `~/.ssh` and what else is put there. */
  function untidyFolder(): string {
    const folder = workFolder();
    placeFile(folder, "known_hosts", "example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==\n");
    placeFile(folder, "config", "Host *\n  User someone\n");
    placeFile(folder, "id.pub", publicLine());
    placeFile(folder, "public", publicLine());
    placeFile(folder, "empty", "");
    placeFile(folder, "large", new Uint8Array(2 * 1024 * 1024));
    placeFile(folder, "two-keys", keyPem(2048) + keyPem(1024));
    placeFile(folder, "cut-short", exampleFile("keys/pkcs8.pem").subarray(0, 500));
    mkdirSync(join(folder, "sub"));
    placeKey(join(folder, "sub"), operatorKey);
    symlinkSync("loop", join(folder, "loop"));
    symlinkSync("nowhere", join(folder, "dangling"));
    execFileSync("mkfifo", [join(folder, "fifo")]);
    return folder;
  }

  it("finds the key among other files, and -v tells what was passed over", async () => {
    const folder = untidyFolder();
    place(folder, "pkcs1.pem", "pkcs8-scrypt-aes256.pem", "pkcs8.pem");
    const args = ["decrypt", "--blob", blob, "--key-dir", folder];
    expectPassword(await runProgram(args), operatorKey.password, /^winpw: opened by .*\/pkcs8\.pem$/);
    const verbose = await runProgram([...args, "-v"]);
    expect(verbose.code).toBe(0);
    for (const name of ["known_hosts", "config", "empty", "two-keys", "cut-short"]) {
      expect(verbose.stderr).toMatch(new RegExp(`^winpw: .*/${name} is passed over: `, "m"));
    }
    expect(jsonAnswer(await runProgram([...args, "--json"])).key.source).toBe(join(folder, "pkcs8.pem"));
  });

  it("a link to a key is a key", async () => {
    const folder = workFolder();
    symlinkSync(placeKey(workFolder()), join(folder, "link"));
    const run = await runProgram(["decrypt", "--blob", blob, "--key-dir", folder]);
    expectPassword(run, operatorKey.password);
  });

  it("goes with --key and with another --key-dir", async () => {
    const first = workFolder();
    const second = workFolder();
    place(first, "pkcs1.pem");
    place(second, "pkcs8.pem");
    const [other = ""] = place(workFolder(), "openssh");
    const args = ["decrypt", "--blob", blob, "--key-dir", first, "--key-dir", second, "--key", other];
    expectPassword(await runProgram(args), operatorKey.password, /opened by .*pkcs8\.pem$/);
  });

  it("without any key: exit 7", async () => {
    for (const folder of [workFolder(), untidyFolder()]) {
      const run = await runProgram(["decrypt", "--blob", blob, "--key-dir", folder]);
      expectFailure(run, "ERR_BAD_KEY", /no private key/);
    }
  });

  it("that is no folder: exit 7 naming it", async () => {
    const file = placeKey(workFolder());
    for (const [path, about] of [
      ["/nonexistent/keys", /\/nonexistent\/keys.*ENOENT/],
      [file, /ENOTDIR/],
    ] as const) {
      const run = await runProgram(["decrypt", "--blob", blob, "--key-dir", path]);
      expectFailure(run, "ERR_BAD_KEY", about);
    }
  });
});

describe.skipIf(lacksTool("script"))("script: who is asked for a passphrase, and when", () => {
  /** Runs with the screen and the count of questions. */
  async function onTerminal(
    args: readonly string[],
    answers: readonly (readonly [name: string, keys: string])[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly run: RunResult; readonly screen: string; readonly questions: number }> {
    const steps: TerminalStep[] = answers.map(([name, keys]) => ({ expect: `${name}: `, type: keys }));
    const run = await runOnTerminal(args, { steps, env, canaries: [examplePassphrase] });
    const screen = run.stdout.toString("utf8");
    return { run, screen, questions: screen.split(question).length - 1 };
  }
  const right = `${examplePassphrase}\r`;
  const shownLocked = ["openssh-aes128-ctr", "openssh-aes256-gcm", "putty-v2-aes256.ppk"];

  it("nobody, when an open key opens it", async () => {
    const paths = place(workFolder(), ...shownLocked, "pkcs8-scrypt-aes256.pem", "pkcs8.pem");
    const { run, screen, questions } = await onTerminal(["decrypt", "--blob", blob, ...ring(...paths)], []);
    expect(run.code, screen).toBe(0);
    expect(screen).toContain(operatorKey.password);
    expect(questions).toBe(0);
  });

  it.each(shownLocked)(
    "only for the key that the server's key pair names, from a bundle: %s",
    async (name) => {
      const folder = workFolder();
      const paths = place(folder, ...shownLocked, "pkcs1.pem");
      for (const fingerprint of [exampleKey(name).md5, exampleKey(name).sha256]) {
        writeFileSync(join(folder, "bundle"), bundleFor(name, fingerprint));
        const args = ["decrypt", join(folder, "bundle"), ...ring(...paths)];
        const { run, screen, questions } = await onTerminal(args, [[name, right]]);
        expect(run.code, screen).toBe(0);
        expect(screen).toContain(exampleKey(name).password);
        expect(screen).toMatch(new RegExp(`opened by .*${name}`));
        expect(questions).toBe(1);
      }
    },
  );

  it.each(["openssh-aes256-gcm", "putty-v2-aes256.ppk"])(
    "only for the key of the server's key pair, from the cloud: %s",
    async (name) => {
      const cloud = await cloudOf(shownPublicLine(name), exampleKey(name));
      const paths = place(workFolder(), ...shownLocked, "pkcs1.pem");
      const args = ["get", serverId(1), ...ring(...paths)];
      const { run, screen, questions } = await onTerminal(args, [[name, right]], cloud.env);
      expect(run.code, screen).toBe(0);
      expect(screen).toContain(exampleKey(name).password);
      expect(questions).toBe(1);
    },
  );

  it("each in turn, by name, where nothing is known of the server; the right one ends it", async () => {
    const names = ["pkcs8-pbe-md5-des.pem", "ssh-com-des3", "pkcs12-aes256.p12"];
    const paths = place(workFolder(), ...names);
    const args = ["decrypt", "--blob", exampleCiphertext(exampleKey("ssh-com-des3")), ...ring(...paths)];
    const answers = names.slice(0, 2).map((name) => [name, right] as const);
    const { run, screen, questions } = await onTerminal(args, answers);
    expect(run.code, screen).toBe(0);
    expect(questions).toBe(2);
  });

  it("three wrong tries leave the other keys of the ring", async () => {
    const [first = "", second = ""] = place(workFolder(), "pkcs8-pbe-md5-des.pem", "ssh-com-des3");
    const args = ["decrypt", "--blob", exampleCiphertext(exampleKey("ssh-com-des3")), ...ring(first, second)];
    const wrong = ["pkcs8-pbe-md5-des.pem", "nonsense\r"] as const;
    const { run, screen, questions } = await onTerminal(args, [wrong, wrong, wrong, ["ssh-com-des3", right]]);
    expect(run.code, screen).toBe(0);
    expect(questions).toBe(4);
  });

  it("before anything is sent, when there is only one key", async () => {
    const cloud = await cloudOf(publicLine(), operatorKey);
    const [path = ""] = place(workFolder(), "openssh-aes128-ctr");
    const { run, questions } = await onTerminal(
      ["get", serverId(1), "--key", path],
      [["openssh-aes128-ctr", "\u0003"]],
      cloud.env,
    );
    expect(run.code).toBe(130);
    expect(questions).toBe(1);
    expect(cloud.entries()).toEqual([]);
  });
});

describe("against the server's key pair", () => {
  it("get names the key that opened", async () => {
    const cloud = await cloudOf(publicLine(), operatorKey);
    const paths = place(workFolder(), "pkcs1.pem", "pkcs8.pem");
    const run = await runProgram(["get", serverId(1), ...ring(...paths), "--json"], { env: cloud.env });
    expect(jsonAnswer(run)).toMatchObject({
      password: operatorKey.password,
      key: { source: paths[1], md5: operatorKey.md5 },
    });
    const text = await runProgram(["get", serverId(1), ...ring(...paths)], { env: cloud.env });
    expectPassword(text, operatorKey.password, /opened by .*pkcs8\.pem$/);
  });

  it.each([1, 2])(
    "%i wrong key(s): exit 6 naming the fingerprints given and the one needed",
    async (count) => {
      const cloud = await cloudOf(publicLine(), operatorKey);
      const names = ["pkcs1.pem", "openssh"].slice(0, count);
      const paths = place(workFolder(), ...names);
      const run = await runProgram(["get", serverId(1), ...ring(...paths)], { env: cloud.env });
      expectFailure(run, "ERR_WRONG_KEY", /./);
      for (const name of names) expect(run.stderr).toContain(exampleKey(name).sha256);
      expect(run.stderr).toContain(operatorKey.md5);
      expect(linesOf(run)).toHaveLength(2);
    },
  );

  it("a key pair that cannot be looked up only costs the name of what is needed", async () => {
    const folder = workFolder();
    const [path = ""] = place(folder, "pkcs1.pem");
    writeFileSync(join(folder, "bundle"), bundleFor("pkcs8.pem", null));
    const run = await runProgram(["decrypt", join(folder, "bundle"), "--key", path]);
    expectFailure(run, "ERR_WRONG_KEY", /./);
    expect(run.stderr).toContain(strangerKey.sha256);
  });

  it("the right key and a ciphertext that does not open is damage: exit 15", async () => {
    const folder = workFolder();
    const paths = place(folder, "pkcs8.pem", "openssh");
    writeFileSync(join(folder, "bundle"), bundleFor("pkcs1.pem", operatorKey.md5));
    const run = await runProgram(["decrypt", join(folder, "bundle"), ...ring(...paths)]);
    expectFailure(run, "ERR_SUSPECT", /damaged/);
  });
});

describe.skipIf(lacksTool("ssh-keygen"))("ssh-keygen: a locked key of another length", () => {
  let small: string;
  beforeAll(() => {
    small = execFileSync("mktemp", ["-d"]).toString().trim();
    execFileSync("ssh-keygen", [
      "-q",
      "-t",
      "rsa",
      "-b",
      "1024",
      "-N",
      "fake-passphrase",
      "-f",
      `${small}/id`,
    ]);
    return () => execFileSync("rm", ["-r", small]);
  });

  it("is passed over without its passphrase", async (test) => {
    toolOrSkip("script", test);
    const [locked = ""] = place(workFolder(), "openssh-aes128-ctr");
    const wanted = exampleKey("openssh-aes128-ctr");
    const args = ["decrypt", "--blob", exampleCiphertext(wanted), ...ring(`${small}/id`, locked)];
    const run = await runOnTerminal(args, {
      steps: [{ expect: "openssh-aes128-ctr: ", type: `${examplePassphrase}\r` }],
    });
    const screen = run.stdout.toString("utf8");
    expect(run.code, screen).toBe(0);
    expect(screen.split(question)).toHaveLength(2);
  });
});
