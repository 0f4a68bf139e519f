import { resolve } from "node:path";
import type { Command } from "commander";
import { NotReadyError, RefusedError, TimeoutError, UsageError } from "../../lib/errors.ts";
import { bundleOf } from "../../lib/workflow/bundle.ts";
import { readPassword } from "../../lib/workflow/read.ts";
import { defaultWaitPolicy, type WaitPolicy } from "../../lib/workflow/wait.ts";
import type { CommandModule, Run } from "../command-module.ts";
import { connect, type Connection } from "../connect.ts";
import {
  addDeliveryOptions,
  planDelivery,
  safeFileName,
  type DeliveryOptions,
  type DeliveryPlan,
} from "../delivery.ts";
import { parseDuration } from "../duration.ts";
import { addKeyOptions, keyOptionsOf } from "../key-options.ts";
import { gatherKeys, type NamedKey } from "../key-ring.ts";
import { emptyHead, noServer, type AnswerHead } from "../output/json.ts";
import { runTargets, type Progress } from "../run-targets.ts";
import { checkDurableFile, writeDurableFile } from "../sinks/durable-file.ts";
import { resolveTarget } from "../targets.ts";

interface GetOptions extends DeliveryOptions {
  readonly clear?: boolean;
  readonly keepBundle?: string;
  readonly wait?: boolean;
  readonly waitTimeout?: number;
}

/** `winpw get SERVER...`: fetch, decrypt, deliver; with `--clear` also delete in the cloud, in the order that loses nothing. */
export const getCommand: CommandModule = {
  examples: [
    "get web-1 --key ops.pem",
    "get web-1 --key ops.pem --wait --clear --out web-1.password",
    "get web-1 db-1 --key-dir keys --out-dir passwords",
    "get metal-1 --api bms --key ops.pem --out metal-1.password",
  ],
  register: (command) => {
    command.argument("<SERVER...>", "id or exact name");
    addKeyOptions(command);
    command
      .option("--clear", "once delivered, delete the ciphertext in the cloud and confirm that it is gone")
      .option(
        "--keep-bundle <file>",
        "keep the ciphertext in a file, from which winpw decrypt brings the password back",
      )
      .option("--wait", "ask until the password is there")
      .option("--wait-timeout <duration>", "how long to wait: 90s, 15m (default), 1h", (value) =>
        parseDuration(value, "--wait-timeout"),
      );
    addDeliveryOptions(command);
  },
  run: async (command, run) => get(command, command.opts<GetOptions>(), run),
};

interface GetContext {
  readonly options: GetOptions;
  readonly plan: DeliveryPlan;
  readonly keys: readonly NamedKey[];
  readonly connection: Connection;
  readonly run: Run;
}

async function get(command: Command, options: GetOptions, run: Run): Promise<number> {
  const { deps, globals, report } = run;
  const operands = command.args;
  const keyOptions = keyOptionsOf(command, deps);
  const clearing = options.clear === true && options.dryRun !== true;
  if (clearing && keyOptions.decryptAnswer === "message" && !globals.yes) {
    throw new RefusedError(
      "--decrypt-answer message proves nothing about the key, and --clear cannot be undone: it needs --yes",
    );
  }
  const plan = planDelivery(options, operands.length === 1 ? "single" : "several", clearing, run);
  if (options.keepBundle !== undefined && operands.length > 1) {
    throw new UsageError("--keep-bundle holds one ciphertext; name one server");
  }
  if (options.keepBundle !== undefined) checkDurableFile(resolve(deps.cwd, options.keepBundle));
  if (clearing && plan.transientOnly && options.keepBundle === undefined) {
    await report.notice(
      "the password goes nowhere durable before it is cleared; --out or --keep-bundle would keep it",
    );
  }
  const keys = await gatherKeys(keyOptions, run);
  const connection = await connect(run);
  const headOf = (): AnswerHead => ({
    ...emptyHead,
    action: "get",
    server: { ...noServer, ...connection.place },
  });
  const context: GetContext = { options, plan, keys, connection, run };
  try {
    return await runTargets(operands, plan.answer, run, headOf, async (operand, progress) =>
      getOne(operand, context, progress),
    );
  } finally {
    await connection.close();
  }
}

