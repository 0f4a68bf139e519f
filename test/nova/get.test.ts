import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { type RunResult, runProgram } from "../e2e/program.ts";
import {
  type NovaServer,
  credentials,
  describeNova,
  logIn,
  makeServers,
  nova,
  postFromGuest,
} from "./service.ts";

describeNova("winpw get, from a real Nova", () => {
  let server: NovaServer;
  let awkward: NovaServer;
  let lookalike: NovaServer;
  let unset: NovaServer;
  let twins: readonly NovaServer[];

  beforeAll(() => {
    const made = makeServers([
      { name: "get-me", password: "Fake-pässwörd 1" },
      // Nova takes the name of a query for a regular expression, in which the dot matches the x as well.
      { name: "win.example", password: "Fake-2" },
      { name: "winxexample", password: "Fake-3" },
      { name: "no-password-yet" },
      { name: "twin", password: "Fake-4" },
      { name: "twin", password: "Fake-5" },
    ]);
    [server, awkward, lookalike, unset] = made as [NovaServer, NovaServer, NovaServer, NovaServer];
    twins = made.slice(4);
  });

  async function get(target: string, ...args: readonly string[]): Promise<RunResult> {
    const env = credentials();
    return runProgram(["get", target, "--key", nova().key.file, ...args], {
      env,
      canaries: [env["OS_PASSWORD"] ?? ""],
      stdoutOnly: [server.password],
    });
  }

  it.each([
    ["by default (the catalog lacks ecs)", []],
    ["with --api v2.1", ["--api", "v2.1"]],
  ])("prints exactly the password, by id, %s", async (_, args) => {
    const { code, stdout, stderr } = await get(server.id, ...args);
    expect({ code, text: stdout.toString("utf8"), stderr }).toEqual({
      code: 0,
      text: server.password,
      stderr: "",
    });
  });

  it("finds a server by its exact name, dots and all", async () => {
    const results = [await get(awkward.name), await get(lookalike.name)];
    expect(results.map(({ stdout }) => stdout.toString())).toEqual([awkward.password, lookalike.password]);
  });

  it("answers 5 with the candidates for a name that two servers bear", async () => {
    const { code, stdout, stderr } = await get(twins[0]?.name ?? "");
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 5, stdout: "" });
    for (const twin of twins) expect(stderr).toContain(twin.id);
  });

  it.each([["no-such-server"], ["11111111-2222-3333-4444-555555555555"]])(
    "answers 5 for %s, which does not exist",
    async (target) => {
      const { code, stderr } = await get(target);
      expect(code).toBe(5);
      expect(stderr).toContain("winpw: error ERR_NOT_FOUND: ");
    },
  );

  it("answers 3 while there is no password", async () => {
    const { code, stdout, stderr } = await get(unset.id);
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toContain("winpw: error ERR_NOT_READY: ");
  });

  it("describes itself in JSON", async () => {
    const { stdout } = await get(server.name, "--json");
    expect(JSON.parse(stdout.toString("utf8"))).toMatchObject({
      schema: "winpw/1",
      ok: true,
      action: "get",
      changed: false,
      server: { api: "v2.1", id: server.id, name: server.name },
      key: { md5: nova().key.md5, sha256: nova().key.sha256 },
      ciphertext: { bytes: 256 },
      password: server.password,
      verdict: "ready",
      error: null,
    });
  });

  it("takes a ready token from a file, and Nova's address with or without the project", async () => {
    const { token, projectId } = await logIn();
    const tokenFile = join(nova().scratch, "token");
    writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });
    for (const endpoint of [nova().env["NOVA_URL"], `${nova().env["NOVA_URL"]}/${projectId}`]) {
      const { code, stdout } = await runProgram(
        ["get", server.id, "--key", nova().key.file, "--api", "v2.1"].concat(
          ["--token-file", tokenFile],
          ["--endpoint", endpoint ?? ""],
        ),
        { canaries: [token], stdoutOnly: [server.password] },
      );
      expect({ code, stdout: stdout.toString() }).toEqual({ code: 0, stdout: server.password });
    }
  });

  it("waits for a guest that is still booting", async () => {
    const [late] = makeServers([{ name: "late" }]);
    const id = late?.id ?? "";
    const waiting = get(id, "--wait", "--wait-timeout", "60s");
    await new Promise((resolve) => setTimeout(resolve, 2000));
    expect(await postFromGuest(id, server.ciphertext)).toBe(200);
    const { code, stdout } = await waiting;
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 0, stdout: server.password });
  });

  // Nova stores 4 × 255 characters; a 6144-bit ciphertext has 1024 in base64, so the guest's POST is refused.
  it("answers 3 when the guest's ciphertext was too long for Nova", async () => {
    expect(await postFromGuest(unset.id, "A".repeat(1024))).toBe(400);
    expect((await get(unset.id)).code).toBe(3);
  });
});
