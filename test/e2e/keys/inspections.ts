import { expect } from "vitest";
import type { RunResult } from "../program.ts";

/** One line of `winpw key inspect --json`. */
export interface Inspection {
  readonly schema: string;
  readonly file: string;
  readonly container: string | null;
  readonly bits: number | null;
  readonly encrypted: boolean | null;
  readonly cipher: string | null;
  readonly kdf: string | null;
  readonly cost: string | null;
  readonly sha256: string | null;
  readonly md5: string | null;
  readonly permissions: string | null;
  readonly usable: boolean | null;
  readonly because: string;
  readonly reason: string | null;
}

const inspectionKeys = [
  "schema",
  "file",
  "container",
  "bits",
  "encrypted",
  "cipher",
  "kdf",
  "cost",
  "sha256",
  "md5",
  "permissions",
  "usable",
  "because",
  "reason",
];

/** Standard output is inspections, one a line, each with all keys. */
export function inspections({ stdout, stderr }: RunResult): readonly Inspection[] {
  const text = stdout.toString("utf8");
  expect(text.endsWith("\n"), stderr).toBe(true);
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      const inspection = JSON.parse(line) as Inspection;
      expect(Object.keys(inspection)).toEqual(inspectionKeys);
      return inspection;
    });
}
