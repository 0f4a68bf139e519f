import { describe, expect, it } from "vitest";
import { UsageError } from "../../lib/errors.ts";
import { resolveTls } from "../../lib/settings/tls.ts";

const verified = { insecureTls: false };

describe("certificates", () => {
  it("none by default", () => {
    const none = { ca: undefined, client: undefined, insecureTls: false };
    expect(resolveTls(verified, {})).toEqual(none);
    expect(resolveTls(verified, { OS_CACERT: "", OS_CERT: "", OS_KEY: "", OS_INSECURE: "" })).toEqual(none);
  });

  it("the option stands above OS_CACERT, and errors can tell which it was", () => {
    expect(resolveTls(verified, { OS_CACERT: "b" }).ca).toEqual({ path: "b", origin: "OS_CACERT" });
    expect(resolveTls({ ...verified, cacert: "a" }, { OS_CACERT: "b" }).ca).toEqual({
      path: "a",
      origin: "--cacert",
    });
  });

  it("OS_CERT with or without OS_KEY, but never OS_KEY alone", () => {
    expect(resolveTls(verified, { OS_CERT: "c", OS_KEY: "k" }).client).toEqual({
      certificate: "c",
      key: "k",
    });
    expect(resolveTls(verified, { OS_CERT: "c" }).client).toEqual({ certificate: "c", key: undefined });
    expect(() => resolveTls(verified, { OS_KEY: "k" })).toThrow(/OS_KEY .* OS_CERT/);
  });
});

describe("a variable that asks for unverified TLS", () => {
  it.for([
    ["OS_INSECURE", "1"],
    ["OS_INSECURE", "true"],
    ["OS_INSECURE", "True"],
    ["OS_INSECURE", "yes"],
    ["OS_INSECURE", "on"],
    ["OS_INSECURE", "whatever"],
    ["HW_INSECURE", "true"],
    ["HW_INSECURE", "t"],
    ["NODE_TLS_REJECT_UNAUTHORIZED", "0"],
  ] as const)("%s=%s is refused, and the option is named", ([name, value]) => {
    const attempt = (): unknown => resolveTls(verified, { [name]: value });
    expect(attempt).toThrow(UsageError);
    expect(attempt).toThrow(new RegExp(`^${name} .*--insecure-tls`));
    expect(resolveTls({ insecureTls: true }, { [name]: value }).insecureTls).toBe(true);
  });

  it.for([
    ["OS_INSECURE", "0"],
    ["OS_INSECURE", "False"],
    ["OS_INSECURE", "no"],
    ["HW_INSECURE", "f"],
    ["HW_INSECURE", "OFF"],
    ["NODE_TLS_REJECT_UNAUTHORIZED", "1"],
  ] as const)("%s=%s asks for nothing", ([name, value]) => {
    expect(resolveTls(verified, { [name]: value }).insecureTls).toBe(false);
  });
});
