import type { Delivery } from "../../lib/workflow/deliver.ts";
import { checkDurableFile, writeDurableFile, type DurableFileOptions } from "./durable-file.ts";
import type { Sink } from "./sink.ts";

/** Settings of {@link fileSink}. */
export interface FileSinkOptions extends DurableFileOptions {
  /** Absolute. */
  readonly path: string;
  /** End the file with a line feed. */
  readonly newline: boolean;
}

/** A file that holds one password, its exact bytes. */
export function fileSink(options: FileSinkOptions): Sink {
  const { path, newline } = options;
  return {
    check: () => {
      checkDurableFile(path);
    },
    deliver: async (secret): Promise<Delivery> => {
      const password = secret.bytes();
      const content = newline ? Buffer.concat([password, Buffer.from("\n")]) : password;
      try {
        writeDurableFile(path, content, options);
      } finally {
        password.fill(0);
        content.fill(0);
      }
      return { sink: "file", locator: path, durable: true };
    },
  };
}
