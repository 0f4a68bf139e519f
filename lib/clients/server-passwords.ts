import * as v from "valibot";
import { UnavailableError } from "../errors.ts";
import { jsonBody, requestIdOf, type HttpResponse } from "../http/message.ts";
import type { Operation } from "./operations.ts";
import type { CallAnswer, Session } from "./session.ts";

/** What the service holds for a server: a ciphertext, or nothing (not posted yet, or cleared; it does not tell). */
export type StoredPassword =
  | { readonly state: "ready"; readonly ciphertext: string; readonly requestId: string | undefined }
  | { readonly state: "empty"; readonly requestId: string | undefined };

/** The answer to a clear: accepted. Whether it took effect only a new read shows. */
export interface ClearAccepted {
  /** The service will do it in a while (202), so that reads may still show the ciphertext. */
  readonly deferred: boolean;
  readonly requestId: string | undefined;
}

/** What every call takes. */
export interface CallControl {
  readonly signal?: AbortSignal | undefined;
}

/** The password operations that all three APIs offer. */
export interface ServerPasswords {
  /**
   * The stored ciphertext of a server's administrator password.
   *
   * Throws `NotFoundError` for an unknown server, `AuthError` naming the missing permission, `UnavailableError`.
   */
  getPassword(serverId: string, control?: CallControl): Promise<StoredPassword>;
  /**
   * Deletes the stored ciphertext; irreversible, and the server's password stays what it is.
   *
   * Idempotent: clearing an empty one succeeds. Throws as {@link ServerPasswords.getPassword} does.
   */
  clearPassword(serverId: string, control?: CallControl): Promise<ClearAccepted>;
}

// Nova answers 200 with an empty string until the guest has posted; Huawei Cloud documents nothing, so null and a
// missing field mean the same.
const passwordBody = v.object({ password: v.nullish(v.string()) });

/** The password calls over one pair of endpoints. */
export function serverPasswords(session: Session, show: Operation, clear: Operation): ServerPasswords {
  return {
    getPassword: async (serverId, control) => {
      const answer = await session.call(show, { server_id: serverId }, { signal: control?.signal });
      const { password } = parseAnswer(passwordBody, answer);
      const requestId = requestIdOf(answer);
      if (password === undefined || password === null || password.trim() === "")
        return { state: "empty", requestId };
      return { state: "ready", ciphertext: password, requestId };
    },
    clearPassword: async (serverId, control) => {
      const answer = await session.call(clear, { server_id: serverId }, { signal: control?.signal });
      return { deferred: answer.status === 202, requestId: requestIdOf(answer) };
    },
  };
}

/**
 * Holds a success body against a schema.
 *
 * Throws `UnavailableError` naming the field that is not as documented; the body itself is not repeated.
 */
export function parseAnswer<Schema extends v.GenericSchema>(
  schema: Schema,
  answer: CallAnswer,
): v.InferOutput<Schema> {
  const body = jsonBody(answer satisfies HttpResponse);
  // An array would pass for an object whose fields are all left out.
  const parsed = v.safeParse(schema, Array.isArray(body) ? undefined : body);
  if (parsed.success) return parsed.output;
  const field = v.getDotPath(parsed.issues[0]) ?? "the body";
  throw new UnavailableError(`${answer.host} answered something else than the API documents (${field})`, {
    status: answer.status,
    requestId: requestIdOf(answer),
    retryable: false,
  });
}
