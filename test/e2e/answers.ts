import { expect } from "vitest";
import type { RunResult } from "./program.ts";

/** The exit code of each error code that a run can end with. */
export const exitOf = {
  ERR_USAGE: 2,
  ERR_NOT_READY: 3,
  ERR_AUTH: 4,
  ERR_NOT_FOUND: 5,
  ERR_WRONG_KEY: 6,
  ERR_BAD_KEY: 7,
  ERR_UNAVAILABLE: 8,
  ERR_TIMEOUT: 9,
  ERR_REFUSED: 11,
  ERR_NOT_DELIVERED: 12,
  ERR_NOT_VERIFIED: 13,
  ERR_SUSPECT: 15,
} as const;

export type ErrorCode = keyof typeof exitOf;

const answerKeys = [
  "action",
  "changed",
  "ciphertext",
  "cleared",
  "delivered",
  "error",
  "key",
  "ok",
  "password",
  "requestIds",
  "schema",
  "server",
  "suspicious",
  "verdict",
];

/** The object of `--json`. */
export interface JsonAnswer {
  readonly schema: string;
  readonly ok: boolean;
  readonly action: string | null;
  readonly changed: boolean | null;
  readonly server: Readonly<Record<"api" | "region" | "projectId" | "id" | "name", string | null>> | null;
  readonly key: Readonly<Record<"source" | "container" | "sha256" | "md5", string>> & {
    readonly bits: number;
  };
  readonly ciphertext: { readonly bytes: number; readonly sha256: string } | null;
  readonly password: string | null;
  readonly suspicious: string | null;
  readonly delivered: readonly {
    readonly sink: string;
    readonly locator: string | null;
    readonly durable: boolean;
  }[];
  readonly cleared: boolean | null;
  readonly verdict: string | null;
  readonly requestIds: readonly string[];
  readonly error: {
    readonly code: string;
    readonly exit: number;
    readonly message: string;
    readonly hint: string | null;
    readonly retryable: boolean;
    readonly requestId: string | null;
  } | null;
}

/**
 * The run failed with this error: its exit code, one error line in the agreed form (among the lines of stderr, all of
 * which are winpw's own), and nothing on stdout unless `stdout` says that a part of the answer may stand there.
 */
export function expectFailure(
  result: RunResult,
  code: ErrorCode,
  about: RegExp,
  stdout: "empty" | "any" = "empty",
): void {
  const shown = `${result.stdout.toString("utf8")}\n${result.stderr}`;
  expect(result.code, shown).toBe(exitOf[code]);
  const lines = linesOf(result);
  for (const line of lines) expect(line).toMatch(/^winpw: \S/);
  const errors = lines.filter((line) => line.startsWith("winpw: error "));
  expect(errors, shown).toHaveLength(1);
  expect(errors[0]).toMatch(new RegExp(`^winpw: error ${code}: \\S.*$`));
  expect(errors[0]).toMatch(about);
  if (stdout === "empty") expect(result.stdout.toString("utf8")).toBe("");
}

/** The lines of stderr. Every one is ended. */
export function linesOf({ stderr }: RunResult): readonly string[] {
  if (stderr !== "") expect(stderr.endsWith("\n")).toBe(true);
  return stderr.split("\n").filter((line) => line !== "");
}

/** Standard output is exactly one answer object in one line, with the agreed keys. */
export function jsonAnswer(result: RunResult): JsonAnswer {
  const answers = jsonLines(result);
  expect(answers, result.stderr).toHaveLength(1);
  const [answer] = answers;
  if (answer === undefined) throw new Error("no answer");
  return answer;
}

/** Standard output is answer objects, one a line, each with the agreed keys. */
export function jsonLines(result: RunResult): readonly JsonAnswer[] {
  const text = result.stdout.toString("utf8");
  if (text !== "") expect(text.endsWith("\n")).toBe(true);
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const answer = JSON.parse(line) as JsonAnswer;
      expect(Object.keys(answer).toSorted()).toEqual(answerKeys);
      expect(answer.schema).toBe("winpw/1");
      expect(answer.ok).toBe(answer.error === null);
      if (answer.error !== null) {
        expect(Object.keys(answer.error).toSorted()).toEqual([
          "code",
          "exit",
          "hint",
          "message",
          "requestId",
          "retryable",
        ]);
      }
      return answer;
    });
}
