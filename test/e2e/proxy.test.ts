import { mkdirSync, writeFileSync } from "node:fs";
import type { ServerOptions } from "node:https";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { certificateAuthority, selfSigned } from "../http/certificates.ts";
import { startProxy, type ProxyBehaviour, type TestProxy } from "../http/proxy-server.ts";
import { expectFailure, jsonAnswer } from "./answers.ts";
import { exampleCiphertext, placeKey, workFolder } from "./key-files.ts";
import { runProgram } from "./program.ts";
import { cloudHost, tlsFront } from "./tls-cloud.ts";
import { loginPassword, serverId, serverPassword, windowsCloud } from "./windows-cloud.ts";

const authority = certificateAuthority();
const good = authority.issue({ names: ["*.cloud.example"] });
const proxyUser = "Canary-proxy-user";
const proxyPassword = "Canary/proxy:Pa55word";
const userInfo = `${proxyUser}:${encodeURIComponent(proxyPassword)}@`;
const secrets = {
  canaries: [loginPassword, proxyUser, proxyPassword, `${proxyUser}:${proxyPassword}`],
  stdoutOnly: [serverPassword],
};

interface Scene {
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly folder: string;
  readonly cacert: string;
  readonly proxy: TestProxy;
  readonly asked: readonly string[];
  readonly passwordCalls: () => readonly string[];
}

/** A cloud on https behind a proxy, which the environment names; the CA lies in `cacert` and nobody trusts it yet. */
async function scene(
  certificate: ServerOptions = good,
  behaviour: Partial<ProxyBehaviour> = {},
): Promise<Scene> {
  const cloud = await windowsCloud();
  const front = await tlsFront(cloud, certificate);
  const proxy = await startProxy({ port: front.port, ...behaviour });
  const folder = workFolder();
  const cacert = join(folder, "ca.pem");
  writeFileSync(cacert, authority.cert);
  return {
    env: { ...front.env, HTTPS_PROXY: proxy.url.replace("//", `//${userInfo}`) },
    args: ["get", "win-1", "--key", placeKey(folder)],
    folder,
    cacert,
    proxy,
    asked: front.asked,
    passwordCalls: () => cloud.passwordCalls(serverId(1)),
  };
}

describe("through a proxy", () => {
  it("get --clear does all its work, and neither side learns what is the other's", async () => {
    const { env, args, cacert, proxy, asked, passwordCalls } = await scene(good, {
      credentials: `${proxyUser}:${proxyPassword}`,
    });
    const run = await runProgram([...args, "--clear", "--debug", "--cacert", cacert], { env, ...secrets });
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout.toString("utf8")).toBe(serverPassword);
    expect(passwordCalls()).toEqual(["GET 200", "GET 200", "DELETE 204", "GET 200"]);
    expect(asked.every((line) => line.endsWith(` ${cloudHost}`))).toBe(true);
    for (const head of proxy.heads) {
      expect(head).toMatch(new RegExp(`^CONNECT ${cloudHost}:443\\n`));
      expect(head).not.toMatch(/x-auth-token/i);
    }
    expect(run.stderr).toContain(` through the proxy 127.0.0.1:${proxy.port}`);
  });

  it("a proxy that wants credentials is exit 8, tried once for each request, and says where they go", async () => {
    const { env, args, cacert, proxy, asked } = await scene(good, { credentials: "other:ones" });
    const run = await runProgram([...args, "--json", "--debug", "--cacert", cacert], { env, ...secrets });
    expect(jsonAnswer(run).error).toMatchObject({ code: "ERR_UNAVAILABLE", exit: 8, retryable: false });
    expect(run.stderr).toMatch(/winpw: error ERR_UNAVAILABLE: the proxy 127\.0\.0\.1:\d+ wants credentials/);
    expect(run.stderr).toMatch(/winpw: hint: .*USER:PASSWORD@HOST:PORT/);
    expect(proxy.heads).toHaveLength(1);
    expect(asked).toEqual([]);
  });

  it("a proxy that opens no connection for now is asked again, and is exit 8 in the end", async () => {
    const { env, args, cacert, proxy } = await scene(good, { refuse: 502, refusals: 1 });
    const run = await runProgram([...args, "--cacert", cacert], { env, ...secrets });
    expect(run.code, run.stderr).toBe(0);
    expect(proxy.heads.length).toBeGreaterThan(1);
    const lasting = await scene(good, { refuse: 502 });
    const failed = await runProgram(lasting.args, { env: lasting.env, ...secrets });
    expectFailure(failed, "ERR_UNAVAILABLE", /the proxy 127\.0\.0\.1:\d+ opens no connection \(HTTP 502\)/);
    expect(lasting.proxy.heads).toHaveLength(5);
  });

  it.each([
    `socks5://${userInfo}127.0.0.1:1080`,
    `http://${proxyUser}:${proxyPassword}@127.0.0.1:1`,
    `http://${proxyUser}:1#${proxyPassword}@127.0.0.1:1`,
  ])("the useless proxy %s is exit 2 before anything is sent", async (value) => {
    const { env, args } = await scene();
    const run = await runProgram([...args, "--debug"], { env: { ...env, HTTPS_PROXY: value }, ...secrets });
    expect(run.code, run.stderr).toBe(2);
    expect(run.stderr).toMatch(/winpw: error ERR_USAGE: HTTPS_PROXY /);
  });
});

