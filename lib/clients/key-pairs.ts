import * as v from "valibot";
import { operations } from "./operations.ts";
import { parseAnswer, type CallControl } from "./server-passwords.ts";
import type { Session } from "./session.ts";

/** A key pair as the service knows it: its public half. */
export interface KeyPair {
  readonly name: string;
  /** MD5 of the SSH public key blob as colon-hex, or `SHA256:` and base64. */
  readonly fingerprint: string;
}

/** Looking up key pairs; part of every client. */
export interface KeyPairDirectory {
  /**
   * One key pair by name. Key pairs belong to the user who made them: `NotFoundError` means "cannot be seen", not
   * "does not exist".
   */
  showKeyPair(name: string, control?: CallControl): Promise<KeyPair>;
}

const keyPairBody = v.object({ keypair: v.object({ name: v.string(), fingerprint: v.string() }) });

/** The key pairs of a project, always by the OpenStack-native endpoint: the others have none. */
export function keyPairDirectory(session: Session): KeyPairDirectory {
  return {
    showKeyPair: async (name, control) => {
      const parameters = { keypair_name: name };
      const answer = await session.call(operations.nativeShowKeyPair, parameters, {
        signal: control?.signal,
      });
      return parseAnswer(keyPairBody, answer).keypair;
    },
  };
}
