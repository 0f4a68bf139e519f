import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { RefusedError } from "../../lib/errors.ts";
import { ConnectionError } from "../../lib/http/connection-error.ts";
import type { HttpMethod, HttpRequest } from "../../lib/http/message.ts";
import { createTransport, type Exchange } from "../../lib/http/transport.ts";
import { version } from "../../lib/version.ts";
import { emulatedCloud, testTransport } from "./emulated-cloud.ts";
import { httpServer, onRequestHead, rawServer } from "./raw-server.ts";
import { everythingShown, like, rejectionOf } from "./rejection.ts";

const get = (url: string, headers: Record<string, string> = {}): HttpRequest => ({
  method: "GET",
  url: new URL(url),
  headers,
});
const text = (body: Uint8Array): string => Buffer.from(body).toString();

describe("one exchange", () => {
  it.for<HttpMethod>(["GET", "POST", "PUT", "DELETE"])("%s is sent as it was authorized", async (method) => {
    const seen: { head: IncomingMessage; body: string }[] = [];
    const server = await httpServer((request, response) => {
      let body = "";
      request.on("data", (piece: Buffer) => (body += piece.toString()));
      request.on("end", () => {
        seen.push({ head: request, body });
        response.writeHead(
          207,
          [
            ["X-Request-Id", "req-1"],
            ["Set-Cookie", "a=1"],
            ["Set-Cookie", "b=2"],
          ].flat(),
        );
        response.end("answer");
      });
    });
    const withBody = method === "POST" || method === "PUT";
    const answer = await testTransport().send({
      method,
      url: new URL(`${server.url}/v1/a%2Fb?name=x%20y`),
      headers: { "X-Auth-Token": "token", "Content-Type": "application/json" },
      ...(withBody ? { body: Buffer.from('{"a":1}') } : {}),
    });
    expect(answer.status).toBe(207);
    expect(answer.headers).toMatchObject({ "x-request-id": "req-1", "set-cookie": "a=1" });
    expect(text(answer.body)).toBe("answer");
    const [{ head, body } = expect.fail("no request came")] = seen;
    expect({ method: head.method, url: head.url, body }).toEqual({
      method,
      url: "/v1/a%2Fb?name=x%20y",
      body: withBody ? '{"a":1}' : "",
    });
    expect(head.headers).toMatchObject({
      "x-auth-token": "token",
      "content-type": "application/json",
      accept: "application/json",
      "user-agent": `winpw/${version}`,
    });
  });

  it("sends no user name and password of a URL", async () => {
    const heads: string[] = [];
    const server = await rawServer((socket) => {
      onRequestHead(socket, (head) => {
        heads.push(head);
        socket.end("HTTP/1.1 204 No Content\r\n\r\n");
      });
    });
    await testTransport().send(get(`http://user:CANARY@127.0.0.1:${server.port}/`));
    expect(heads).toHaveLength(1);
    expect(heads[0]).not.toMatch(/CANARY|authorization/i);
  });

  it("refuses a forbidden address without opening a connection", async () => {
    const seen: Exchange[] = [];
    const transport = testTransport({ onExchange: (exchange) => seen.push(exchange) });
    expect(await rejectionOf(transport.send(get("http://ecs.example/")))).toBeInstanceOf(RefusedError);
    expect(seen).toEqual([]);
  });
});

describe("a redirect", () => {
  it.for([301, 302, 303, 307, 308] as const)(
    "%i is handed back, and nobody else gets the token",
    async (status) => {
      const elsewhere = await httpServer((_, response) => response.end("{}"));
      const cloud = await emulatedCloud({
        faults: [{ path: "/**", redirect: { location: `${elsewhere.url}/stolen`, status } }],
      });
      const transport = testTransport();
      for (const method of ["GET", "DELETE"] as const) {
        const request = { ...get(`${cloud.url}/v1/p/cloudservers/s`), method };
        const answer = await transport.send({ ...request, headers: { "X-Auth-Token": "token" } });
        expect(answer.status).toBe(status);
        expect(answer.headers["location"]).toBe(`${elsewhere.url}/stolen`);
      }
      expect(elsewhere.connections()).toBe(0);
      expect(cloud.log()).toHaveLength(2);
    },
  );
});

