import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseSource } from "./architecture/source.ts";

/** Values and types alike, read from the source: types leave no trace at run time. */
function exportedNames(path: string): string {
  const text = readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
  return parseSource(path, text).exports.toSorted().join("\n");
}

// A change here is a change of the public interface: a removed or renamed name breaks its users.
describe("the public names", () => {
  it("of winpw", () => {
    expect(exportedNames("lib/index.ts")).toMatchInlineSnapshot();
  });

  it("of winpw/emulator", () => {
    expect(exportedNames("lib/emulator/index.ts")).toMatchInlineSnapshot();
  });
});
