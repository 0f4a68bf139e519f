import type { Client } from "../../lib/clients/client.ts";
import { AuthError, NotFoundError, RefusedError } from "../../lib/errors.ts";
import { clearPassword } from "../../lib/workflow/clear.ts";
import type { CommandModule, Run } from "../command-module.ts";
import { connect, type Connection } from "../connect.ts";
import { emptyHead, noServer, type AnswerHead, type ServerFacts } from "../output/json.ts";
import { escapeUntrusted } from "../output/escape.ts";
import { serverText } from "../output/text.ts";
import { runTargets, type Progress } from "../run-targets.ts";
import { openFacts } from "../sinks/answer.ts";
import { resolveTarget } from "../targets.ts";

interface ClearOptions {
  readonly dryRun?: boolean;
}

/** `winpw clear SERVER...`: deletes the stored ciphertext and confirms that it is gone. */
export const clearCommand: CommandModule = {
  examples: ["clear web-1", "clear web-1 db-1 --yes --json"],
  register: (command) => {
    command.argument("<SERVER...>", "id or exact name");
    command.option("--dry-run", "look, but change nothing");
  },
  run: async (command, run) => clear(command.args, command.opts<ClearOptions>(), run),
};

async function clear(operands: readonly string[], options: ClearOptions, run: Run): Promise<number> {
  const { deps, globals } = run;
  const dryRun = options.dryRun === true;
  if (!dryRun && !globals.yes && (globals.noInput || !deps.terminal.available)) {
    throw new RefusedError(
      "clearing cannot be undone and needs consent: there is no terminal to ask on, and --yes is not given",
    );
  }
  const connection = await connect(run);
  const form = operands.length > 1 || globals.json ? "json" : "text";
  const headOf = (): AnswerHead => ({
    ...emptyHead,
    action: "clear",
    server: { ...noServer, ...connection.place },
  });
  try {
    return await runTargets(
      operands,
      () => openFacts(form, run),
      run,
      headOf,
      async (operand, progress) => clearOne(operand, dryRun, connection, run, progress),
    );
  } finally {
    await connection.close();
  }
}

async function clearOne(
  operand: string,
  dryRun: boolean,
  { client, place }: Connection,
  run: Run,
  progress: Progress,
): Promise<void> {
  const { deps, globals, report, signal } = run;
  progress.tail = { ...progress.tail, cleared: false };
  const target = await resolveTarget(client, operand, signal);
  const server = { ...place, ...target };
  progress.head = { ...progress.head, server };
  if (dryRun || !globals.yes) {
    const stored = await client.getPassword(target.id, { signal });
    if (dryRun) {
      const deleted =
        stored.state === "ready" ? "the stored ciphertext would be deleted" : "nothing is stored";
      await report.notice(`dry run: ${deleted}`);
      return;
    }
    if (stored.state === "ready") await askConsent(await named(server, client, signal), run);
  }
  const { changed, requestIds } = await clearPassword({
    client,
    serverId: target.id,
    clock: deps.clock,
    signal,
  });
  progress.tail = { ...progress.tail, cleared: true, changed, requestIds };
}

type Named = ServerFacts & { readonly id: string };

/** A server given by id has a name too, which is what people know it by; without the right to look, the id must do. */
async function named(server: Named, client: Client, signal: AbortSignal): Promise<Named> {
  if (server.name !== null) return server;
  try {
    return { ...server, name: (await client.showServer(server.id, { signal })).name };
  } catch (error) {
    if (error instanceof AuthError || error instanceof NotFoundError) return server;
    throw error;
  }
}

async function askConsent(server: Named, { deps, signal }: Run): Promise<void> {
  const { name, id } = server;
  const canBeTyped = name !== null && name !== "" && name.trim() === name && escapeUntrusted(name) === name;
  const expected = canBeTyped ? name : id;
  const question =
    `The stored password of ${escapeUntrusted(serverText(server))} will be deleted from the cloud. It cannot be brought back;\n` +
    `the password of the server itself does not change. Type ${expected} to go on: `;
  const answer = await deps.terminal.askLine(question, signal);
  if (answer.trim() !== expected)
    throw new RefusedError("the answer is not the server's name; nothing was cleared");
}