describe("an answer that is not as it should be", () => {
  const attempt = async (url: string, options = {}): Promise<unknown> =>
    rejectionOf(testTransport({ attemptTimeoutMs: 20_000, ...options }).send(get(url)));

  it("that never begins, or drips without end, runs into the attempt's time limit", async () => {
    const silent = await rawServer(() => undefined);
    const dripping = await rawServer((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
      const drip = setInterval(() => socket.write("x"), 2);
      socket.on("close", () => clearInterval(drip));
    });
    for (const server of [silent, dripping]) {
      const error = await attempt(server.url, { attemptTimeoutMs: 40 });
      expect(error).toBeInstanceOf(ConnectionError);
      expect(error).toMatchObject({
        transient: true,
        message: like(/did not answer in time/),
      });
    }
  });

  it.for([
    ["with a length", (size: number) => `Content-Length: ${size}\r\n\r\n${"x".repeat(size)}`],
    [
      "in chunks",
      (size: number) =>
        `Transfer-Encoding: chunked\r\n\r\n${size.toString(16)}\r\n${"x".repeat(size)}\r\n0\r\n\r\n`,
    ],
    ["until the end of the connection", (size: number) => `Connection: close\r\n\r\n${"x".repeat(size)}`],
  ] as const)("%s: a body of the limit passes, a byte more does not", async ([, answer]) => {
    for (const size of [1024, 1025]) {
      const server = await rawServer((socket) => {
        onRequestHead(socket, () => socket.end(`HTTP/1.1 200 OK\r\n${answer(size)}`));
      });
      const sending = testTransport({ maxBodyBytes: 1024 }).send(get(server.url));
      if (size === 1024) expect((await sending).body.byteLength).toBe(1024);
      else {
        const error = await rejectionOf(sending);
        expect(error).toBeInstanceOf(ConnectionError);
        expect(error).toMatchObject({
          transient: false,
          message: like(/larger than 1024 bytes/),
        });
      }
    }
  });

  it("an endless body is hung up on", async () => {
    let hungUp: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (hungUp = resolve));
    const server = await httpServer((_, response) => {
      const piece = Buffer.alloc(16 * 1024);
      const pour = (): void => {
        while (!response.destroyed && response.write(piece));
        if (!response.destroyed) response.once("drain", pour);
      };
      response.on("close", hungUp);
      pour();
    });
    expect(await attempt(server.url, { maxBodyBytes: 64 * 1024 })).toMatchObject({ transient: false });
    await ended;
  });

  it("cut short is a broken connection, not a short answer", async () => {
    const cloud = await emulatedCloud({ faults: [{ path: "/v3", cut: 5 }] });
    const chunked = await rawServer((socket) => {
      onRequestHead(socket, () =>
        socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n'),
      );
    });
    for (const url of [`${cloud.url}/v3`, chunked.url]) {
      const error = await attempt(url);
      expect(error).toBeInstanceOf(ConnectionError);
      expect(error).toMatchObject({ transient: true });
    }
  });

  it("a reset, before and after the server acted, may mend itself", async () => {
    const cloud = await emulatedCloud({
      faults: [
        { path: "/v3", call: 1, reset: true },
        { path: "/v3", call: 2, resetAfter: true },
      ],
    });
    for (const call of [1, 2]) {
      expect({ call, error: await attempt(`${cloud.url}/v3`) }).toMatchObject({ error: { transient: true } });
    }
    expect((await testTransport().send(get(`${cloud.url}/v3`))).status).toBe(200);
  });

  it("half-closed without an answer is a broken connection", async () => {
    const server = await rawServer((socket) => socket.end());
    expect(await attempt(server.url)).toMatchObject({ transient: true });
  });

  it.for(["this is not HTTP\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "\0\0\0\0"])(
    "%j is no answer, and asking again would not help",
    async (answer) => {
      const server = await rawServer((socket) => onRequestHead(socket, () => socket.end(answer)));
      const error = await attempt(server.url);
      expect(error).toBeInstanceOf(ConnectionError);
      expect(error).toMatchObject({ transient: false, retryable: true, code: "ERR_UNAVAILABLE" });
    },
  );

  it("a port where nobody listens, and a TLS handshake with a server that speaks plain HTTP", async () => {
    const server = await httpServer((_, response) => response.end());
    expect(await attempt(`https://127.0.0.1:${server.port}`)).toMatchObject({ transient: false });
    const gone = await emulatedCloud();
    await gone.emulator.close();
    expect(await attempt(gone.url)).toMatchObject({
      transient: false,
      message: like(/^127\.0\.0\.1:\d+: the connection was refused$/),
    });
  });
});

