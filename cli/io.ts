import { fstatSync, fsyncSync, statSync, writeSync, type Stats } from "node:fs";
import { NotDeliveredError } from "../lib/errors.ts";
import { Interruption } from "./interruption.ts";

/** What stands behind a file descriptor; it decides how an answer is written and what its delivery is worth. */
export type StreamKind = "terminal" | "file" | "pipe" | "null";

/** What may end a write early; its signal is only asked for when the reader is slow. */
export interface Interruptible {
  readonly signal: AbortSignal;
}

/** The only writer of a file descriptor. */
export interface Stream {
  readonly kind: StreamKind;
  /**
   * Writes all bytes. Throws `NotDeliveredError` naming the system's error code, or when a time limit runs out while
   * the reader is slow; an Interruption passes through.
   */
  write(data: string | Uint8Array, until?: Interruptible): Promise<void>;
  /** Makes what was written survive a crash; for `file` only. Throws `NotDeliveredError`. */
  sync(): void;
}

const busyPauseMs = 5;

/**
 * A writer over a descriptor, by the plain system calls.
 *
 * Short writes are continued. EAGAIN (a full non-blocking pipe) is waited out with the event loop running, so that
 * signals and time limits still work while a reader is slow. `isTerminal` is asked for character devices only: what
 * answers it loads the network stack.
 */
export function openStream(fd: number, name: string, isTerminal: (fd: number) => boolean): Stream {
  let kind: StreamKind | undefined;
  return {
    get kind() {
      kind ??= kindOf(fd, isTerminal);
      return kind;
    },
    write: async (data, until) => {
      let rest = typeof data === "string" ? Buffer.from(data, "utf8") : data;
      while (rest.byteLength > 0) {
        try {
          rest = rest.subarray(writeSync(fd, rest));
        } catch (error) {
          const code = systemCode(error);
          if (code !== "EAGAIN" && code !== "EINTR")
            throw new NotDeliveredError(`${name} cannot be written (${code})`);
          const signal = until?.signal;
          if (signal?.reason instanceof Interruption) throw signal.reason;
          if (signal?.aborted === true)
            throw new NotDeliveredError(`${name} was not taken within the time limit`);
          await new Promise((resolve) => setTimeout(resolve, busyPauseMs));
        }
      }
    },
    sync: () => {
      try {
        fsyncSync(fd);
      } catch (error) {
        throw new NotDeliveredError(`${name} cannot be made durable (${systemCode(error)})`);
      }
    },
  };
}

function kindOf(fd: number, isTerminal: (fd: number) => boolean): StreamKind {
  const stats = statOf(fd);
  // A closed descriptor is opened on the null device by Node before any script runs; one that is gone counts the same.
  if (stats === undefined) return "null";
  if (stats.isFile()) return "file";
  if (!stats.isCharacterDevice()) return "pipe";
  if (isNullDevice(stats)) return "null";
  return isTerminal(fd) ? "terminal" : "pipe";
}

function statOf(fd: number): Stats | undefined {
  try {
    return fstatSync(fd);
  } catch {
    return undefined;
  }
}

function isNullDevice(stats: Stats): boolean {
  try {
    return statSync("/dev/null").rdev === stats.rdev;
  } catch {
    return false; // no such device on this platform
  }
}

/** The code of a system error (`ENOSPC`); `unknown` for anything else. Its message could quote a path. */
export function systemCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown";
}
