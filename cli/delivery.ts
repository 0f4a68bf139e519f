import { resolve } from "node:path";
import type { Command } from "commander";
import { NotDeliveredError, SuspectError, UsageError } from "../lib/errors.ts";
import type { Secret } from "../lib/secret.ts";
import type { Delivery } from "../lib/workflow/deliver.ts";
import type { Run } from "./command-module.ts";
import type { AnswerHead } from "./output/json.ts";
import { openAnswer, type Answer, type AnswerForm } from "./sinks/answer.ts";
import { fileSink } from "./sinks/file.ts";
import type { Sink } from "./sinks/sink.ts";

/** Where passwords go. */
export interface DeliveryOptions {
  readonly out?: string;
  readonly outDir?: string;
  readonly force?: boolean;
  readonly newline?: boolean;
  readonly reveal?: boolean;
  readonly allowUnprintable?: boolean;
  readonly dryRun?: boolean;
}

/** Adds the options of {@link DeliveryOptions} to a command. */
export function addDeliveryOptions(command: Command): void {
  command
    .option("--out <file>", "write the password to a new file, mode 0600, synced and read back")
    .option("--out-dir <folder>", "write each password to a file of its own in this folder")
    .option("--force", "replace a file that has other content")
    .option("--newline", "end the password with a line feed")
    .option("--reveal", "with several targets: show passwords in the answer")
    .option("--allow-unprintable", "let control characters through, to a file or pipe only")
    .option("--dry-run", "read and decrypt, but write the password nowhere and change nothing");
}

/** How the passwords of one command line are handed over. */
export interface DeliveryPlan {
  /** Standard output holds the password and nothing else; facts go to standard error. */
  readonly bare: boolean;
  /** No place given keeps the password when this process and this machine are gone. */
  readonly transientOnly: boolean;
  /** Where passwords go, in words, for those who only rehearse. */
  readonly place: string;
  /** A fresh answer for one target. */
  readonly answer: () => Answer;
  /** Hands a password to every sink, then to the answer. `fileName` is asked for its file in `--out-dir` only. */
  deliver(
    secret: Secret,
    head: AnswerHead,
    answer: Answer,
    fileName: () => string,
  ): Promise<readonly Delivery[]>;
}

/**
 * Settles where passwords go and looks whether they could, before anything is asked of a cloud.
 *
 * `form` is "single" when exactly one target was named. Throws `UsageError` and `NotDeliveredError`.
 */
export function planDelivery(
  options: DeliveryOptions,
  targets: "single" | "several",
  clearing: boolean,
  run: Run,
): DeliveryPlan {
  const { deps, globals } = run;
  const { stdout, platform, userId, cwd } = deps;
  const { out, outDir, force = false, newline = false, dryRun = false, allowUnprintable = false } = options;
  const several = targets === "several";
  if (out !== undefined && outDir !== undefined)
    throw new UsageError("--out and --out-dir cannot be used together");
  if (several && out !== undefined)
    throw new UsageError("--out holds one password; use --out-dir for several targets");
  if (out === "-")
    throw new UsageError("--out takes a file; without it the password goes to standard output");
  const hasSink = out !== undefined || outDir !== undefined;
  if (several && !hasSink && options.reveal !== true && !dryRun) {
    throw new UsageError("several passwords are shown only with --reveal; or give --out-dir");
  }
  const taken = new Set<string>();
  // What this run has written it never replaces: two names may become the same file name.
  const file = (path: string): Sink =>
    fileSink({ path, force: force && !taken.has(path.toLowerCase()), newline, platform, userId });
  const sinkFor = (fileName: () => string): Sink | undefined => {
    if (out !== undefined) return file(resolve(cwd, out));
    return outDir === undefined ? undefined : file(resolve(cwd, outDir, fileName()));
  };
  sinkFor(() => "password")?.check();

  const withPassword = !dryRun && (several ? options.reveal === true : !hasSink);
  if (clearing && withPassword && !hasSink && stdout.kind === "null") {
    throw new NotDeliveredError("standard output goes nowhere, so the password would be lost by --clear");
  }
  const form: AnswerForm = several || globals.json ? "json" : "text";
  return {
    bare: form === "text" && withPassword,
    transientOnly: !hasSink && stdout.kind !== "file",
    place: out ?? outDir ?? "standard output",
    answer: () => openAnswer({ stdout, cwd, form, withPassword, newline, until: run }),
    deliver: async (secret, head, answer, fileName) => {
      if (
        withPassword &&
        allowUnprintable &&
        head.suspicious === "unprintable" &&
        stdout.kind === "terminal"
      ) {
        throw new SuspectError(
          "the password holds control or invisible characters and is not written to a terminal",
        );
      }
      const sink = dryRun ? undefined : sinkFor(fileName);
      // From here on signals are watched for, so that no temporary file stays behind.
      if (sink !== undefined) run.signal.throwIfAborted();
      const delivered = sink === undefined ? [] : [await sink.deliver(secret)];
      for (const { locator } of delivered) if (locator !== null) taken.add(locator.toLowerCase());
      return answer.begin(head, delivered, secret);
    },
  };
}

// Windows opens these as devices in every folder, whatever their ending.
const deviceName = /^(?=(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))/i;

/** A name from a service as a file name: letters, digits and a few marks; never hidden, a path or a device. */
export function safeFileName(name: string): string {
  const safe = name
    .replace(/[^A-Za-z0-9._-]/g, "_")
    .replace(/^[.-]+/, "_")
    .replace(deviceName, "_");
  return `${safe.slice(0, 120)}.password`;
}
