import { describe, expect, it } from "vitest";
import { RefusedError } from "../../lib/errors.ts";
import { checkAddress, isLoopback, type AddressRules } from "../../lib/http/address-rules.ts";
import { everythingShown } from "./rejection.ts";

const check = (url: string, rules: AddressRules = {}): void => checkAddress(new URL(url), rules);

describe("without further rules", () => {
  it.for([
    "https://ecs.example/v1",
    "https://10.0.0.1:8774/v2.1",
    "https://localhost.",
    "https://[2001:db8::1]/",
    "http://127.0.0.1:5000/v3",
    "http://127.255.255.254",
    "http://[::1]:8774",
    "http://[0:0:0:0:0:0:0:1]",
    "http://localhost:5000",
    "http://LocalHost",
    // Other spellings of 127.0.0.1: the URL parser settles them, and the settled form is what is dialled.
    "http://127.1",
    "http://127.0.1:80",
    "http://2130706433",
    "http://0x7f.1",
    "http://0x7f000001",
    "http://0177.0.0.1",
    "http://127.0.0.1.",
    "http://１２７.0.0.1",
    "http://someone:CANARY@127.0.0.1",
  ])("%s may be talked to", (url) => {
    expect(() => check(url)).not.toThrow();
  });

  it.for([
    "http://ecs.example/v1",
    "http://10.0.0.1:8774",
    "http://128.0.0.1",
    "http://126.255.255.255",
    "http://0.0.0.0",
    "http://[::]",
    "http://[::2]",
    "http://[::ffff:127.0.0.1]",
    "http://[::127.0.0.1]",
    "http://169.254.169.254/openstack/latest/password",
    "http://localhost.",
    "http://localhost.localdomain",
    "http://localhost.evil.example",
    "http://evil-localhost",
    "http://127.0.0.1.evil.example",
    "http://127.0.0.1.nip.io",
    "http://127.0.0.1@evil.example",
    "http://localhost:80@evil.example",
    "http://evil.example/?x=@127.0.0.1",
    "http://evil.example#127.0.0.1",
    "http://evil.example\\@127.0.0.1",
    "ftp://127.0.0.1/",
    "ws://localhost/",
    "file:///etc/passwd",
    "localhost:5000/v3",
    "javascript:1",
  ])("%s is refused", (url) => {
    expect(() => check(url)).toThrow(RefusedError);
  });
});

it("plain http to any host needs insecureHttp, which opens no other protocol", () => {
  expect(() => check("http://ecs.example/v1", { insecureHttp: true })).not.toThrow();
  expect(() => check("ftp://ecs.example/", { insecureHttp: true })).toThrow(RefusedError);
  expect(() => check("http://ecs.example/v1", { insecureHttp: false })).toThrow(RefusedError);
});

describe("loopbackOnly", () => {
  it.for(["https://127.0.0.1", "https://localhost:8774", "http://[::1]", "http://127.1"])(
    "%s is this machine",
    (url) => {
      expect(() => check(url, { loopbackOnly: true })).not.toThrow();
    },
  );

  it.for([
    "https://ecs.example",
    "https://localhost.",
    "https://127.0.0.1.evil.example",
    "https://[::ffff:127.0.0.1]",
    "http://10.0.0.1",
  ])("%s is not, not even with insecureHttp", (url) => {
    expect(() => check(url, { loopbackOnly: true })).toThrow(RefusedError);
    expect(() => check(url, { loopbackOnly: true, insecureHttp: true })).toThrow(RefusedError);
  });
});

it("a refusal names the host and repeats neither user, password, path nor query", () => {
  const url = "http://CANARY1:CANARY2@ecs.example:8080/CANARY3/x?token=CANARY4#CANARY5";
  for (const rules of [{}, { loopbackOnly: true }]) {
    try {
      check(url, rules);
      expect.fail("nothing was thrown");
    } catch (error) {
      expect(everythingShown(error)).toContain("ecs.example:8080");
      expect(everythingShown(error)).not.toContain("CANARY");
    }
  }
});

it("a host that only begins or ends like this machine is another one", () => {
  expect(["127.0.0.1", "127.0.0.1.a", "a127.0.0.1", "127.0.0", "::1", ""].map(isLoopback)).toEqual([
    true,
    false,
    false,
    false,
    false,
    false,
  ]);
});
