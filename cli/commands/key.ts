import type { Command } from "commander";
import { BadKeyError, UsageError } from "../../lib/errors.ts";
import { inspectKey, type KeyInspection } from "../../lib/keys/inspect.ts";
import type { KeyLimits } from "../../lib/keys/limits.ts";
import type { CommandModule, Run } from "../command-module.ts";
import { exitCodes } from "../exit-codes.ts";
import { readKeyFile, type KeyFile } from "../key-file.ts";
import { addOpeningOptions, openingOptionsOf } from "../key-options.ts";
import { keyTooLarge } from "../key-sources.ts";
import { jsonText } from "../output/json.ts";
import { factLine } from "../output/text.ts";
import { passphrasesFrom, type Passphrases } from "../passphrase.ts";

/** `winpw key inspect FILE...`: what a key file is, never its private parts. */
export const keyCommand: CommandModule = {
  examples: ["key inspect ops.ppk", "key inspect --json keys/*"],
  register: (command) => {
    command
      .argument("<inspect>", "the only thing to do with a key so far")
      .argument("<FILE...>", "key files; - is standard input");
    command.usage("inspect FILE... [options]");
    addOpeningOptions(command);
  },
  run: async (command, run) => key(command, run),
};

const standardInputName = "the key file";

async function key(command: Command, run: Run): Promise<number> {
  const [act, ...files] = command.args;
  if (act !== "inspect") throw new UsageError("unknown command; see winpw key --help");
  const { deps, globals } = run;
  const options = openingOptionsOf(command, deps);
  for (const file of files) if (file === "-") deps.stdin.claim(standardInputName);
  const passphrases = passphrasesFrom(options, run);
  let code: number = exitCodes.OK;
  for (const file of files) {
    const inspected = await inspectFile(file, options.limits, passphrases, run);
    if (inspected.inspection.usable === false) code = exitCodes.BAD_KEY;
    await deps.stdout.write(globals.json || files.length > 1 ? asJson(inspected) : asText(inspected), run);
  }
  return code;
}

interface InspectedFile {
  readonly file: string;
  readonly mode: number | null;
  readonly inspection: KeyInspection;
}

async function inspectFile(
  file: string,
  limits: KeyLimits,
  passphrases: Passphrases,
  run: Run,
): Promise<InspectedFile> {
  let read: KeyFile;
  try {
    read = await readFile(file, limits.maxFileBytes, run);
  } catch (error) {
    if (error instanceof BadKeyError) return { file, mode: null, inspection: unreadable(error) };
    throw error;
  }
  const { content, mode } = read;
  let inspection = await inspectKey(content, { limits });
  // A passphrase that was given is used; nobody is asked for one, since most of the answer needs none.
  if (inspection.encrypted === true && inspection.usable !== false && passphrases.given !== undefined) {
    const passphrase = await passphrases.ask(file);
    inspection = await inspectKey(content, { limits, passphrase });
    passphrase.fill(0);
  }
  content.fill(0);
  return { file, mode, inspection };
}

async function readFile(file: string, limit: number, { deps }: Run): Promise<KeyFile> {
  if (file !== "-") return readKeyFile(file, limit);
  return { content: await deps.stdin.read(standardInputName, limit, keyTooLarge), mode: null };
}

/** A file that cannot be read is an answer too: the others are still looked at. */
function unreadable({ message, reason }: BadKeyError): KeyInspection {
  const nothing = { container: null, bits: null, encrypted: null, protection: null, fingerprints: null };
  return { ...nothing, usable: false, because: message, reason };
}

function asJson({ file, mode, inspection }: InspectedFile): string {
  const { container, bits, encrypted, protection, fingerprints, usable, because, reason } = inspection;
  const { md5 = null, sha256 = null } = fingerprints ?? {};
  const permissions = mode === null ? null : mode.toString(8).padStart(4, "0");
  const facts = {
    container,
    bits,
    encrypted,
    cipher: protection?.cipher ?? null,
    kdf: protection?.kdf ?? null,
  };
  const cost = protection?.cost ?? null;
  return `${jsonText({ schema: "winpw-key/1", file, ...facts, cost, sha256, md5, permissions, usable, because, reason })}\n`;
}

function asText({ file, mode, inspection }: InspectedFile): string {
  const { container, bits, encrypted, protection, fingerprints, usable, because } = inspection;
  const lines = [factLine("file", file)];
  if (container !== null) lines.push(factLine("container", container));
  if (bits !== null) lines.push(factLine("bits", String(bits)));
  if (encrypted !== null) lines.push(factLine("encrypted", protectionText(encrypted, protection)));
  if (fingerprints !== null)
    lines.push(factLine("SHA256", fingerprints.sha256), factLine("MD5", fingerprints.md5));
  if (mode !== null) lines.push(factLine("mode", modeText(mode)));
  const verdict = usable === null ? "cannot be told" : usable ? "yes" : "no";
  return [...lines, factLine("usable", `${verdict}: ${because}`)].join("");
}

function protectionText(encrypted: boolean, protection: KeyInspection["protection"]): string {
  if (protection === null) return encrypted ? "yes" : "no";
  return `${encrypted ? "yes" : "no, but its passphrase is empty"}: ${protection.cipher}, ${protection.kdf}, ${protection.cost}`;
}

function modeText(mode: number): string {
  const shown = mode.toString(8).padStart(4, "0");
  return (mode & 0o077) === 0 ? shown : `${shown}, others on this machine can read it`;
}
