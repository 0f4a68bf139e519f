import { spawn } from "node:child_process";
import { createPrivateKey } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { UsageError } from "../../lib/errors.ts";
import { ConnectionError } from "../../lib/http/connection-error.ts";
import { createTransport, type TransportOptions } from "../../lib/http/transport.ts";
import { Secret } from "../../lib/secret.ts";
import { toolOrSkip } from "../tools.ts";
import { certificateAuthority, selfSigned, type Issued } from "./certificates.ts";
import { testTransport } from "./emulated-cloud.ts";
import { rawServer } from "./raw-server.ts";
import { everythingShown, like, rejectionOf } from "./rejection.ts";
import { tlsServer } from "./tls-server.ts";

const authority = certificateAuthority();
const good = authority.issue({ names: ["localhost", "127.0.0.1"] });
const ca = Buffer.from(authority.cert);

/** Asks a server with this certificate; returns its status, or what was thrown. */
async function ask(issued: Issued, options: TransportOptions, host = "localhost"): Promise<unknown> {
  const { port } = await tlsServer(issued);
  const url = new URL(`https://${host}:${port}/`);
  const sending = testTransport(options).send({ method: "GET", url, headers: {} });
  return sending.then(
    ({ status }) => status,
    (error: unknown) => error,
  );
}

describe("a certificate", () => {
  it.for(["localhost", "127.0.0.1"])("of the given CA is good for %s", async (host) => {
    expect(await ask(good, { ca }, host)).toBe(200);
  });

  it("may be trusted by itself, and its CA may stand anywhere in a bundle with text between", async () => {
    const own = selfSigned({ names: ["localhost"] });
    expect(await ask(own, { ca: Buffer.from(own.cert) })).toBe(200);
    const bundle = [rootCertificates[0], "# a comment", authority.cert, rootCertificates[1]].join("\r\n");
    expect(await ask(good, { ca: Buffer.from(bundle) })).toBe(200);
  });

  it.for([
    ["has expired", authority.issue({ names: ["localhost"], from: -9, to: -1 }), "expired", /has expired$/],
    [
      "is not valid yet",
      authority.issue({ names: ["localhost"], from: 1, to: 9 }),
      "not-yet-valid",
      /not valid yet$/,
    ],
    ["is for another name", authority.issue({ names: ["other.example"] }), "host-name", /another host name$/],
    ["vouches for itself", selfSigned({ names: ["localhost"] }), "self-signed", /self-signed/],
    [
      "has an unknown issuer",
      certificateAuthority().issue({ names: ["localhost"] }),
      "unknown-issuer",
      /issuer/,
    ],
  ] as const)(
    "that %s is refused, unless verification is switched off",
    async ([, issued, fault, message]) => {
      const error = await ask(issued, { ca });
      expect(error).toBeInstanceOf(ConnectionError);
      expect(error).toMatchObject({ transient: false, retryable: false, fault, message: like(message) });
      expect(error).toMatchObject({ message: like(/^localhost:\d+: /) });
      expect(await ask(issued, { ca, insecureTls: true })).toBe(200);
    },
  );

  it("sent with a root that nobody here knows is refused", async () => {
    const error = await ask({ cert: good.cert + authority.cert, key: good.key }, {});
    expect(error).toMatchObject({ fault: "unknown-issuer" });
  });

  it("a given CA is trusted instead of all others", async () => {
    const other = Buffer.from(certificateAuthority().cert);
    expect(await ask(good, { ca: other })).toMatchObject({ fault: "unknown-issuer" });
  });
});

describe("NODE_TLS_REJECT_UNAUTHORIZED=0", () => {
  afterEach(() => {
    delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
  });

  it("switches nothing off", async () => {
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
    expect(await ask(good, {})).toMatchObject({ fault: "unknown-issuer" });
  });
});

it("a port without TLS is named as such", async () => {
  const { port } = await rawServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  const url = new URL(`https://localhost:${port}/`);
  expect(await rejectionOf(testTransport().send({ method: "GET", url, headers: {} }))).toMatchObject({
    message: like(/does not speak TLS on this port$/),
  });
});

describe("a client certificate", () => {
  const client = authority.issue({ names: [] });
  const withKey = (key: string, certificate = client.cert): TransportOptions => ({
    ca,
    clientCertificate: {
      certificate: Buffer.from(certificate),
      privateKey: new Secret(Buffer.from(key)),
    },
  });

  it("openssl: is asked for, and shown", async (test) => {
    const openssl = toolOrSkip("openssl", test);
    const folder = mkdtempSync(join(tmpdir(), "winpw-tls-"));
    writeFileSync(join(folder, "server.pem"), good.cert + good.key);
    writeFileSync(join(folder, "ca.pem"), authority.cert);
    const args = [
      "s_server",
      "-accept",
      "127.0.0.1:0",
      "-cert",
      join(folder, "server.pem"),
      "-www",
      "-tls1_2",
    ];
    const server = spawn(openssl, [...args, "-CAfile", join(folder, "ca.pem"), "-Verify", "1"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    onTestFinished(() => {
      server.kill();
      rmSync(folder, { recursive: true, force: true });
    });
    const port = await new Promise<number>((resolve) => {
      let told = "";
      server.stdout.on("data", (piece: Buffer) => {
        told += piece.toString();
        const found = /ACCEPT \S+:(\d+)/.exec(told)?.[1];
        if (found !== undefined) resolve(Number(found));
      });
    });
    const url = new URL(`https://127.0.0.1:${port}/`);
    const send = async (options: TransportOptions): Promise<unknown> =>
      testTransport(options).send({ method: "GET", url, headers: {} });
    expect(await rejectionOf(send({ ca }))).toMatchObject({
      fault: "client-certificate",
      message: like(/may want a client certificate$/),
    });
    expect(await send(withKey(client.key))).toMatchObject({ status: 200 });
  });

  it.for([
    ["the key of another", withKey(good.key), /do not belong together/],
    ["a key that is none", withKey("CANARY"), /key cannot be read/],
    [
      "an encrypted key",
      withKey(
        createPrivateKey(client.key)
          .export({ format: "pem", type: "pkcs8", cipher: "aes-256-cbc", passphrase: "x" })
          .toString(),
      ),
      /key cannot be read: it must be PEM, and not encrypted/,
    ],
    ["no certificate", withKey(client.key, "CANARY"), /client certificate's file holds no certificate/],
  ] as const)("with %s is a UsageError", ([, options, message]) => {
    try {
      createTransport(options);
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError);
      expect(error).toMatchObject({ message: like(message) });
      expect(everythingShown(error)).not.toMatch(/CANARY|PRIVATE KEY/);
      return;
    }
    expect.fail("nothing was thrown");
  });
});

it.for([
  ["nothing", "", /no certificate in PEM form/],
  ["text", "CANARY", /no certificate in PEM form/],
  ["a key", good.key, /no certificate in PEM form/],
  [
    "a damaged certificate",
    `${authority.cert}${authority.cert.replace(/\nMII/, "\nAII")}`,
    /certificate 2 of/,
  ],
] as const)("a CA bundle that holds %s is a UsageError", ([, bundle, message]) => {
  expect(() => createTransport({ ca: Buffer.from(bundle) })).toThrow(UsageError);
  expect(() => createTransport({ ca: Buffer.from(bundle) })).toThrow(message);
});
