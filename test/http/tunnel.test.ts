import { createServer } from "node:http";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { RefusedError, UsageError } from "../../lib/errors.ts";
import { ConnectionError } from "../../lib/http/connection-error.ts";
import type { HttpMethod, HttpRequest } from "../../lib/http/message.ts";
import { proxyFrom } from "../../lib/http/proxy.ts";
import { Secret } from "../../lib/secret.ts";
import type { Transport } from "../../lib/http/transport.ts";
import { certificateAuthority } from "./certificates.ts";
import { testTransport } from "./emulated-cloud.ts";
import { startProxy, type ProxyBehaviour, type TestProxy } from "./proxy-server.ts";
import { httpServer, rawServer } from "./raw-server.ts";
import { everythingShown, like, rejectionOf } from "./rejection.ts";
import { tlsServer } from "./tls-server.ts";

const authority = certificateAuthority();
const cloudCertificate = authority.issue({ names: ["cloud.example", "*.cloud.example"] });
const ca = Buffer.from(authority.cert);
const token = "CANARY-token";

const request = (url: string, method: HttpMethod = "GET"): HttpRequest => ({
  method,
  url: new URL(url),
  headers: { "X-Auth-Token": token },
});

interface Scene {
  readonly proxy: TestProxy;
  readonly cloud: { readonly port: number; readonly asked: readonly string[] };
  readonly transport: Transport;
}

