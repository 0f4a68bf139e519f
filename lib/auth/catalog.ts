import { UsageError } from "../errors.ts";

/** One address of one service. */
export interface CatalogEndpoint {
  /** Service type: `compute`, `ecs`, `bms`, … */
  readonly type: string;
  readonly interface: string;
  readonly region: string | undefined;
  readonly url: string;
}

/** The service catalog that comes with a scoped token (Identity API v3, section "Token authentication"). */
export type Catalog = readonly CatalogEndpoint[];

/** Which address is wanted. */
export interface CatalogQuery {
  /** Acceptable service types, the preferred one first. */
  readonly types: readonly string[];
  readonly region?: string | undefined;
  /** Default `public`. */
  readonly interface?: string | undefined;
}

/**
 * The URL of a service in the catalog; undefined when the catalog does not list it for the region and interface.
 *
 * Throws `UsageError` when several regions list it and none was chosen: guessing could reach the wrong server.
 */
export function findEndpoint(catalog: Catalog, query: CatalogQuery): string | undefined {
  const wanted = query.interface ?? "public";
  for (const type of query.types) {
    const found = catalog.filter(
      (endpoint) =>
        endpoint.type === type &&
        endpoint.interface === wanted &&
        (query.region === undefined || endpoint.region === undefined || endpoint.region === query.region),
    );
    const urls = new Set(found.map((endpoint) => endpoint.url));
    if (urls.size > 1) {
      const regions = found.map((endpoint) => endpoint.region ?? "no region").join(", ");
      throw new UsageError(`the catalog lists ${type} in several regions (${regions}) and none was chosen`);
    }
    const [url] = urls;
    if (url !== undefined) return url;
  }
  return undefined;
}

/** True when the catalog lists a service of this type in any region. */
export function offers(catalog: Catalog, type: string): boolean {
  return catalog.some((endpoint) => endpoint.type === type);
}
