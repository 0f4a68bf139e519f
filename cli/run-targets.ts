import type { Run } from "./command-module.ts";
import { exitCodes } from "./exit-codes.ts";
import { Interruption } from "./interruption.ts";
import { emptyTail, type AnswerHead, type AnswerTail } from "./output/json.ts";
import { tellError, writeError } from "./report-error.ts";
import type { Answer } from "./sinks/answer.ts";

/** What has happened to one target so far; kept up to date, so that a failure can tell how far it came. */
export interface Progress {
  head: AnswerHead;
  tail: AnswerTail;
  readonly answer: Answer;
}

/**
 * Works through the targets of a command line, one or many, and answers for each.
 *
 * A failure is told and the next target is taken; an interruption ends the run. Returns the exit code: the one that
 * all failures share when every target failed with it, PARTIAL when outcomes differ.
 */
export async function runTargets<Target>(
  targets: readonly Target[],
  openAnswer: () => Answer,
  run: Run,
  headOf: (target: Target) => AnswerHead,
  work: (target: Target, progress: Progress) => Promise<void>,
): Promise<number> {
  const codes: number[] = [];
  for (const target of targets) {
    const progress: Progress = { head: headOf(target), tail: emptyTail, answer: openAnswer() };
    const error = await failureOf(async () => work(target, progress));
    const told = error === undefined ? null : tellError(error);
    if (error !== undefined) await writeError(error, run.deps.stderr, run.globals.debug);
    const unanswered = await failureOf(async () =>
      progress.answer.end(progress.head, { ...progress.tail, error: told }),
    );
    // A broken standard output that was told already is not told twice.
    if (unanswered !== undefined && error === undefined)
      await writeError(unanswered, run.deps.stderr, run.globals.debug);
    codes.push(told?.exit ?? (unanswered === undefined ? exitCodes.OK : tellError(unanswered).exit));
    if (error instanceof Interruption) return error.exitCode;
  }
  const [first = exitCodes.OK] = codes;
  return codes.every((code) => code === first) ? first : exitCodes.PARTIAL;
}

async function failureOf(act: () => Promise<void>): Promise<unknown> {
  try {
    await act();
    return undefined;
  } catch (error) {
    return error ?? new TypeError("nothing was thrown");
  }
}
