/** The code of an interruption where it is told. */
export const interrupted = "ERR_INTERRUPTED";

/** The user or the system asked the program to stop. */
export class Interruption extends Error {
  readonly signal: "SIGHUP" | "SIGINT" | "SIGTERM";

  constructor(signal: "SIGHUP" | "SIGINT" | "SIGTERM") {
    super(`interrupted by ${signal}`);
    this.signal = signal;
  }

  /** 128 plus the signal's number, as shells report it. */
  get exitCode(): number {
    return { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }[this.signal];
  }
}