async function getOne(operand: string, context: GetContext, progress: Progress): Promise<void> {
  const { options, plan, keys, connection, run } = context;
  const { client, place } = connection;
  const { deps, report, signal } = run;
  progress.tail = { ...progress.tail, cleared: false };
  const target = await resolveTarget(client, operand, signal);
  const server = { ...place, ...target };
  progress.head = { ...progress.head, server };
  const clearing = options.clear === true && options.dryRun !== true;
  const policy = waitPolicy(options);
  try {
    const result = await readPassword({
      client,
      serverId: target.id,
      keys: keys.map(({ key }) => key),
      clear: clearing,
      allowUnprintable: options.allowUnprintable === true,
      signal,
      clock: deps.clock,
      random: deps.random,
      ...(policy === undefined ? {} : { wait: policy }),
      deliver: async (secret, facts) => {
        const { ciphertext, suspicious } = facts;
        const source = keys[facts.keyIndex]?.source ?? "";
        progress.head = { ...progress.head, key: { source, facts: facts.key }, ciphertext, suspicious };
        const fileName = (): string => safeFileName(target.name ?? target.id);
        const delivered = await plan.deliver(secret, progress.head, progress.answer, fileName);
        progress.tail = { ...progress.tail, delivered, verdict: "ready" };
        return delivered;
      },
      ...(options.keepBundle === undefined || options.dryRun === true
        ? {}
        : {
            keepCiphertext: async (text, ciphertext) => {
              // It was opened with this key, so the server's key pair is this one, whatever its name.
              const keyPair = { name: null, fingerprint: progress.head.key?.facts.md5 ?? null };
              const facts = { server, keyPair, ciphertext, fetchedAt: deps.clock.now() };
              await keepBundle(options.keepBundle ?? "", bundleOf(text, facts), run);
            },
          }),
      onPause: ({ milliseconds, elapsedMs }) => {
        void report.notice(
          `no password yet after ${seconds(elapsedMs)}; next look in ${seconds(milliseconds)}`,
        );
      },
      onStep: ({ requestId, ciphertext }) => {
        if (ciphertext !== undefined) progress.head = { ...progress.head, ciphertext };
        if (requestId === undefined) return;
        progress.tail = { ...progress.tail, requestIds: [...progress.tail.requestIds, requestId] };
      },
    });
    const { changed, requestIds, cleared } = result;
    progress.tail = { ...progress.tail, changed, requestIds, cleared };
    if (result.suspicious !== null) await report.warning(`the password looks odd: ${result.suspicious}`);
    if (plan.bare && keys.length > 1) await report.notice(`opened by ${progress.head.key?.source ?? ""}`);
    if (plan.bare && clearing)
      await report.notice(
        changed ? "cleared, and seen to be gone" : "somebody else had cleared it meanwhile",
      );
    if (options.dryRun === true)
      await report.notice(
        `dry run: the password would go to ${plan.place}${options.clear === true ? " and then be cleared in the cloud" : ""}`,
      );
  } catch (error) {
    if (error instanceof NotReadyError || error instanceof TimeoutError)
      progress.tail = { ...progress.tail, verdict: "unknown" };
    throw error;
  }
}

function waitPolicy(options: GetOptions): WaitPolicy | undefined {
  if (options.wait !== true && options.waitTimeout === undefined) return undefined;
  return { ...defaultWaitPolicy, timeoutMs: options.waitTimeout ?? defaultWaitPolicy.timeoutMs };
}

async function keepBundle(path: string, bundle: object, { deps, report }: Run): Promise<void> {
  const absolute = resolve(deps.cwd, path);
  writeDurableFile(absolute, Buffer.from(`${JSON.stringify(bundle)}\n`), { force: false, ...deps });
  await report.notice(`the ciphertext is kept in ${path}`);
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1000)} s`;
}
