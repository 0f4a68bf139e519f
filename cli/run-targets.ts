import type { Run } from "./command-module.ts";
import { exitCodes } from "./exit-codes.ts";
import { interrupted } from "./interruption.ts";
import { emptyTail, type AnswerHead, type AnswerTail, type ToldError } from "./output/json.ts";
import { serverText } from "./output/text.ts";
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
    const about = (): string => (targets.length === 1 ? "" : `${serverText(progress.head.server)}: `);
    const failure = await failureOf(async () => work(target, progress), run, about);
    // A broken standard output that was told already is not told twice.
    const unanswered = await failureOf(
      async () => progress.answer.end(progress.head, { ...progress.tail, error: failure }),
      run,
      failure === null ? about : "keep quiet",
    );
    codes.push((failure ?? unanswered)?.exit ?? exitCodes.OK);
    if (failure?.code === interrupted) return failure.exit;
  }
  const [first = exitCodes.OK] = codes;
  return codes.every((code) => code === first) ? first : exitCodes.PARTIAL;
}

async function failureOf(
  act: () => Promise<void>,
  { deps, globals }: Run,
  about: (() => string) | "keep quiet",
): Promise<ToldError | null> {
  try {
    await act();
    return null;
  } catch (error) {
    const { tellError, writeError } = await import("./report-error.ts");
    if (about !== "keep quiet") await writeError(error, deps.stderr, globals.debug, about());
    return tellError(error);
  }
}