describe("an abort", () => {
  class Stop {
    readonly why = "not even an Error";
  }

  it.for([["an Error", new Error("stop")] as const, ["any other value", new Stop()] as const])(
    "before the start sends nothing and gives the reason back: %s",
    async ([, reason]) => {
      const cloud = await emulatedCloud();
      expect(await rejectionOf(testTransport().send(get(cloud.url), AbortSignal.abort(reason)))).toBe(reason);
      expect(cloud.log()).toEqual([]);
    },
  );

  it("while the answer is awaited gives the reason back", async () => {
    const stop = new AbortController();
    const reason = new Stop();
    const server = await rawServer((socket) => onRequestHead(socket, () => stop.abort(reason)));
    expect(await rejectionOf(testTransport().send(get(server.url), stop.signal))).toBe(reason);
  });

  it("in the middle of a body gives the reason back", async () => {
    const stop = new AbortController();
    const reason = new Stop();
    const server = await rawServer((socket) => {
      onRequestHead(socket, () => {
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", () => {
          setTimeout(() => stop.abort(reason), 5);
        });
      });
    });
    expect(await rejectionOf(testTransport().send(get(server.url), stop.signal))).toBe(reason);
  });
});

describe("the observer", () => {
  it("is told of each attempt, answered or not", async () => {
    const cloud = await emulatedCloud({ faults: [{ path: "/v3", call: 2, reset: true }] });
    const seen: Exchange[] = [];
    const transport = testTransport({ onExchange: (exchange) => seen.push(exchange) });
    const request = get(`${cloud.url}/v3`);
    const answer = await transport.send(request);
    await rejectionOf(transport.send(request));
    expect(seen).toHaveLength(2);
    expect(seen[0]).toMatchObject({ status: answer.status, bytes: answer.body.byteLength });
    expect(seen[0]?.request[0]).toBe(`GET ${cloud.url}/v3`);
    expect(seen[0]?.requestId).toBe(answer.headers["x-openstack-request-id"]);
    expect(seen[0]?.requestId).toMatch(/^req-/);
    expect(seen[1]).toMatchObject({ status: undefined, bytes: undefined, requestId: undefined });
    for (const { milliseconds } of seen) expect(milliseconds).toBeGreaterThanOrEqual(0);
  });

  it("is shown no secret", async () => {
    const cloud = await emulatedCloud();
    const seen: Exchange[] = [];
    const transport = testTransport({ onExchange: (exchange) => seen.push(exchange) });
    const body = new TextEncoder().encode("CANARY-body");
    const headers = { "X-Auth-Token": "CANARY-token", Authorization: "CANARY-signature" };
    await transport.send({ method: "POST", url: new URL(`${cloud.url}/v3/auth/tokens`), headers, body });
    expect(seen).toHaveLength(1);
    expect(JSON.stringify(seen)).not.toContain("CANARY");
  });
});

it("close ends idle connections", async () => {
  const server = await httpServer((_, response) => response.end());
  const transport = createTransport();
  await transport.send(get(server.url));
  await transport.close();
  expect(await rejectionOf(transport.send(get(server.url)))).toBeInstanceOf(ConnectionError);
  expect(server.connections()).toBe(1);
});

describe("no error shows a secret of its request", () => {
  const secretRequest = (url: string, method: HttpMethod): HttpRequest => ({
    method,
    url: new URL(`${url.replace("http://", "http://CANARY1:CANARY2@")}/x?key=CANARY3`),
    headers: { "X-Auth-Token": "CANARY4", "X-Subject-Token": "CANARY5" },
    body: Buffer.from('{"password":"CANARY6"}'),
  });

  it.for<HttpMethod>(["POST", "PUT", "DELETE"])("%s, whatever goes wrong", async (method) => {
    const cloud = await emulatedCloud({
      faults: [
        { path: "/x", call: 1, reset: true },
        { path: "/x", call: 2, cut: 1 },
      ],
    });
    const silent = await rawServer(() => undefined);
    const large = await httpServer((_, response) => response.end("CANARY7".repeat(1000)));
    const noise = await rawServer((socket) => socket.end("CANARY8\r\n\r\n"));
    const transport = testTransport({ attemptTimeoutMs: 300, maxBodyBytes: 1024 });
    const badHeader = { ...secretRequest(cloud.url, method), headers: { "X-Auth-Token": "CANARY9\r\nX: y" } };
    const errors = [];
    for (const url of [cloud.url, cloud.url, silent.url, large.url, noise.url]) {
      errors.push(await rejectionOf(transport.send(secretRequest(url, method))));
    }
    errors.push(await rejectionOf(transport.send(badHeader)));
    for (const error of errors) {
      expect(error).toBeInstanceOf(ConnectionError);
      expect(everythingShown(error)).not.toContain("CANARY");
    }
  });
});
