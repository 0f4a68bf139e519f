import { describe, expect, it } from "vitest";
import { mustNotHold } from "./program.ts";

describe("planted secrets", () => {
  const secret = 'Fake-Secret/"1"';

  it.each([
    ["as it is", secret],
    ["in base64", Buffer.from(secret).toString("base64")],
    ["in a URL", encodeURIComponent(secret)],
    ["in JSON", JSON.stringify({ value: secret })],
  ])("are found %s", (_form, text) => {
    expect(() => mustNotHold("stderr", `before ${text} after`, [secret])).toThrow(/appeared on stderr/);
  });

  it("are not seen where they are not", () => {
    expect(() => mustNotHold("stderr", "winpw: error", [secret])).not.toThrow();
  });
});
