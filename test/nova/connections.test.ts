import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { runProgram } from "../e2e/program.ts";
import { credentials, describeNova, makeServers, nova, restartNova } from "./service.ts";

describeNova("winpw against a web server that closes connections", () => {
  const rounds = 20;

  afterAll(() => {
    restartNova({});
  });

  it.each([
    ["without saying so, and sends no length (Debian's settings)", {}],
    ["without saying so, and sends a length", { KEEP_LENGTH: "1" }],
    ["and says so", { CONNECTION_CLOSE: "1" }],
    ["and says so, and sends a length", { CONNECTION_CLOSE: "1", KEEP_LENGTH: "1" }],
  ])(`reads and clears ${rounds} times without a failure: it closes %s`, async (_, switches) => {
    restartNova(switches);
    const servers = makeServers(
      Array.from({ length: rounds }, (__, i) => ({ name: `round-${i}`, password: `Fake-round-${i}` })),
    );
    for (const [i, { id, password }] of servers.entries()) {
      const out = join(nova().scratch, `round-${Object.keys(switches).join("-")}-${i}`);
      const args = ["get", id, "--key", nova().key.file, "--clear", "--out", out, "--json"];
      const { code, stdout, stderr } = await runProgram(args, {
        env: credentials(),
        canaries: [password],
      });
      expect({ i, code, stderr }).toEqual({ i, code: 0, stderr: "" });
      expect(JSON.parse(stdout.toString())).toMatchObject({ changed: true, cleared: true });
    }
  });
});
