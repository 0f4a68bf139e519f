import { closeSync, openSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { decodeCiphertext } from "../../lib/crypto/decrypt-password.ts";
import { decodeTextFile, EncodingError } from "../../lib/encoding.ts";
import { SuspectError, UsageError } from "../../lib/errors.ts";
import { readCiphertexts, type CiphertextInput } from "../../lib/workflow/bundle.ts";
import { ciphertextFacts } from "../../lib/workflow/deliver.ts";
import { openWithKeys } from "../../lib/workflow/open.ts";
import type { CommandModule, Run } from "../command-module.ts";
import {
  addDeliveryOptions,
  planDelivery,
  safeFileName,
  type DeliveryOptions,
  type DeliveryPlan,
} from "../delivery.ts";
import { systemCode } from "../io.ts";
import { addKeyOptions, keyOptionsOf } from "../key-options.ts";
import { gatherKeys, type NamedKey } from "../key-ring.ts";
import { emptyHead, noServer, type AnswerHead } from "../output/json.ts";
import type { Report } from "../report.ts";
import { runTargets, type Progress } from "../run-targets.ts";
import { readToEnd } from "../standard-input.ts";

interface DecryptOptions extends DeliveryOptions {
  readonly blob?: string;
}

const inputLimit = 16 * 1024 * 1024; // bytes; a bundle of a big key has some 3 KiB

/** `winpw decrypt [FILE|-]`: offline, without network or credentials. */
export const decryptCommand: CommandModule = {
  examples: [
    "decrypt web-1.bundle --key ops.pem",
    "decrypt --key ops.ppk --passphrase-file pass < answer.json",
  ],
  register: (command) => {
    command.argument("[FILE]", "base64, JSON that holds it, or bundles; - is standard input");
    command.option("--blob <text>", "the ciphertext itself instead of a file; it is not a secret");
    addKeyOptions(command);
    addDeliveryOptions(command);
  },
  run: async (command, run) => decrypt(command, command.opts<DecryptOptions>(), run),
};

async function decrypt(command: Command, options: DecryptOptions, run: Run): Promise<number> {
  const [file] = command.args;
  const keyOptions = keyOptionsOf(command, run.deps);
  const inputs = readCiphertexts(await readInput(file, options.blob, run));
  const plan = planDelivery(options, inputs.length === 1 ? "single" : "several", false, run);
  const keys = await gatherKeys(keyOptions, run);
  return runTargets(inputs, plan.answer, run, headOf, async (input, progress) =>
    open(input, keys, options, plan, progress, run.report),
  );
}

function headOf({ server }: CiphertextInput): AnswerHead {
  return { ...emptyHead, action: "decrypt", server: server ?? noServer };
}

async function open(
  input: CiphertextInput,
  keys: readonly NamedKey[],
  options: DecryptOptions,
  plan: DeliveryPlan,
  progress: Progress,
  report: Report,
): Promise<void> {
  const ciphertext = decodeCiphertext(input.ciphertext);
  progress.head = { ...progress.head, ciphertext: ciphertextFacts(ciphertext) };
  const opened = await openWithKeys(
    ciphertext,
    keys.map(({ key }) => key),
    {
      allowUnprintable: options.allowUnprintable === true,
      serverFingerprint: async () => input.keyPair?.fingerprint ?? undefined,
    },
  );
  const { suspicious } = opened;
  const source = keys[opened.index]?.source ?? "";
  progress.head = { ...progress.head, key: { source, facts: opened.key }, suspicious };
  try {
    const { id, name } = progress.head.server;
    const fileName = (): string => safeFileName(name ?? id ?? progress.head.ciphertext?.sha256 ?? "");
    const delivered = await plan.deliver(opened.secret, progress.head, progress.answer, fileName);
    progress.tail = { ...progress.tail, delivered, verdict: "ready" };
    if (suspicious !== null) await report.warning(`the password looks odd: ${suspicious}`);
    if (plan.bare && keys.length > 1) await report.notice(`opened by ${source}`);
    if (options.dryRun === true) await report.notice(`dry run: the password would go to ${plan.place}`);
  } finally {
    opened.secret.wipe();
  }
}

async function readInput(file: string | undefined, blob: string | undefined, { deps }: Run): Promise<string> {
  if (blob !== undefined) {
    if (file !== undefined) throw new UsageError("give the ciphertext either as a file or with --blob");
    return blob;
  }
  if (file === undefined && deps.stdin.kind === "terminal") {
    throw new UsageError("no ciphertext is given: name a file, or use --blob, or pipe it in");
  }
  const bytes =
    file === undefined || file === "-"
      ? await deps.stdin.read("the ciphertext", inputLimit)
      : await readFile(resolve(deps.cwd, file));
  try {
    return decodeTextFile(bytes);
  } catch (error) {
    if (error instanceof EncodingError) throw new SuspectError(`the input is not text: ${error.message}`);
    throw error;
  }
}

async function readFile(path: string): Promise<Uint8Array> {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (error) {
    throw new UsageError(`the ciphertext file cannot be opened (${systemCode(error)})`);
  }
  try {
    return await readToEnd(fd, "the ciphertext file", inputLimit);
  } finally {
    closeSync(fd);
  }
}
