import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseSeed } from "../../lib/emulator/parse-seed.ts";
import { testSeed } from "./cloud.ts";

const text = readFileSync(new URL("../../docs/emulator.md", import.meta.url), "utf8");
const examples = [...text.matchAll(/```json\n(.*?)```/gs)].map((match): unknown =>
  JSON.parse(match[1] ?? ""),
);

describe("docs/emulator.md", () => {
  it.for(examples.map((example, index) => [index + 1, example] as const))(
    "has a seed that works: example %i",
    ([, example]) => {
      const seed = Array.isArray(example) ? { ...testSeed(), faults: example } : example;
      expect(parseSeed(seed)).toEqual(seed);
    },
  );

  it("has an example for each kind of fault", () => {
    const kinds = [
      "status",
      "redirect",
      "delayMs",
      "reset",
      "resetAfter",
      "cut",
      "ignore",
      "ciphertext",
      "plaintext",
    ];
    const shown = new Set(
      examples
        .filter(Array.isArray)
        .flatMap((faults) => faults.flatMap((fault: object) => Object.keys(fault))),
    );
    expect(kinds.filter((kind) => !shown.has(kind))).toEqual([]);
  });
});
