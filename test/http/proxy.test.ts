import { describe, expect, it } from "vitest";
import { UsageError } from "../../lib/errors.ts";
import { proxyFrom } from "../../lib/http/proxy.ts";
import { everythingShown } from "./rejection.ts";

const chosen = (environment: Record<string, string>, url = "https://iam.example/v3"): string | undefined =>
  proxyFrom(environment)(new URL(url))?.url.href;

describe("the variable that counts", () => {
  it.for([
    ["HTTPS_PROXY for https", { HTTPS_PROXY: "http://a:1" }, "https://x/", "http://a:1/"],
    ["HTTPS_PROXY not for http", { HTTPS_PROXY: "http://a:1" }, "http://x/", undefined],
    ["HTTP_PROXY for http", { HTTP_PROXY: "http://a:1" }, "http://x/", "http://a:1/"],
    ["HTTP_PROXY not for https", { HTTP_PROXY: "http://a:1" }, "https://x/", undefined],
    ["ALL_PROXY for https", { ALL_PROXY: "http://a:1" }, "https://x/", "http://a:1/"],
    ["ALL_PROXY for http", { all_proxy: "http://a:1" }, "http://x/", "http://a:1/"],
    [
      "the special one above ALL_PROXY",
      { all_proxy: "http://a:1", HTTPS_PROXY: "http://b:2" },
      "https://x/",
      "http://b:2/",
    ],
    [
      "the lower-case one first",
      { https_proxy: "http://a:1", HTTPS_PROXY: "http://b:2" },
      "https://x/",
      "http://a:1/",
    ],
    ["an empty one is unset", { https_proxy: "", HTTPS_PROXY: "http://b:2" }, "https://x/", "http://b:2/"],
    ["none", {}, "https://x/", undefined],
    ["NO_PROXY above all", { HTTPS_PROXY: "http://a:1", NO_PROXY: "x" }, "https://x/", undefined],
    [
      "no_proxy first",
      { HTTPS_PROXY: "http://a:1", NO_PROXY: "x", no_proxy: "y" },
      "https://x/",
      "http://a:1/",
    ],
    ["without a scheme", { HTTPS_PROXY: "proxy.example:3128" }, "https://x/", "http://proxy.example:3128/"],
    [
      "without a scheme, with credentials",
      { HTTPS_PROXY: "u:p@proxy.example:3128" },
      "https://x/",
      "http://proxy.example:3128/",
    ],
    ["a TLS proxy", { HTTPS_PROXY: "https://proxy.example" }, "https://x/", "https://proxy.example/"],
  ] as const)("%s", ([, environment, url, expected]) => {
    expect(chosen(environment, url)).toBe(expected);
  });
});

describe("credentials in a proxy's URL", () => {
  it.for([
    ["http://user:pass@p:1", "user:pass"],
    ["http://user@p:1", "user:"],
    ["http://us%40er:p%2Fa%3Ass@p:1", "us@er:p/a:ss"],
    ["http://user:pässwörd@p:1", "user:pässwörd"],
  ] as const)("%s", ([value, expected]) => {
    const proxy = proxyFrom({ HTTPS_PROXY: value })(new URL("https://x/"));
    expect(proxy?.url.href).toBe("http://p:1/");
    expect(proxy?.authorization?.reveal()).toBe(`Basic ${Buffer.from(expected).toString("base64")}`);
  });

  it("are in nothing that shows the proxy", () => {
    const proxy = proxyFrom({ HTTPS_PROXY: "http://CANARY-user:CANARY-pass@p:1" })(new URL("https://x/"));
    expect(everythingShown(proxy)).not.toContain("CANARY");
    expect(everythingShown(proxy)).not.toContain(Buffer.from("CANARY").toString("base64").slice(0, 7));
  });
});

describe("a proxy of no use", () => {
  it.for([
    "socks5://u:CANARY@p:1",
    "http://u:CANARY/1@p:1",
    "http://u:12#CANARY@p:1",
    "http://u:12?CANARY@p:1",
    "http://p:1/CANARY",
    "http://u:CANARY%@p:1",
    "http://p:CANARY",
    "http://",
    "CANARY CANARY",
    "u:12/CANARY@p",
  ])("%j is a UsageError naming the variable, not the value", (value) => {
    const rules = proxyFrom({ https_proxy: value, NO_PROXY: "straight.example" });
    expect(rules(new URL("http://x/"))).toBeUndefined();
    expect(rules(new URL("https://straight.example/"))).toBeUndefined();
    try {
      rules(new URL("https://x/"));
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError);
      expect(String(error)).toContain("https_proxy");
      expect(everythingShown(error)).not.toContain("CANARY");
      return;
    }
    expect.fail("nothing was thrown");
  });
});
