import { describe, expect, it } from "vitest";
import { findEndpoint, offers, type Catalog, type CatalogEndpoint } from "../../lib/auth/catalog.ts";
import { UsageError } from "../../lib/errors.ts";

const row = (
  type: string,
  url: string,
  region: string | undefined = "r1",
  face = "public",
): CatalogEndpoint => ({ type, url, region, interface: face });

const catalog: Catalog = [
  row("identity", "https://iam.example"),
  row("computev21", "https://old.example"),
  row("compute", "https://compute-1.example"),
  row("compute", "https://compute-2.example", "r2"),
  row("compute", "https://inside-1.example", "r1", "internal"),
  row("compute", "https://admin-1.example", "r1", "admin"),
  row("ecs", "https://ecs.example", "r1"),
  row("ecs", "https://ecs.example", "r2"),
  { type: "bms", url: "https://bms.example", region: undefined, interface: "public" },
];

describe("an endpoint in the catalog", () => {
  it.for([
    ["by type", { types: ["identity"] }, "https://iam.example"],
    ["by region", { types: ["compute"], region: "r2" }, "https://compute-2.example"],
    ["by interface", { types: ["compute"], region: "r1", interface: "internal" }, "https://inside-1.example"],
    ["public when no interface is named", { types: ["compute"], region: "r1" }, "https://compute-1.example"],
    [
      "the first type that is listed",
      { types: ["compute", "computev21"], region: "r1" },
      "https://compute-1.example",
    ],
    [
      "the preferred type, not the first row",
      { types: ["computev21", "compute"], region: "r1" },
      "https://old.example",
    ],
    ["the next type where the first is absent", { types: ["volume", "computev21"] }, "https://old.example"],
    [
      "the next type where the first is not in the region",
      { types: ["ecs", "compute"], region: "r2" },
      "https://ecs.example",
    ],
    ["one address in two regions is one address", { types: ["ecs"] }, "https://ecs.example"],
    [
      "without a region of its own serves every region",
      { types: ["bms"], region: "r9" },
      "https://bms.example",
    ],
    [
      "one interface settles the region",
      { types: ["compute"], interface: "admin" },
      "https://admin-1.example",
    ],
  ] as const)("%s", ([, query, url]) => {
    expect(findEndpoint(catalog, query)).toBe(url);
  });

  it.for([
    ["unknown type", { types: ["volume"] }],
    ["unknown region", { types: ["compute"], region: "r3" }],
    ["unknown interface", { types: ["ecs"], interface: "internal" }],
    ["no type", { types: [] }],
  ] as const)("there is none: %s", ([, query]) => {
    expect(findEndpoint(catalog, query)).toBeUndefined();
  });

  it("several regions and none chosen: said, with the regions, never guessed", () => {
    expect(() => findEndpoint(catalog, { types: ["compute"] })).toThrow(UsageError);
    expect(() => findEndpoint(catalog, { types: ["compute"] })).toThrow(/r1, r2/);
  });

  it("a service is offered when any region lists it", () => {
    expect(offers(catalog, "ecs")).toBe(true);
    expect(offers(catalog, "dew")).toBe(false);
    expect(offers([], "ecs")).toBe(false);
  });
});
