import { beforeAll, expect, it } from "vitest";
import { runProgram } from "../e2e/program.ts";
import { toolOrSkip } from "../tools.ts";
import { type NovaServer, credentials, describeNova, makeServers, nova, runPeer } from "./service.ts";

// `nova get-password SERVER KEY` prints the password and a newline; it decrypts by running openssl.
describeNova("winpw and `nova` of python3-novaclient, on the same servers", () => {
  let servers: readonly NovaServer[];

  beforeAll(() => {
    servers = makeServers(
      ["Fake-plain-1", "Fäke-ünïcode-2", `Fake "quotes" $and 'signs' \\3`].map((password, i) => ({
        name: `peer-${i}`,
        password,
      })),
    );
  });

  async function winpw(...args: readonly string[]): Promise<{ code: number | null; text: string }> {
    const { code, stdout } = await runProgram(args, { env: credentials() });
    return { code, text: stdout.toString("utf8") };
  }

  it("read the same passwords", async (test) => {
    toolOrSkip("openssl", test);
    for (const { name, password } of servers) {
      expect(runPeer(["get-password", name, nova().key.file])).toBe(`${password}\n`);
      expect(await winpw("get", name, "--key", nova().key.file)).toEqual({ code: 0, text: password });
    }
  });

  it("read the same ciphertext", async () => {
    for (const { name, ciphertext } of servers) {
      expect(runPeer(["get-password", name]).trim()).toBe(ciphertext);
      const { code, text } = await winpw("get", name, "--key", nova().key.file, "--json");
      const sha256 = new Uint8Array(await crypto.subtle.digest("SHA-256", Buffer.from(ciphertext, "base64")));
      expect({ code, ...(JSON.parse(text) as object) }).toMatchObject({
        code: 0,
        ciphertext: { sha256: Buffer.from(sha256).toString("hex") },
      });
    }
  });

  it("agree that a password is gone, whichever of them cleared it", async () => {
    const [mine, theirs] = servers as [NovaServer, NovaServer];
    expect((await winpw("clear", mine.name, "--yes")).code).toBe(0);
    expect(runPeer(["get-password", mine.name])).toBe("\n");
    runPeer(["clear-password", theirs.name]);
    expect((await winpw("get", theirs.name, "--key", nova().key.file)).code).toBe(3);
    const { code, text } = await winpw("clear", theirs.id, "--yes", "--json");
    expect({ code, ...(JSON.parse(text) as object) }).toMatchObject({ code: 0, changed: false });
  });
});
