import type { Catalog } from "../auth/catalog.ts";
import { UsageError } from "../errors.ts";

const openTelekomCloud = "otc.t-systems.com";
const openTelekomCloudSwiss = `sc.${openTelekomCloud}`;

// Which cloud a region belongs to where nothing says so; every other region is Huawei Cloud's.
const domainsByRegion: readonly (readonly [RegExp, string])[] = [
  [/^eu-west-1\d\d$/, "myhuaweicloud.eu"],
  [/^eu-(de|nl)$/, openTelekomCloud],
  [/^eu-ch2$/, openTelekomCloudSwiss],
];

/** The domain below which the services of a region are found, where none is given. */
export function usualCloudDomain(region: string): string {
  return domainsByRegion.find(([pattern]) => pattern.test(region))?.[1] ?? "myhuaweicloud.com";
}

/**
 * The base URL of the identity service of a region.
 *
 * Throws `UsageError` when region or domain cannot be part of a host's name; neither is repeated.
 */
export function identityHost(region: string, domain: string): string {
  return hostUrl(domain === openTelekomCloudSwiss ? "iam-pub" : "iam", region, domain);
}

/**
 * What a catalog would list for a region, by the pattern `https://SERVICE.REGION.DOMAIN`: ECS serves both of its APIs there.
 *
 * Throws `UsageError` when region or domain cannot be part of a host's name; neither is repeated.
 */
export function catalogByPattern(region: string, domain: string): Catalog {
  const ecs = hostUrl("ecs", region, domain);
  return [
    { type: "ecs", interface: "public", region, url: ecs },
    { type: "compute", interface: "public", region, url: ecs },
    { type: "bms", interface: "public", region, url: hostUrl("bms", region, domain) },
  ];
}

/** True for an address of Open Telekom Cloud, Swiss included, where the OpenStack-native API is the usual one. */
export function isOpenTelekomCloud(url: string): boolean {
  return URL.canParse(url) && new URL(url).hostname.endsWith(`.${openTelekomCloud}`);
}

function hostUrl(service: string, region: string, domain: string): string {
  if (!/^[a-z\d]([a-z\d-]{0,61}[a-z\d])?$/i.test(region))
    throw new UsageError("the region is not an id like cn-north-4");
  if (!/^[a-z\d]([a-z\d.-]{0,251}[a-z\d])?$/i.test(domain))
    throw new UsageError("the cloud domain is not a name like myhuaweicloud.com");
  return `https://${service}.${region}.${domain}`;
}
