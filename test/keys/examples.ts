import { readFileSync } from "node:fs";

/** One entry of keys-example/expected.json. */
export interface ExampleKey {
  readonly file: string;
  readonly container: string;
  readonly bits: number;
  readonly passphrase: string | null;
  readonly md5: string;
  readonly sha256: string;
  readonly ciphertext: string;
  readonly password: string;
}

const folder = new URL("../../keys-example/", import.meta.url);

/** The content of a file of keys-example. */
export function exampleFile(path: string): Buffer {
  return readFileSync(new URL(path, folder));
}

/** Every key of keys-example with what must come out of it. */
export const exampleKeys: readonly ExampleKey[] = (
  JSON.parse(exampleFile("expected.json").toString()) as { keys: ExampleKey[] }
).keys;
