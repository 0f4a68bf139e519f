import { expect, it } from "vitest";
import { sendWithRetry } from "../../lib/http/retry.ts";
import { retryContext } from "./emulated-cloud.ts";
import { onRequestHead, rawServer } from "./raw-server.ts";
import { testClock } from "./test-clock.ts";

const answerOf = (body: string): string =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: keep-alive\r\n\r\n${body}`;

// Web servers drop idle connections whenever they like, and Huawei Cloud's bare metal ones say they keep none at all.
it.for([
  { how: "right after its answer", dropsOn: "answer" },
  { how: "a moment after its answer", dropsOn: "later" },
  { how: "when the next request arrives, answering nothing", dropsOn: "next request" },
] as const)(
  "60 pairs of GET and DELETE go through when the server drops a kept connection $how",
  async ({ dropsOn }) => {
    const handled: string[] = [];
    const server = await rawServer((socket) => {
      let answered = false;
      onRequestHead(socket, (head) => {
        if (answered) {
          socket.destroy();
          return;
        }
        answered = true;
        handled.push(head.split(" ")[0] ?? "");
        const whenSent = (): void => {
          if (dropsOn === "answer") socket.destroy();
          if (dropsOn === "later") setTimeout(() => socket.end(), 1);
        };
        socket.write(answerOf("{}"), whenSent);
      });
    });
    const context = retryContext(testClock());
    const request = { url: new URL(server.url), headers: {} };
    for (let pair = 1; pair <= 60; pair += 1) {
      const get = await sendWithRetry({ method: "GET", ...request }, context);
      // What changes something never rides on a connection that may be gone: it needs no second attempt.
      const del = await context.transport.send({ method: "DELETE", ...request });
      expect({ pair, get: get.status, del: del.status }).toEqual({ pair, get: 200, del: 200 });
    }
    expect(handled.filter((method) => method === "DELETE")).toHaveLength(60);
  },
);

it("connections that stay are used again for reads", async () => {
  const server = await rawServer((socket) => onRequestHead(socket, () => socket.write(answerOf("{}"))));
  const context = retryContext(testClock());
  for (let call = 0; call < 40; call += 1) {
    await sendWithRetry({ method: "GET", url: new URL(server.url), headers: {} }, context);
  }
  expect(server.connections()).toBeLessThanOrEqual(8);
});