/** A cloud on TLS that only the proxy knows the way to. */
async function scene(behaviour: Partial<ProxyBehaviour> = {}, userInfo = ""): Promise<Scene> {
  const cloud = await tlsServer(cloudCertificate);
  const proxy = await startProxy({ port: cloud.port, ...behaviour });
  const value = proxy.url.replace("//", `//${userInfo}`);
  return { proxy, cloud, transport: testTransport({ ca, proxy: proxyFrom({ HTTPS_PROXY: value }) }) };
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");

function expectHidden(error: unknown): void {
  const shown = everythingShown(error);
  for (const secret of ["CANARY", base64("CANARY-user:CANARY-pass").slice(0, 8)])
    expect(shown).not.toContain(secret);
}

describe("https through a proxy", () => {
  it("goes through a tunnel that is told the host and nothing else", async () => {
    const { proxy, cloud, transport } = await scene();
    for (const method of ["GET", "POST", "DELETE"] as const) {
      const answer = await transport.send(request("https://iam.cloud.example/v3?a=b", method));
      expect(answer.status).toBe(200);
    }
    expect(cloud.asked).toEqual(["GET", "POST", "DELETE"].map((m) => `${m} /v3?a=b iam.cloud.example`));
    expect(proxy.heads.length).toBeGreaterThan(1);
    for (const head of proxy.heads) {
      expect(head).toMatch(/^CONNECT iam\.cloud\.example:443\n/);
      expect(head).not.toMatch(/token|CANARY|authorization/i);
    }
  });

  it("to another port, through a proxy on TLS with a certificate of the same CA", async () => {
    const { proxy, transport } = await scene({ tls: authority.issue({ names: ["localhost"] }) });
    const through = testTransport({
      ca,
      proxy: proxyFrom({ ALL_PROXY: `https://localhost:${proxy.port}` }),
    });
    expect((await through.send(request("https://iam.cloud.example:8443/"))).status).toBe(200);
    expect(proxy.heads[0]).toMatch(/^CONNECT iam\.cloud\.example:8443\n/);
    // By its address the same proxy is a stranger.
    const error = await rejectionOf(transport.send(request("https://iam.cloud.example/")));
    expect(error).toMatchObject({
      fault: "host-name",
      message: `the proxy 127.0.0.1:${proxy.port}: its certificate is for another host name`,
    });
  });

  it("credentials go to the proxy and not to the service", async () => {
    const { proxy, cloud, transport } = await scene(
      { credentials: "CANARY-user:CANARY/päss" },
      `CANARY-user:${encodeURIComponent("CANARY/päss")}@`,
    );
    const shown: string[] = [];
    const watched = testTransport({
      ca,
      proxy: proxyFrom({ https_proxy: `CANARY-user:CANARY%2Fp%C3%A4ss@127.0.0.1:${proxy.port}` }),
      onExchange: (exchange) => shown.push(everythingShown(exchange)),
    });
    for (const each of [transport, watched])
      expect((await each.send(request("https://iam.cloud.example/"))).status).toBe(200);
    expect(proxy.heads[0]).toContain(`proxy-authorization: Basic ${base64("CANARY-user:CANARY/päss")}`);
    expect(cloud.asked).toHaveLength(2);
    expect(shown.join()).toContain(`127.0.0.1:${proxy.port}`);
    expect(shown.join()).not.toContain("CANARY");
  });

  it("of one host, two variables bring their own credentials", async () => {
    const { proxy, cloud } = await scene();
    const rules = proxyFrom({
      HTTPS_PROXY: proxy.url.replace("//", "//first:1@"),
      HTTP_PROXY: proxy.url.replace("//", "//second:2@"),
    });
    const transport = testTransport({ ca, insecureHttp: true, proxy: rules });
    await transport.send(request("https://iam.cloud.example/"));
    // What the TLS port behind the proxy makes of it does not matter here.
    await transport.send(request("http://iam.cloud.example/")).catch(() => undefined);
    expect(proxy.heads[0]).toContain(`Basic ${base64("first:1")}`);
    expect(proxy.heads[1]).toContain(`Basic ${base64("second:2")}`);
    expect(cloud.asked).toHaveLength(1);
  });

  it("a token of the request is not in any byte that the proxy can read", async () => {
    let bytes = "";
    const cloud = await tlsServer(cloudCertificate);
    const real = await startProxy({ port: cloud.port });
    const tap = await rawServer((socket) => {
      socket.on("data", (piece: Buffer) => (bytes += piece.toString("latin1")));
      const onward = connect(real.port, "127.0.0.1");
      onward.on("error", () => undefined);
      socket.pipe(onward).pipe(socket);
    });
    const transport = testTransport({ ca, proxy: proxyFrom({ HTTPS_PROXY: tap.url }) });
    expect((await transport.send(request("https://iam.cloud.example/"))).status).toBe(200);
    expect(bytes).toMatch(/^CONNECT /);
    expect(bytes).not.toContain(token);
  });
});

describe("a proxy that opens no tunnel", () => {
  it.for([
    [407, false, "proxy-credentials", /wants credentials/],
    [403, false, "proxy", /opens no connection \(HTTP 403\)/],
    [502, true, "proxy", /opens no connection \(HTTP 502\)/],
    [503, true, "proxy", /HTTP 503/],
    [204, false, "proxy", /HTTP 204/],
  ] as const)("because of %i", async ([refuse, transient, fault, message]) => {
    const { proxy, cloud, transport } = await scene({ refuse }, "CANARY-user:CANARY-pass@");
    for (const method of ["GET", "DELETE"] as const) {
      const error = await rejectionOf(transport.send(request("https://iam.cloud.example/", method)));
      expect(error).toBeInstanceOf(ConnectionError);
      expect(error).toMatchObject({ transient, retryable: transient, fault, message: like(message) });
      expect(error).toMatchObject({ message: like(new RegExp(`proxy 127.0.0.1:${proxy.port}`)) });
      expectHidden(error);
    }
    expect(cloud.asked).toEqual([]);
  });

  it("because nobody listens there, or it hangs up", async () => {
    const gone = await rawServer((socket) => socket.destroy());
    for (const [url, message] of [
      [
        "http://CANARY-user:CANARY-pass@127.0.0.1:1",
        /^the proxy 127\.0\.0\.1:1: the connection was refused$/,
      ],
      [
        gone.url.replace("//", "//CANARY-user:CANARY-pass@"),
        /^the proxy 127\.0\.0\.1:\d+: the connection was/,
      ],
    ] as const) {
      const transport = testTransport({ proxy: proxyFrom({ HTTPS_PROXY: url }) });
      const error = await rejectionOf(transport.send(request("https://iam.cloud.example/")));
      expect(error).toBeInstanceOf(ConnectionError);
      expect(error).toMatchObject({ message: like(message) });
      expectHidden(error);
    }
  });

  it("because it never answers: the attempt's limit ends it, and closing does not wait for it", async () => {
    const { proxy } = await scene({ silent: true });
    const transport = testTransport({
      attemptTimeoutMs: 100,
      proxy: proxyFrom({ HTTPS_PROXY: proxy.url }),
    });
    const error = await rejectionOf(transport.send(request("https://iam.cloud.example/")));
    expect(error).toMatchObject({
      transient: true,
      message: like(/the proxy 127\.0\.0\.1:\d+/),
    });
    await transport.close();
  });

  it("goes on when asked again after a refusal that has passed", async () => {
    const { transport } = await scene({ refuse: 503, refusals: 1 });
    expect(await rejectionOf(transport.send(request("https://iam.cloud.example/")))).toMatchObject({
      transient: true,
    });
    expect((await transport.send(request("https://iam.cloud.example/"))).status).toBe(200);
  });
});

describe("a service behind a tunnel", () => {
  it("is verified as if there were no proxy", async () => {
    const { proxy, cloud } = await scene();
    const rules = proxyFrom({ HTTPS_PROXY: proxy.url });
    const untrusted = testTransport({ proxy: rules });
    for (const method of ["GET", "DELETE"] as const) {
      expect(await rejectionOf(untrusted.send(request("https://iam.cloud.example/", method)))).toMatchObject({
        fault: "unknown-issuer",
        message: like(/^iam\.cloud\.example: /),
      });
      expect(
        await rejectionOf(
          testTransport({ ca, proxy: rules }).send(request("https://other.example/", method)),
        ),
      ).toMatchObject({ fault: "host-name", message: like(/^other\.example: /) });
    }
    expect(cloud.asked).toEqual([]);
  });

  it("gets the client certificate, which the proxy does not", async () => {
    const client = authority.issue({ names: [] });
    const known = { ca: authority.cert, requestCert: true };
    const cloud = await tlsServer({ ...cloudCertificate, ...known, rejectUnauthorized: true });
    const tls = { ...authority.issue({ names: ["localhost"] }), ...known, rejectUnauthorized: false };
    const proxy = await startProxy({ port: cloud.port, tls });
    const rules = proxyFrom({ HTTPS_PROXY: `https://localhost:${proxy.port}` });
    const clientCertificate = {
      certificate: Buffer.from(client.cert),
      privateKey: new Secret(Buffer.from(client.key)),
    };
    const transport = testTransport({ ca, clientCertificate, proxy: rules });
    expect((await transport.send(request("https://iam.cloud.example/"))).status).toBe(200);
    expect(proxy.clients).toEqual([false]);
    const without = testTransport({ ca, proxy: rules });
    expect(await rejectionOf(without.send(request("https://iam.cloud.example/")))).toBeInstanceOf(
      ConnectionError,
    );
    expect(cloud.asked).toHaveLength(1);
  });
});

describe("plain http, where it is allowed", () => {
  const cloud = async (): Promise<{ port: number; asked: string[] }> => {
    const asked: string[] = [];
    const server = await httpServer((incoming, response) => {
      asked.push(`${incoming.method} ${incoming.url} ${incoming.headers.host}`);
      response.end("{}");
    });
    return { port: server.port, asked };
  };

  it("is asked of the proxy itself", async () => {
    const { port, asked } = await cloud();
    const proxy = await startProxy({ port, credentials: "CANARY-user:CANARY-pass" });
    const rules = proxyFrom({ http_proxy: proxy.url.replace("//", "//CANARY-user:CANARY-pass@") });
    const transport = testTransport({ insecureHttp: true, proxy: rules });
    for (const method of ["GET", "DELETE"] as const)
      expect((await transport.send(request("http://iam.cloud.example/v3?a=b", method))).status).toBe(200);
    expect(asked).toEqual(["GET /v3?a=b iam.cloud.example", "DELETE /v3?a=b iam.cloud.example"]);
    expect(proxy.heads[0]).toMatch(/^GET http:\/\/iam\.cloud\.example\/v3\?a=b\n/);
    expect(
      await rejectionOf(testTransport({ proxy: rules }).send(request("http://x.example/"))),
    ).toBeInstanceOf(RefusedError);
  });

  it("a 407 is the proxy's, and so is a connection that fails", async () => {
    const { port, asked } = await cloud();
    const proxy = await startProxy({ port, refuse: 407 });
    for (const [url, message] of [
      [proxy.url, /^the proxy 127\.0\.0\.1:\d+ wants credentials/],
      ["http://127.0.0.1:1", /^the proxy 127\.0\.0\.1:1: the connection was refused/],
    ] as const) {
      const rules = proxyFrom({ http_proxy: url.replace("//", "//CANARY-user:CANARY-pass@") });
      const transport = testTransport({ insecureHttp: true, proxy: rules });
      for (const method of ["GET", "DELETE"] as const) {
        const error = await rejectionOf(transport.send(request("http://iam.cloud.example/", method)));
        expect(error).toBeInstanceOf(ConnectionError);
        expect(error).toMatchObject({ transient: false, message: like(message) });
        expectHidden(error);
      }
    }
    expect(asked).toEqual([]);
  });
});

describe("what never goes through a proxy", () => {
  it("this machine, by any of its names, whatever the variables say", async () => {
    const asked: string[] = [];
    const server = createServer((incoming, response) => {
      asked.push(incoming.url ?? "");
      response.end("{}");
    });
    await new Promise<void>((resolve) => server.listen(0, resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const proxy = await startProxy({ port });
    const everything = { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, ALL_PROXY: proxy.url };
    const transport = testTransport({ ca, proxy: proxyFrom(everything) });
    for (const host of ["127.0.0.1", "127.1.2.3", "localhost", "2130706433"])
      expect((await transport.send(request(`http://${host}:${port}/${host}`))).status).toBe(200);
    const cloud = await tlsServer(authority.issue({ names: ["localhost", "127.0.0.1"] }));
    for (const host of ["localhost", "127.0.0.1"])
      expect((await transport.send(request(`https://${host}:${cloud.port}/`))).status).toBe(200);
    expect(asked).toHaveLength(4);
    expect(cloud.asked).toHaveLength(2);
    expect(proxy.connections()).toBe(0);
    server.closeAllConnections();
    server.close();
  });

  it("the metadata address, also where plain http is allowed", () => {
    const transport = testTransport({
      insecureHttp: true,
      proxy: (url) => {
        throw new UsageError(`a proxy for ${url.host}`);
      },
    });
    expect(() => transport.check(new URL("http://169.254.169.254/openstack/latest"))).not.toThrow();
    expect(() => transport.check(new URL("http://169.254.169.253/"))).toThrow("a proxy for 169.254.169.253");
  });
});

it("a proxy of no use is told before anything is sent, and only where it is needed", async () => {
  const cloud = await tlsServer(authority.issue({ names: ["localhost"] }));
  const transport = testTransport({ ca, proxy: proxyFrom({ HTTPS_PROXY: "socks5://u:CANARY@p:1080" }) });
  expect((await transport.send(request(`https://localhost:${cloud.port}/`))).status).toBe(200);
  expect(() => transport.check(new URL("https://iam.cloud.example/"))).toThrow(UsageError);
  const error = await rejectionOf(transport.send(request("https://iam.cloud.example/")));
  expect(error).toBeInstanceOf(UsageError);
  expect(String(error)).toContain("HTTPS_PROXY");
  expectHidden(error);
});
