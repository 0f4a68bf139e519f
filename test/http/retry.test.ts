import { describe, expect, it } from "vitest";
import type { SeedFault } from "../../lib/emulator/index.ts";
import { UnavailableError } from "../../lib/errors.ts";
import type { HttpMethod, HttpRequest, HttpResponse } from "../../lib/http/message.ts";
import { isTransientStatus, sendWithRetry, type RetryContext } from "../../lib/http/retry.ts";
import { ConnectionError } from "../../lib/http/connection-error.ts";
import { emulatedCloud, firstCalls, retryContext, type EmulatedCloud } from "./emulated-cloud.ts";
import { like, rejectionOf } from "./rejection.ts";

/** `/v3` answers everybody; the method does not matter to a fault. */
const request = (cloud: EmulatedCloud, method: HttpMethod = "GET"): HttpRequest => ({
  method,
  url: new URL(`${cloud.url}/v3`),
  headers: {},
});

interface Outcome {
  readonly cloud: EmulatedCloud;
  readonly response: HttpResponse;
  readonly pauses: readonly number[];
}

async function send(faults: SeedFault[], changes: Partial<RetryContext> = {}): Promise<Outcome> {
  const cloud = await emulatedCloud({ faults });
  const response = await sendWithRetry(request(cloud), retryContext(cloud.clock, changes));
  return { cloud, response, pauses: cloud.clock.pauses };
}

const transient = [408, 429, 500, 502, 503, 504];

describe("which answers are tried again", () => {
  it.for(
    transient.flatMap((status) =>
      (["GET", "POST", "PUT", "DELETE"] as const).map((method) => ({ status, method })),
    ),
  )("$status to $method, body and headers included", async ({ status, method }) => {
    const cloud = await emulatedCloud({ faults: [{ path: "/v3", call: 1, status, body: "busy" }] });
    const body = Buffer.from("{}");
    const sending: HttpRequest = { ...request(cloud, method), ...(method === "GET" ? {} : { body }) };
    const answer = await sendWithRetry(sending, retryContext(cloud.clock));
    expect(cloud.log()).toHaveLength(2);
    expect(answer.status).not.toBe(status);
    expect(cloud.clock.pauses).toEqual([250]);
  });

  it.for([200, 201, 202, 204, 301, 304, 400, 401, 403, 404, 405, 409, 413, 501, 505])(
    "%i is final at once",
    async (status) => {
      const { cloud, response, pauses } = await send([{ path: "/v3", status }]);
      expect(response.status).toBe(status);
      expect(cloud.log()).toHaveLength(1);
      expect(pauses).toEqual([]);
      expect(isTransientStatus(status)).toBe(false);
    },
  );

  it("broken connections are, others are not", async () => {
    const { cloud, response } = await send([
      { path: "/v3", call: 1, reset: true },
      { path: "/v3", call: 2, cut: 3 },
      { path: "/v3", call: 3, resetAfter: true },
    ]);
    expect(response.status).toBe(200);
    expect(cloud.log()).toHaveLength(4);
    await cloud.emulator.close();
    expect(await rejectionOf(sendWithRetry(request(cloud), retryContext(cloud.clock)))).toMatchObject({
      message: like(/refused/),
    });
    expect(cloud.clock.pauses).toHaveLength(3);
  });

  it("the caller may call more answers transient", async () => {
    const cloud = await emulatedCloud({ faults: [{ path: "/v3", call: 1, status: 202, body: {} }] });
    const answer = await sendWithRetry(
      request(cloud),
      retryContext(cloud.clock),
      (response) => response.status === 202,
    );
    expect(answer.status).toBe(200);
  });
});

describe("when all attempts are used up", () => {
  it("the last transient answer is returned as it is", async () => {
    const { cloud, response } = await send([
      ...firstCalls(4, { path: "/v3", status: 503 }),
      { path: "/v3", status: 502, body: "<html>bad gateway</html>" },
    ]);
    expect(cloud.log().map((line) => line.slice(-3))).toEqual(["503", "503", "503", "503", "502"]);
    expect(response.status).toBe(502);
    expect(Buffer.from(response.body).toString()).toBe("<html>bad gateway</html>");
    expect(cloud.clock.pauses).toHaveLength(4);
  });

  it("the last broken connection is thrown", async () => {
    const cloud = await emulatedCloud({ faults: [{ path: "/v3", reset: true }] });
    const error = await rejectionOf(sendWithRetry(request(cloud), retryContext(cloud.clock)));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ retryable: true, transient: true });
    expect(cloud.log()).toHaveLength(5);
  });

  it("one attempt means one", async () => {
    const policy = { attempts: 1, baseDelayMs: 1, maxDelayMs: 1, deadlineMs: 1_000 };
    const { cloud, response } = await send([{ path: "/v3", status: 503 }], { policy });
    expect(response.status).toBe(503);
    expect(cloud.log()).toHaveLength(1);
  });
});

