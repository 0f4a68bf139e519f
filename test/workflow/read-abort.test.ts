import { describe, expect, it } from "vitest";
import { NotVerifiedError, TimeoutError } from "../../lib/errors.ts";
import type { ReadStepName } from "../../lib/workflow/read.ts";
import { rejectionOf } from "../http/rejection.ts";
import { testTransport } from "../http/emulated-cloud.ts";
import {
  adminPassword,
  onCalls,
  scene,
  toFile,
  watchedRead,
  type Scene,
  type WatchedRead,
} from "./windows-server.ts";

/** As the program's own: the user pressed Ctrl-C. Not an error of this package. */
class Interruption extends Error {}

const interruption = new Interruption("interrupted");
const timeout = new TimeoutError("the time for the whole run is up");

async function abortedAt(
  step: ReadStepName,
  reason: unknown,
  clear = true,
): Promise<{ stage: Scene; read: WatchedRead }> {
  const stage = await scene();
  const stop = new AbortController();
  const read = watchedRead(stage, {
    clear,
    keepCiphertext: async () => undefined,
    signal: stop.signal,
    onStepName: (name) => {
      if (name === step) stop.abort(reason);
    },
  });
  return { stage, read };
}

describe.for([
  ["an interruption", interruption],
  ["a time limit", timeout],
  ["any value", { why: "not an Error" }],
] as const)("by %s", ([, reason]) => {
  it("before the start nothing is sent", async () => {
    const stage = await scene();
    expect(await rejectionOf(watchedRead(stage, { signal: AbortSignal.abort(reason) }).result)).toBe(reason);
    expect(stage.cloud.trace).toEqual([]);
  });

  it.for(["fetched", "decrypted"] as const)("at %s: the reason; not delivered, not deleted", async (step) => {
    const { stage, read } = await abortedAt(step, reason);
    expect(await rejectionOf(read.result)).toBe(reason);
    expect(read.passwords).toEqual([]);
    expect(stage.cloud.trace).not.toContain("deliver");
    expect(stage.cloud.count("DELETE", "")).toBe(0);
    expect(await stage.cloud.stored()).toBe(stage.ciphertext);
  });

  it.for(["delivered", "kept", "refetched"] as const)("at %s: not deleted", async (step) => {
    const { stage, read } = await abortedAt(step, reason);
    const error = await rejectionOf(read.result);
    // Only a limit is one more way of "not confirmed"; an interruption stays what it is.
    if (reason === timeout) expect(error).toBeInstanceOf(NotVerifiedError);
    else expect(error).toBe(reason);
    expect(read.passwords).toEqual([adminPassword]);
    expect(stage.cloud.count("DELETE", "")).toBe(0);
    expect(await stage.cloud.stored()).toBe(stage.ciphertext);
  });

  it("at deleted: all is done", async () => {
    const { stage, read } = await abortedAt("deleted", reason);
    expect(await read.result).toMatchObject({ cleared: true, changed: true });
    expect(await stage.cloud.stored()).toBe("");
  });

  it("after the delivery, nothing else being asked: all is done", async () => {
    const { read } = await abortedAt("delivered", reason, false);
    expect(await read.result).toMatchObject({ delivered: [toFile], cleared: false });
  });

  it("while the DELETE is answered: deleted, but not confirmed", async () => {
    const stop = new AbortController();
    const transport = testTransport();
    const stage = await scene({
      client: {
        transport: {
          ...transport,
          send: async (request, signal) => {
            const answer = await transport.send(request, signal);
            if (request.method === "DELETE") stop.abort(reason);
            return answer;
          },
        },
      },
    });
    const read = watchedRead(stage, { clear: true, signal: stop.signal });
    const error = await rejectionOf(read.result);
    if (reason === timeout) expect(error).toBeInstanceOf(NotVerifiedError);
    else expect(error).toBe(reason);
    expect(await stage.cloud.stored()).toBe("");
    expect(stage.cloud.trace.at(-1)).toBe("DELETE os-server-password 204");
  });

  it("while the ciphertext is kept, whatever that throws because of it", async () => {
    const stop = new AbortController();
    const stage = await scene();
    const keepCiphertext = async (): Promise<void> => {
      stop.abort(reason);
      throw new DOMException("aborted", "AbortError");
    };
    const error = await rejectionOf(
      watchedRead(stage, { clear: true, signal: stop.signal, keepCiphertext }).result,
    );
    if (reason === timeout) expect(error).toBeInstanceOf(NotVerifiedError);
    else expect(error).toBe(reason);
    expect(stage.cloud.count("DELETE", "")).toBe(0);
  });

  it("while a clear is waited for: not confirmed", async () => {
    const stop = new AbortController();
    const stage = await scene({ faults: onCalls("DELETE", [1], { ignore: true }) });
    stage.cloud.clock.onSleep = () => stop.abort(reason);
    const error = await rejectionOf(watchedRead(stage, { clear: true, signal: stop.signal }).result);
    if (reason === timeout) expect(error).toBeInstanceOf(NotVerifiedError);
    else expect(error).toBe(reason);
    expect(stage.cloud.clock.pauses).toHaveLength(1);
  });
});

describe("a delivery that notices the abort itself", () => {
  it.for([interruption, timeout])(
    "and throws its reason (%s): not delivered, not deleted",
    async (reason) => {
      const stop = new AbortController();
      const stage = await scene();
      const { result } = watchedRead(stage, {
        clear: true,
        signal: stop.signal,
        deliver: async () => {
          stop.abort(reason);
          throw reason;
        },
      });
      expect(await rejectionOf(result)).toBe(reason);
      expect(stage.cloud.count("DELETE", "")).toBe(0);
    },
  );

  it("but still arrives is delivered; clearing is not begun", async () => {
    const stop = new AbortController();
    const stage = await scene();
    const { result, passwords } = watchedRead(stage, {
      clear: true,
      signal: stop.signal,
      deliver: async () => {
        stop.abort(interruption);
        return toFile;
      },
    });
    expect(await rejectionOf(result)).toBe(interruption);
    expect(passwords).toEqual([adminPassword]);
    expect(stage.cloud.count("GET", "/os-server-password")).toBe(1);
    expect(stage.cloud.count("DELETE", "")).toBe(0);
  });
});
