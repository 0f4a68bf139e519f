import { describe, expect, it } from "vitest";
import {
  AuthError,
  BadKeyError,
  NotDeliveredError,
  NotFoundError,
  NotReadyError,
  NotVerifiedError,
  RefusedError,
  SuspectError,
  TimeoutError,
  UnavailableError,
  UsageError,
  WinpwError,
  WrongKeyError,
} from "../lib/errors.ts";

describe("every error", () => {
  it.for([
    ["ERR_USAGE", "UsageError", new UsageError("m"), false],
    ["ERR_NOT_READY", "NotReadyError", new NotReadyError("m"), true],
    ["ERR_AUTH", "AuthError", new AuthError("m", 401), false],
    ["ERR_NOT_FOUND", "NotFoundError", new NotFoundError("m"), false],
    ["ERR_WRONG_KEY", "WrongKeyError", new WrongKeyError("m"), false],
    ["ERR_BAD_KEY", "BadKeyError", new BadKeyError("m", "damaged"), false],
    ["ERR_UNAVAILABLE", "UnavailableError", new UnavailableError("m"), true],
    ["ERR_TIMEOUT", "TimeoutError", new TimeoutError("m"), true],
    ["ERR_REFUSED", "RefusedError", new RefusedError("m"), false],
    ["ERR_NOT_DELIVERED", "NotDeliveredError", new NotDeliveredError("m"), false],
    ["ERR_NOT_VERIFIED", "NotVerifiedError", new NotVerifiedError("m"), false],
    ["ERR_SUSPECT", "SuspectError", new SuspectError("m"), false],
  ] as const)("%s is %s", ([code, name, error, retryable]) => {
    expect(error).toBeInstanceOf(WinpwError);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ code, name, message: "m", retryable, requestId: undefined });
    expect(error.stack).toContain(`${name}: m`);
    expect("cause" in error).toBe(false);
  });

  it("carries request id, cause and what the caller knows of retrying", () => {
    const cause = new Error("inner");
    const error = new UnavailableError("m", { requestId: "req-1", cause, retryable: false, status: 503 });
    expect(error).toMatchObject({ requestId: "req-1", cause, retryable: false, status: 503 });
  });
});

it("each has its own facts, empty when unknown", () => {
  expect(new AuthError("m", 403, { action: "ecs:cloudServers:get" })).toMatchObject({
    status: 403,
    action: "ecs:cloudServers:get",
  });
  expect(new AuthError("m", 403).action).toBeUndefined();
  expect(new NotFoundError("m", { candidates: ["a", "b"] }).candidates).toEqual(["a", "b"]);
  expect(new NotFoundError("m").candidates).toEqual([]);
  expect(new WrongKeyError("m", { given: ["SHA256:a"], needed: "b" })).toMatchObject({
    given: ["SHA256:a"],
    needed: "b",
  });
  expect(new WrongKeyError("m")).toMatchObject({ given: [], needed: undefined });
  expect(new BadKeyError("m", "passphrase-wrong").reason).toBe("passphrase-wrong");
  expect(new UnavailableError("m").status).toBeUndefined();
});