describe("the pause between attempts", () => {
  const policy = { attempts: 8, baseDelayMs: 500, maxDelayMs: 8_000, deadlineMs: 600_000 };
  const ceilings = [500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000];

  it.for([0, 0.25, 0.999_999])(
    "is random (%d) times a ceiling that doubles up to its limit",
    async (value) => {
      const { pauses } = await send([{ path: "/v3", status: 500 }], { policy, random: () => value });
      expect(pauses).toEqual(ceilings.map((ceiling) => ceiling * value));
    },
  );

  it("draws anew each time", async () => {
    const values = [0.1, 0.9, 0.5, 0, 1 / 3, 0.7, 0.2];
    const queue = [...values];
    const { pauses } = await send([{ path: "/v3", status: 500 }], {
      policy,
      random: () => queue.shift() ?? 0,
    });
    expect(pauses).toEqual(ceilings.map((ceiling, index) => ceiling * (values[index] ?? 0)));
  });
});

describe("Retry-After", () => {
  const once = (value: string, status = 429): SeedFault[] => [
    { path: "/v3", call: 1, status, headers: { "Retry-After": value } },
  ];

  it.for([
    ["7", 7_000],
    ["0", 0],
    ["  3  ", 3_000],
    ["59", 59_000],
    ["Tue, 01 Jan 2030 00:00:20 GMT", 20_000],
    ["Mon, 31 Dec 2029 23:00:00 GMT", 0],
    ["Tuesday, 01-Jan-30 00:00:20 GMT", 20_000],
    // Not one of the two forms: as if it were not there.
    ["soon", 250],
    ["-5", 250],
    ["1.5", 250],
    ["1.5e1000", 250],
    ["", 250],
  ] as const)("%j waits %i ms", async ([value, pause]) => {
    for (const status of [429, 503]) {
      const { cloud, pauses, response } = await send(once(value, status));
      expect({ pauses, status: response.status }).toEqual({ pauses: [pause], status: 200 });
      expect(cloud.log()).toHaveLength(2);
    }
  });

  it.for(["61", "999999999", "Tue, 01 Jan 2030 01:00:00 GMT"])(
    "%s lies beyond the deadline: given up at once, with the status",
    async (value) => {
      const cloud = await emulatedCloud({ faults: once(value) });
      const error = await rejectionOf(sendWithRetry(request(cloud), retryContext(cloud.clock)));
      expect(error).toBeInstanceOf(UnavailableError);
      expect(error).toMatchObject({
        status: 429,
        retryable: true,
        message: like(/Retry-After/),
      });
      expect(cloud.log()).toHaveLength(1);
      expect(cloud.clock.pauses).toEqual([]);
    },
  );

  it("hostile text in it is not repeated", async () => {
    const date = `Tue, 01 Jan 2036 00:00:00 GMT (CANARY)`;
    const cloud = await emulatedCloud({ faults: once(date) });
    const error = await rejectionOf(sendWithRetry(request(cloud), retryContext(cloud.clock)));
    expect(String(error)).not.toContain("CANARY");
  });
});

