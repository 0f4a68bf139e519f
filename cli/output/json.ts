import type { CiphertextFacts, Delivery, KeyFacts } from "../../lib/workflow/deliver.ts";

/** An error as it is told to people and, under `--json`, to programs. */
export interface ToldError {
  readonly code: string;
  readonly exit: number;
  readonly message: string;
  readonly hint: string | null;
  readonly retryable: boolean;
  readonly requestId: string | null;
}

/** The server an answer is about; unknown is null. */
export interface ServerFacts {
  readonly api: string | null;
  readonly region: string | null;
  readonly projectId: string | null;
  readonly id: string | null;
  readonly name: string | null;
}

/** The key that opened a ciphertext, and where it came from. */
export interface NamedKeyFacts {
  readonly source: string;
  readonly facts: KeyFacts;
}

/** What is known of an answer when the password is at hand. */
export interface AnswerHead {
  readonly action: string | null;
  readonly server: ServerFacts;
  readonly key: NamedKeyFacts | null;
  readonly ciphertext: CiphertextFacts | null;
  readonly suspicious: string | null;
}

/** What is known only at the end. */
export interface AnswerTail {
  readonly changed: boolean;
  readonly delivered: readonly Delivery[];
  /** True: seen to be empty; false: not cleared, or not seen to be; null: no cloud was asked. */
  readonly cleared: boolean | null;
  readonly verdict: "ready" | "unknown" | null;
  readonly requestIds: readonly string[];
  readonly error: ToldError | null;
}

/** No server is known. */
export const noServer: ServerFacts = { api: null, region: null, projectId: null, id: null, name: null };

/** An answer in which nothing is known yet. */
export const emptyHead: Omit<AnswerHead, "action"> = {
  server: noServer,
  key: null,
  ciphertext: null,
  suspicious: null,
};

/** An answer to which nothing happened. */
export const emptyTail: AnswerTail = {
  changed: false,
  delivered: [],
  cleared: null,
  verdict: null,
  requestIds: [],
  error: null,
};

/** JSON in which characters that steer a terminal or hide in it are escaped; it parses to the same. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
  });
}

/**
 * The first part of an answer object, up to the value of `password`.
 *
 * The object is written in two parts, so that the password is out, and on disk if standard output is a file, before
 * anything is cleared, and the outcome of the clear can still stand in the same object.
 */
export function openObject(head: AnswerHead): string {
  const { action, server, key, ciphertext, suspicious } = head;
  const shownKey = key === null ? null : { source: key.source, ...key.facts };
  const known = jsonText({ schema: "winpw/1", action, server, key: shownKey, ciphertext, suspicious });
  return `${known.slice(0, -1)},"password":`;
}

/** The second part, after the value of `password`. */
export function closeObject(tail: AnswerTail): string {
  const { changed, delivered, cleared, verdict, requestIds, error } = tail;
  const outcome = jsonText({
    ok: error === null,
    changed,
    delivered,
    cleared,
    verdict,
    requestIds,
    error,
  });
  return `,${outcome.slice(1)}\n`;
}

/** An answer without a password, whole. */
export function wholeObject(head: AnswerHead, tail: AnswerTail): string {
  return `${openObject(head)}null${closeObject(tail)}`;
}
