import type { Client } from "../clients/client.ts";
import { systemClock, type Clock } from "../clock.ts";
import { decodeCiphertext } from "../crypto/decrypt-password.ts";
import { AuthError, NotDeliveredError, NotVerifiedError, UsageError, WinpwError } from "../errors.ts";
import type { RsaPrivateKey } from "../keys/rsa-private-key.ts";
import { deleteAndConfirm } from "./clear.ts";
import {
  ciphertextFacts,
  type CiphertextFacts,
  type Deliver,
  type Delivery,
  type KeyFacts,
} from "./deliver.ts";
import { openWithKeys } from "./open.ts";
import type { RingKey } from "./ring.ts";
import { fetchCiphertext, type WaitContext, type WaitPolicy } from "./wait.ts";

/** The steps of a read, in their order. */
export type ReadStepName = "fetched" | "decrypted" | "delivered" | "kept" | "refetched" | "deleted";

/** A step that has just been done. */
export interface ReadStep {
  readonly name: ReadStepName;
  /** The service's id of the step's last request. */
  readonly requestId?: string | undefined;
  /** With `fetched`: what came. */
  readonly ciphertext?: CiphertextFacts;
}

/** Settings of {@link readPassword}. */
export interface ReadOptions {
  readonly client: Client;
  readonly serverId: string;
  /** Those whose modulus has another length than the ciphertext are passed over, see `openWithKeys` for the order. */
  readonly keys: readonly (RsaPrivateKey | RingKey)[];
  readonly deliver: Deliver;
  /** Delete the ciphertext from the cloud once the password is delivered; default false. */
  readonly clear?: boolean;
  /** Keeps the ciphertext somewhere durable before it is deleted; a throw means it is not deleted. */
  readonly keepCiphertext?: (ciphertext: string, facts: CiphertextFacts) => Promise<void>;
  /** Wait for a password that is not there yet; default: do not. */
  readonly wait?: WaitPolicy;
  /** Lets control characters and malformed UTF-8 through to `deliver`; default false. */
  readonly allowUnprintable?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  readonly onPause?: WaitContext["onPause"];
  /** Told after each step; awaited, and a throw stops the run there. */
  readonly onStep?: (step: ReadStep) => void | Promise<void>;
}

/** What a read did. */
export interface ReadResult {
  readonly verdict: "ready";
  readonly delivered: readonly Delivery[];
  /** Nothing is stored in the cloud any more, and that was seen; false when clearing was not asked for. */
  readonly cleared: boolean;
  /** This run deleted something; false with `cleared` means that somebody else had cleared it meanwhile. */
  readonly changed: boolean;
  readonly key: KeyFacts;
  readonly ciphertext: CiphertextFacts;
  readonly suspicious: string | null;
  readonly requestIds: readonly string[];
}

/**
 * Reads a server's password: fetch, decrypt, deliver; and with `clear` fetch again, compare, delete, confirm.
 *
 * The order cannot lose a password: it is deleted in the cloud only after `deliver` resolved and only while the
 * stored ciphertext is still the delivered one. Before delivery every failure keeps its own error and nothing is
 * deleted; `NotDeliveredError` when `deliver` throws, or names no place although `clear` is set. After delivery:
 * `AuthError` when clearing is not allowed, the signal's reason when it aborts, `NotVerifiedError` for everything else.
 */
