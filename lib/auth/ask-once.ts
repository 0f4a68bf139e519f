import { AuthError } from "../errors.ts";
import type { AuthContext } from "./authorizer.ts";

/** What the identity service answered, for all who need it. */
export interface AskedOnce<Answer> {
  /** The answer held, the one that is on its way, or a new one. */
  get(context: AuthContext): Promise<Answer>;
  /** Forgets the answer held; false when it was a refusal, which stays. One that is on its way is new enough. */
  forget(): boolean;
}

interface Attempt<Answer> {
  readonly answer: Promise<Answer>;
  /** Of the caller for whom it was begun. */
  readonly signal: AbortSignal | undefined;
  state: "pending" | "answered" | "refused";
}

/**
 * Asks the identity service once at a time and keeps the answer while `isFresh` holds.
 *
 * A refusal (`AuthError`) is kept for good, since a second try could lock the account; any other failure is
 * forgotten, so that a caller who waits for a service to come back gets in.
 */
export function askOnce<Answer>(
  ask: (context: AuthContext) => Promise<Answer>,
  isFresh: (answer: Answer, context: AuthContext) => boolean = () => true,
): AskedOnce<Answer> {
  let held: Attempt<Answer> | undefined;

  const begin = (context: AuthContext): Attempt<Answer> => {
    const attempt: Attempt<Answer> = { answer: ask(context), signal: context.signal, state: "pending" };
    held = attempt;
    attempt.answer.then(
      () => (attempt.state = "answered"),
      (error: unknown) => {
        if (error instanceof AuthError) attempt.state = "refused";
        else if (held === attempt) held = undefined;
      },
    );
    return attempt;
  };

  return {
    get: async (context) => {
      for (;;) {
        context.signal?.throwIfAborted();
        const found = held;
        const attempt = found ?? begin(context);
        try {
          const answer = await unlessAborted(attempt.answer, context.signal);
          // One's own answer is taken even when it is stale on arrival: a new one would be no better.
          if (found === undefined || isFresh(answer, context)) return answer;
          if (held === found) held = undefined;
        } catch (error) {
          // That the caller it was begun for gave up is no failure of this one.
          const abandoned = attempt.signal?.aborted === true && attempt.signal !== context.signal;
          if (!abandoned || error instanceof AuthError) throw error;
        }
      }
    },
    forget: () => {
      if (held?.state === "refused") return false;
      if (held?.state === "answered") held = undefined;
      return true;
    },
  };
}

/** The answer, or the signal's reason when it aborts first; who else waits for the answer still gets it. */
async function unlessAborted<Answer>(
  answer: Promise<Answer>,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  if (signal === undefined) return answer;
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      const reason: unknown = signal.reason;
      reject(reason);
    };
    signal.addEventListener("abort", stop, { once: true });
    void answer.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
