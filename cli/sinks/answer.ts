import { SuspectError } from "../../lib/errors.ts";
import type { Secret } from "../../lib/secret.ts";
import type { Delivery } from "../../lib/workflow/deliver.ts";
import type { Run } from "../command-module.ts";
import type { Interruptible, Stream } from "../io.ts";
import {
  closeObject,
  jsonText,
  openObject,
  wholeObject,
  type AnswerHead,
  type AnswerTail,
} from "../output/json.ts";
import { headText, tailText } from "../output/text.ts";

/** How an answer is written: the bare password or facts as text, or one JSON object in one line. */
export type AnswerForm = "text" | "json";

/** Settings of {@link openAnswer}. */
export interface AnswerOptions {
  readonly stdout: Stream;
  /** Files below it are shown by their short paths. */
  readonly cwd: string;
  readonly form: AnswerForm;
  /** Whether the password itself is part of the answer; otherwise facts only. */
  readonly withPassword: boolean;
  /** End a bare password with a line feed also where no person reads it. */
  readonly newline: boolean;
  /** Ends a write to a slow reader. */
  readonly until: Interruptible;
}

/** One answer on standard output, written in two parts around whatever cannot be undone. */
export interface Answer {
  /** The first part is out; an error must now end the object that was begun. */
  readonly begun: boolean;
  /** Writes everything known at delivery, and the password if it is part of the answer. */
  begin(head: AnswerHead, delivered: readonly Delivery[], secret: Secret): Promise<readonly Delivery[]>;
  /** Writes the outcome; after a bare password there is none, it must stay alone. */
  end(head: AnswerHead, tail: AnswerTail): Promise<void>;
}

/** An answer that nothing of is written yet. */
export function openAnswer(options: AnswerOptions): Answer {
  const { stdout, cwd, form, withPassword, until } = options;
  let begun = false;
  return {
    get begun() {
      return begun;
    },
    begin: async (head, delivered, secret) => {
      // What cannot stand in JSON fails before the object is begun.
      const shown = form === "json" && withPassword ? passwordJson(secret) : "null";
      begun = true;
      if (form === "json") {
        await stdout.write(openObject(head), until);
        await stdout.write(shown, until);
      } else if (withPassword) await writePassword(secret, options);
      else await stdout.write(headText(head, delivered, cwd), until);
      if (!withPassword) return delivered;
      if (stdout.kind === "file") stdout.sync();
      return [...delivered, { sink: "stdout", locator: null, durable: stdout.kind === "file" }];
    },
    end: async (head, tail) => {
      if (form === "text") {
        if (!withPassword) await stdout.write(tailText(tail));
        return;
      }
      await stdout.write(begun ? closeObject(tail) : wholeObject(head, tail));
    },
  };
}

/** An answer of facts only, for commands that have no password. Text starts with the server. */
export function openFacts(form: AnswerForm, run: Run): Answer {
  const { stdout, cwd } = run.deps;
  const answer = openAnswer({ stdout, cwd, form, withPassword: false, newline: false, until: run });
  if (form === "json") return answer;
  return {
    ...answer,
    end: async (head, tail) => {
      if (tail.error === null) await stdout.write(headText(head, tail.delivered, cwd) + tailText(tail), run);
    },
  };
}

/** JSON has no bytes, only text: what is not UTF-8 cannot be told truthfully in it. */
function passwordJson(secret: Secret): string {
  try {
    return jsonText(secret.reveal());
  } catch (error) {
    if (error instanceof TypeError)
      throw new SuspectError("the password is not UTF-8 text and cannot be part of JSON; use --out");
    throw error;
  }
}

async function writePassword(secret: Secret, { stdout, newline, until }: AnswerOptions): Promise<void> {
  const password = secret.bytes();
  try {
    await stdout.write(password, until);
    if (newline || stdout.kind === "terminal") await stdout.write("\n", until);
  } finally {
    password.fill(0);
  }
}
