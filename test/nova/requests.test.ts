import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { runProgram } from "../e2e/program.ts";
import { type Recorder, startRecorder } from "./recorder.ts";
import { type NovaServer, credentials, describeNova, makeServers, nova } from "./service.ts";

describeNova("what winpw asks of Keystone and Nova", () => {
  let recorder: Recorder;
  let server: NovaServer;

  beforeAll(async () => {
    recorder = await startRecorder();
    [server] = makeServers([{ name: "counted", password: "Fake-counted" }]) as [NovaServer];
  });
  beforeEach(() => {
    recorder.requests.length = 0;
  });
  afterAll(() => {
    recorder.close();
  });

  const logins = (): number => recorder.requests.filter(({ path }) => path.endsWith("/auth/tokens")).length;

  it.each([
    ["by id", 3, () => server.id],
    ["by name", 5, () => server.name],
  ])("get %s takes at most %i requests", async (_, most, target) => {
    const { code, stdout } = await runProgram(["get", target(), "--key", nova().key.file], {
      env: credentials("demo", recorder.authUrl),
    });
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 0, stdout: server.password });
    expect(recorder.requests.map(({ path }) => path)).toContainEqual(
      expect.stringContaining("/os-server-password"),
    );
    expect(recorder.requests.length, JSON.stringify(recorder.requests, null, 1)).toBeLessThanOrEqual(most);
    expect(logins()).toBe(1);
  });

  it.each([[[]], [["other-server", "third-server"]]])(
    "a refused login is 4 after one request, whatever the number of targets (%j more)",
    async (more) => {
      const { code, stderr } = await runProgram(
        ["get", server.id, ...more, "--key", nova().key.file].concat(more.length > 0 ? ["--reveal"] : []),
        {
          env: { ...credentials("demo", recorder.authUrl), OS_PASSWORD: "Fake-wrong-login" },
          canaries: ["Fake-wrong-login"],
        },
      );
      expect(code).toBe(4);
      expect(stderr).toContain("winpw: error ERR_AUTH: ");
      expect(recorder.requests).toEqual([{ method: "POST", path: "/v3/auth/tokens", status: 401 }]);
    },
  );

  it("a token that is no longer good is 4, and is not tried again", async () => {
    const tokenFile = join(nova().scratch, "stale-token");
    writeFileSync(tokenFile, "gAAAAA-fake-stale-token", { mode: 0o600 });
    const endpoint = recorder.authUrl.replace(/v3$/, "v2.1");
    const { code, stderr } = await runProgram(
      ["get", server.id, "--key", nova().key.file, "--api", "v2.1"].concat(
        ["--token-file", tokenFile],
        ["--endpoint", endpoint],
      ),
      { canaries: ["gAAAAA-fake-stale-token"] },
    );
    expect(code).toBe(4);
    expect(stderr).toContain("winpw: error ERR_AUTH: ");
    expect(recorder.requests.map(({ status }) => status)).toEqual([401]);
  });

  it("get --clear with a wrong key sends nothing that changes anything", async () => {
    const args = ["get", server.id, "--key", nova().otherKey.file, "--clear"];
    const { code } = await runProgram([...args, "--out", join(nova().scratch, "unread.out")], {
      env: credentials("demo", recorder.authUrl),
    });
    expect(code).toBe(6);
    const methods = recorder.requests
      .filter(({ path }) => !path.endsWith("/auth/tokens"))
      .map(({ method }) => method);
    expect(new Set(methods)).toEqual(new Set(["GET"]));
  });

  it("get --clear reads, compares, deletes once and confirms", async () => {
    const [own] = makeServers([{ name: "in-order", password: "Fake-in-order" }]) as [NovaServer];
    const args = ["get", own.id, "--key", nova().key.file, "--clear"];
    const { code } = await runProgram([...args, "--out", join(nova().scratch, "in-order.out")], {
      env: credentials("demo", recorder.authUrl),
    });
    expect(code).toBe(0);
    const methods = recorder.requests
      .filter(({ path }) => path.endsWith("/os-server-password"))
      .map(({ method }) => method);
    expect(methods).toEqual(["GET", "GET", "DELETE", "GET"]);
  });
});