describe("the deadline over all attempts", () => {
  const policy = { attempts: 100, baseDelayMs: 1_000, maxDelayMs: 4_000, deadlineMs: 10_000 };

  it("no attempt begins after it; the last answer is returned", async () => {
    const { cloud, response } = await send([{ path: "/v3", status: 503 }], { policy, random: () => 1 });
    // 1 + 2 + 4 s are waited; the next 4 s would end at 11 s.
    expect(cloud.clock.pauses).toEqual([1_000, 2_000, 4_000]);
    expect(cloud.log()).toHaveLength(4);
    expect(response.status).toBe(503);
  });

  it("an attempt that would begin exactly then is made", async () => {
    const { cloud } = await send([{ path: "/v3", status: 503 }], {
      policy: { ...policy, deadlineMs: 7_000 },
      random: () => 1,
    });
    expect(cloud.log()).toHaveLength(4);
  });

  it("time that attempts take counts", async () => {
    const cloud = await emulatedCloud({ faults: [{ path: "/v3", status: 503 }] });
    const context = retryContext(cloud.clock, { policy, random: () => 1 });
    const { transport } = context;
    const slow = {
      ...transport,
      send: async (...call: Parameters<typeof transport.send>) => {
        cloud.clock.advance(6_000);
        return transport.send(...call);
      },
    };
    expect((await sendWithRetry(request(cloud), { ...context, transport: slow })).status).toBe(503);
    expect(cloud.clock.pauses).toEqual([1_000]);
  });

  it("broken connections end at it too", async () => {
    const cloud = await emulatedCloud({ faults: [{ path: "/v3", reset: true }] });
    const context = retryContext(cloud.clock, { policy, random: () => 1 });
    expect(await rejectionOf(sendWithRetry(request(cloud), context))).toBeInstanceOf(ConnectionError);
    expect(cloud.log()).toHaveLength(4);
  });
});

describe("an abort", () => {
  const reasons = [
    ["an Error", new Error("stop")],
    ["a plain value", { why: "not even an Error" }],
    ["a text", "stop"],
  ] as const;

  it.for(reasons)("before the start: nothing is sent; the reason is %s", async ([, reason]) => {
    const cloud = await emulatedCloud();
    const context = retryContext(cloud.clock, { signal: AbortSignal.abort(reason) });
    expect(await rejectionOf(sendWithRetry(request(cloud), context))).toBe(reason);
    expect(cloud.log()).toEqual([]);
  });

  it.for(reasons)("during a pause: no further attempt; the reason is %s", async ([, reason]) => {
    const cloud = await emulatedCloud({ faults: [{ path: "/v3", status: 503 }] });
    const stop = new AbortController();
    cloud.clock.onSleep = () => stop.abort(reason);
    const context = retryContext(cloud.clock, { signal: stop.signal });
    expect(await rejectionOf(sendWithRetry(request(cloud), context))).toBe(reason);
    expect(cloud.log()).toHaveLength(1);
  });

  it.for(reasons)("during an attempt: no further one; the reason is %s", async ([, reason]) => {
    const cloud = await emulatedCloud({ faults: [{ path: "/v3", status: 503 }] });
    const stop = new AbortController();
    const context = retryContext(cloud.clock, { signal: stop.signal });
    const { transport } = context;
    const aborting = {
      ...transport,
      send: async (...call: Parameters<typeof transport.send>) => {
        stop.abort(reason);
        return transport.send(...call);
      },
    };
    expect(await rejectionOf(sendWithRetry(request(cloud), { ...context, transport: aborting }))).toBe(
      reason,
    );
    expect(cloud.log()).toEqual([]);
  });
});

describe("who must be admitted", () => {
  it("is so before each attempt, and the wait for the first is none of the retries' time", async () => {
    const cloud = await emulatedCloud({ faults: firstCalls(2, { path: "/v3", status: 503 }) });
    const { clock } = cloud;
    const seen: number[] = [];
    const admit = async (): Promise<void> => {
      seen.push(cloud.log().length);
      if (seen.length === 1) await clock.sleep(3_600_000);
    };
    const answer = await sendWithRetry(request(cloud), retryContext(clock, { admit }));
    expect(answer.status).not.toBe(503);
    expect(seen).toEqual([0, 1, 2]);
  });

  it("too late for another attempt gets none", async () => {
    const cloud = await emulatedCloud({ faults: [{ path: "/v3", status: 503 }] });
    const admit = async (): Promise<void> => cloud.clock.sleep(40_000);
    const answer = await sendWithRetry(request(cloud), retryContext(cloud.clock, { admit }));
    expect(answer.status).toBe(503);
    expect(cloud.log()).toHaveLength(2);
  });

  it("and interrupted while waiting sends nothing", async () => {
    const cloud = await emulatedCloud();
    const reason = { why: "not an Error" };
    const admit = async (signal?: AbortSignal): Promise<void> => cloud.clock.sleep(1, signal);
    const context = retryContext(cloud.clock, { admit, signal: AbortSignal.abort(reason) });
    expect(await rejectionOf(sendWithRetry(request(cloud), context))).toBe(reason);
    expect(cloud.log()).toEqual([]);
  });
});