export async function readPassword(options: ReadOptions): Promise<ReadResult> {
  const { client, serverId, keys, signal, clock = systemClock, random = Math.random } = options;
  if (keys.length === 0) throw new UsageError("no private key is given");
  const requestIds: string[] = [];
  const done = async (name: ReadStepName, requestId?: string, came?: CiphertextFacts): Promise<void> => {
    if (requestId !== undefined) requestIds.push(requestId);
    await options.onStep?.({ name, requestId, ...(came === undefined ? {} : { ciphertext: came }) });
  };

  const waiting: WaitContext = {
    clock,
    random,
    signal,
    ...(options.onPause ? { onPause: options.onPause } : {}),
  };
  const stored = await fetchCiphertext(client, serverId, options.wait, waiting);
  const ciphertext = decodeCiphertext(stored.ciphertext);
  const facts = ciphertextFacts(ciphertext);
  await done("fetched", stored.requestId, facts);

  const allowUnprintable = options.allowUnprintable ?? false;
  const serverFingerprint = async (): Promise<string | undefined> =>
    keyPairFingerprint(client, serverId, signal);
  const opened = await openWithKeys(ciphertext, keys, { allowUnprintable, serverFingerprint });
  const { key, suspicious } = opened;
  const result = { verdict: "ready", key, ciphertext: facts, suspicious, requestIds } as const;
  let delivered: readonly Delivery[];
  try {
    await done("decrypted");
    signal?.throwIfAborted();
    const about = { serverId, key, keyIndex: opened.index, ciphertext: facts, suspicious };
    delivered = await deliverOnce(options.deliver, opened.secret, about, signal);
  } finally {
    opened.secret.wipe();
  }
  if (options.clear === true && delivered.length === 0)
    throw new NotDeliveredError("the password was decrypted, but went to no place that could keep it");
  await done("delivered");
  if (options.clear !== true) {
    await options.keepCiphertext?.(stored.ciphertext, facts);
    return { ...result, delivered, cleared: false, changed: false };
  }

  try {
    await options.keepCiphertext?.(stored.ciphertext, facts);
    await done("kept");
    signal?.throwIfAborted();
    const again = await client.getPassword(serverId, { signal });
    await done("refetched", again.requestId);
    if (again.state === "empty") return { ...result, delivered, cleared: true, changed: false };
    if (ciphertextFacts(decodeCiphertext(again.ciphertext)).sha256 !== facts.sha256) {
      throw new NotVerifiedError("another ciphertext is stored now; it was left alone");
    }
    requestIds.push(...(await deleteAndConfirm({ client, serverId, clock, signal })));
    await done("deleted");
    return { ...result, delivered, cleared: true, changed: true };
  } catch (error) {
    // A time limit that runs out now is one more way of "not confirmed"; an interruption stays what it is.
    throw afterDelivery(signal?.aborted === true ? signal.reason : error);
  }
}

async function deliverOnce(
  deliver: Deliver,
  secret: Parameters<Deliver>[0],
  facts: Parameters<Deliver>[1],
  signal: AbortSignal | undefined,
): Promise<readonly Delivery[]> {
  let delivered: Delivery | readonly Delivery[];
  try {
    delivered = await deliver(secret, facts);
  } catch (error) {
    if (error instanceof WinpwError || (signal?.aborted === true && error === signal.reason)) throw error;
    // What a caller's own code throws may quote the password; neither its message nor the error itself is passed on.
    throw new NotDeliveredError("the password was decrypted, but its delivery failed");
  }
  return "sink" in delivered ? [delivered] : delivered;
}

function afterDelivery(error: unknown): unknown {
  if (!(error instanceof WinpwError) || error instanceof NotDeliveredError) return error;
  if (error instanceof AuthError) {
    const { status, action, requestId } = error;
    return new AuthError(
      `the password was delivered, but clearing it is not allowed: ${error.message}`,
      status,
      {
        requestId,
        ...(action === undefined ? {} : { action }),
      },
    );
  }
  return new NotVerifiedError(
    `the password was delivered, but is not known to be cleared: ${error.message}`,
    {
      requestId: error.requestId,
      retryable: error.retryable,
    },
  );
}

/** Looked up only to explain a failure, so a fault here must not hide that failure. */
async function keyPairFingerprint(
  client: Client,
  serverId: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  try {
    const { keyPairName } = await client.showServer(serverId, { signal });
    return keyPairName === undefined
      ? undefined
      : (await client.showKeyPair(keyPairName, { signal })).fingerprint;
  } catch (error) {
    if (error instanceof WinpwError) return undefined;
    throw error;
  }
}
