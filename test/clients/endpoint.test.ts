import { describe, expect, it } from "vitest";
import { endpointBase } from "../../lib/clients/endpoint.ts";
import { UsageError } from "../../lib/errors.ts";
import { everythingShown } from "../http/rejection.ts";

const id = "0123456789abcdef0123456789abcdef";
const given = (url: string, version: "v1" | "v2.1", project: string | undefined = id): string =>
  endpointBase({ url, fromCatalog: false }, version, project);
const listed = (url: string, version: "v1" | "v2.1", project: string | undefined = id): string =>
  endpointBase({ url, fromCatalog: true }, version, project);

describe("a base that the caller gave", () => {
  it.for([
    // No version: version and project are added.
    ["https://ecs.example", "v1", `https://ecs.example/v1/${id}`],
    ["https://ecs.example/", "v1", `https://ecs.example/v1/${id}`],
    ["https://ecs.example///", "v2.1", `https://ecs.example/v2.1/${id}`],
    ["https://cloud.example/compute", "v2.1", `https://cloud.example/compute/v2.1/${id}`],
    ["https://cloud.example/compute/", "v2.1", `https://cloud.example/compute/v2.1/${id}`],
    ["https://cloud.example/v10", "v1", `https://cloud.example/v10/v1/${id}`],
    // Version only: the project is added.
    ["https://ecs.example/v1", "v1", `https://ecs.example/v1/${id}`],
    ["https://ecs.example/v1/", "v1", `https://ecs.example/v1/${id}`],
    ["https://nova.example/v2.1", "v2.1", `https://nova.example/v2.1/${id}`],
    ["https://nova.example/v2/", "v2.1", `https://nova.example/v2/${id}`],
    ["https://cloud.example/compute/v2.1//", "v2.1", `https://cloud.example/compute/v2.1/${id}`],
    // Version and project: used as it is, whatever project the login has.
    ["https://ecs.example/v1/other", "v1", "https://ecs.example/v1/other"],
    ["https://ecs.example/v1/other/", "v1", "https://ecs.example/v1/other"],
    ["https://nova.example/v2.1/other", "v2.1", "https://nova.example/v2.1/other"],
    ["https://nova.example/v2/other//", "v2.1", "https://nova.example/v2/other"],
    ["https://nova.example/v2/a%20b", "v2.1", "https://nova.example/v2/a%20b"],
    // Of the other version: that is replaced, the project stays (key pairs live under v2.1 also for a v1 client).
    ["https://ecs.example/v1/other", "v2.1", "https://ecs.example/v2.1/other"],
    ["https://ecs.example/v1", "v2.1", `https://ecs.example/v2.1/${id}`],
    ["https://ecs.example/v2.1/other/", "v1", "https://ecs.example/v1/other"],
    ["https://ecs.example/v2", "v1", `https://ecs.example/v1/${id}`],
    // What is no part of a base is dropped.
    ["https://ecs.example/v1?x=y#z", "v1", `https://ecs.example/v1/${id}`],
    ["https://user:CANARY@ecs.example:8443/v1", "v1", `https://ecs.example:8443/v1/${id}`],
    ["HTTPS://ECS.example:443/v1", "v1", `https://ecs.example/v1/${id}`],
  ] as const)("%s for %s", ([url, version, expected]) => {
    expect(given(url, version)).toBe(expected);
  });

  it("without a known project: v2.1 goes without, v1 needs one", () => {
    const without = (url: string, version: "v1" | "v2.1"): string =>
      endpointBase({ url, fromCatalog: false }, version, undefined);
    expect(without("https://nova.example/v2.1/", "v2.1")).toBe("https://nova.example/v2.1");
    expect(without("https://nova.example", "v2.1")).toBe("https://nova.example/v2.1");
    expect(without("https://ecs.example/v1/other", "v1")).toBe("https://ecs.example/v1/other");
    expect(() => without("https://ecs.example/v1", "v1")).toThrow(UsageError);
    expect(() => without("https://ecs.example", "v1")).toThrow(/project id/);
  });

  it("the project's id becomes one segment", () => {
    expect(given("https://ecs.example", "v1", "a/../b?c")).toBe("https://ecs.example/v1/a%2F..%2Fb%3Fc");
  });
});

describe("a base from the catalog", () => {
  it.for([
    // Plain Nova's is complete without a project.
    ["https://nova.example/v2.1", "v2.1", "https://nova.example/v2.1"],
    ["https://nova.example/v2.1/", "v2.1", "https://nova.example/v2.1"],
    ["https://cloud.example/compute/v2", "v2.1", "https://cloud.example/compute/v2"],
    ["https://nova.example/v2.1/other", "v2.1", "https://nova.example/v2.1/other"],
    ["https://ecs.example/v1/other", "v1", "https://ecs.example/v1/other"],
    ["https://ecs.example/v1", "v1", `https://ecs.example/v1/${id}`],
    ["https://ecs.example", "v1", `https://ecs.example/v1/${id}`],
    ["https://nova.example", "v2.1", `https://nova.example/v2.1/${id}`],
    ["https://ecs.example/v1.1/other", "v1", `https://ecs.example/v1.1/other/v1/${id}`],
  ] as const)("%s for %s", ([url, version, expected]) => {
    expect(listed(url, version)).toBe(expected);
  });
});

describe("what is no base", () => {
  it.for([
    "",
    "CANARY",
    "//CANARY.example",
    "https://",
    "https://CANARY:x y",
    // Without a protocol the host is read as one.
    "canary-localhost:8774/v2.1",
    "file:///CANARY/v1",
    "data:,CANARY",
  ])("%j", (url) => {
    for (const version of ["v1", "v2.1"] as const) {
      try {
        given(url, version);
        expect.fail("nothing was thrown");
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
        expect(everythingShown(error)).not.toMatch(/canary/i);
      }
    }
  });
});