describe("certificates", () => {
  it.each(["--cacert", "OS_CACERT", "NODE_EXTRA_CA_CERTS"])("are trusted by %s", async (way) => {
    const { env, args, cacert } = await scene();
    const run =
      way === "--cacert"
        ? await runProgram([...args, "--cacert", cacert], { env, ...secrets })
        : await runProgram(args, { env: { ...env, [way]: cacert }, ...secrets });
    expect(run, run.stderr).toMatchObject({ code: 0, stderr: "" });
  });

  it("--cacert names a file relative to the folder, stands above OS_CACERT, and replaces all other trust", async () => {
    const { env, args, cacert, folder } = await scene();
    const stranger = join(folder, "other.pem");
    writeFileSync(stranger, certificateAuthority().cert);
    const both = { ...env, NODE_EXTRA_CA_CERTS: cacert, OS_CACERT: stranger };
    expectFailure(await runProgram(args, { env: both, ...secrets }), "ERR_UNAVAILABLE", /issuer/);
    const run = await runProgram([...args, "--cacert", "ca.pem"], { env: both, cwd: folder, ...secrets });
    expect(run.code, run.stderr).toBe(0);
  });

  it.each([
    ["expired", authority.issue({ names: [cloudHost], from: -9, to: -1 }), /has expired/, /clock/],
    ["another host's", authority.issue({ names: ["elsewhere.example"] }), /another host name/, /--endpoint/],
    ["self-signed", selfSigned({ names: [cloudHost] }), /self-signed/, /--cacert/],
    ["a stranger's", certificateAuthority().issue({ names: [cloudHost] }), /issuer/, /--cacert/],
  ])("a certificate that is %s is exit 8 at once, with a hint", async (_name, certificate, fault, hint) => {
    const { env, args, cacert, proxy, asked } = await scene(certificate);
    const run = await runProgram([...args, "--cacert", cacert], { env, ...secrets });
    expectFailure(run, "ERR_UNAVAILABLE", fault);
    expect(run.stderr).toMatch(new RegExp(`winpw: hint: .*${hint.source}`));
    expect(proxy.heads).toHaveLength(1);
    expect(asked).toEqual([]);
    const insecure = await runProgram([...args, "--insecure-tls"], { env, ...secrets });
    expect(insecure.code, insecure.stderr).toBe(0);
    expect(insecure.stderr).toBe("winpw: warning: certificates are not verified (--insecure-tls)\n");
  });

  it.each([
    ["OS_INSECURE", "true"],
    ["HW_INSECURE", "1"],
    ["NODE_TLS_REJECT_UNAUTHORIZED", "0"],
  ])("%s=%s is exit 2 naming the option, before anything is sent", async (name, value) => {
    const { env, args, cacert, proxy } = await scene();
    const run = await runProgram([...args, "--cacert", cacert], {
      env: { ...env, [name]: value },
      ...secrets,
    });
    expectFailure(run, "ERR_USAGE", new RegExp(`${name} .*--insecure-tls`));
    expect(proxy.heads).toEqual([]);
  });

  it("a bundle or client certificate that cannot be used is exit 2 naming where it was set", async () => {
    const { env, args, cacert, folder, proxy } = await scene();
    writeFileSync(join(folder, "text"), "no certificate");
    mkdirSync(join(folder, "folder"));
    const attempt = async (more: Record<string, string>, option: readonly string[] = []) =>
      runProgram([...args, ...option], { env: { ...env, ...more }, cwd: folder, ...secrets });
    expectFailure(await attempt({}, ["--cacert", "absent"]), "ERR_USAGE", /--cacert .*ENOENT/);
    expectFailure(await attempt({ OS_CACERT: "folder" }), "ERR_USAGE", /OS_CACERT is not .* regular file/);
    expectFailure(await attempt({ OS_CACERT: "text" }), "ERR_USAGE", /no certificate in PEM form/);
    expectFailure(await attempt({ OS_CERT: "absent" }), "ERR_USAGE", /OS_CERT .*ENOENT/);
    expectFailure(await attempt({ OS_KEY: cacert }), "ERR_USAGE", /OS_KEY .*OS_CERT/);
    expectFailure(await attempt({ OS_CERT: cacert, OS_KEY: "text" }), "ERR_USAGE", /key cannot be read/);
    expect(proxy.heads).toEqual([]);
  });

  it("OS_CERT and OS_KEY, or one file with both, are shown to a service that asks", async () => {
    const asking = { ...good, ca: authority.cert, requestCert: true, rejectUnauthorized: true };
    const { env, args, cacert, folder, asked } = await scene(asking);
    const without = await runProgram([...args, "--cacert", cacert, "--timeout", "2"], { env, ...secrets });
    expect([8, 9], without.stderr).toContain(without.code);
    expect(asked).toEqual([]);
    const client = authority.issue({ names: [] });
    writeFileSync(join(folder, "both.pem"), client.cert + client.key);
    writeFileSync(join(folder, "cert.pem"), client.cert);
    writeFileSync(join(folder, "key.pem"), client.key);
    for (const more of [{ OS_CERT: "both.pem" }, { OS_CERT: "cert.pem", OS_KEY: "key.pem" }]) {
      const run = await runProgram([...args, "--cacert", cacert], {
        env: { ...env, ...more },
        cwd: folder,
        ...secrets,
      });
      expect(run.code, run.stderr).toBe(0);
    }
  });
});

it("decrypt cares for none of it", async () => {
  const folder = workFolder();
  const env = { HTTPS_PROXY: "socks5://x", OS_CACERT: "absent", OS_INSECURE: "1", OS_KEY: "absent" };
  const args = ["decrypt", "--blob", exampleCiphertext(), "--key", placeKey(folder)];
  const run = await runProgram(args, { env });
  expect(run, run.stderr).toMatchObject({ code: 0, stderr: "" });
});
