import { closeSync, openSync } from "node:fs";

/** The controlling terminal: questions go there, so that standard input and output stay free for data. */
export interface Terminal {
  /** False without a controlling terminal, and when prompts are forbidden. */
  readonly available: boolean;
  /** Asks without echo; the answer is the bytes that were typed, without the line end. */
  askSecret(question: string, signal: AbortSignal): Promise<Uint8Array>;
  /** Asks with echo. */
  askLine(question: string, signal: AbortSignal): Promise<string>;
}

/** The real one: `/dev/tty`, or the console on Windows. */
export function controllingTerminal(platform: string): Terminal {
  const [input, output] =
    platform === "win32" ? ["\\\\.\\CONIN$", "\\\\.\\CONOUT$"] : ["/dev/tty", "/dev/tty"];
  return {
    get available() {
      try {
        closeSync(openSync(input, "r+"));
        return true;
      } catch {
        return false;
      }
    },
    askSecret: async (question, signal) => {
      const { ask } = await import("./prompt.ts");
      return ask({ input, output }, question, signal, "hidden");
    },
    askLine: async (question, signal) => {
      const { ask } = await import("./prompt.ts");
      return Buffer.from(await ask({ input, output }, question, signal, "echoed")).toString("utf8");
    },
  };
}
