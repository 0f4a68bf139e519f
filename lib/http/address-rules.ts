import { RefusedError } from "../errors.ts";

/** Which addresses may be talked to. */
export interface AddressRules {
  /** Allows plain http to any host; passwords and tokens then cross the network readable. */
  readonly insecureHttp?: boolean;
  /** Refuses every host that is not this machine, so that a rehearsal cannot reach production. */
  readonly loopbackOnly?: boolean;
}

/**
 * True for a literal 127.0.0.0/8 address, `[::1]` and `localhost` (which the transport dials without DNS).
 *
 * `hostname` is as `URL` gives it, where every spelling of an IPv4 address is already normalised.
 */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/**
 * True for what no proxy may come between: this machine, and the address at which clouds tell a server its
 * credentials. A proxy's own loopback is another machine's, and those credentials are for this one alone.
 */
export function goesPastProxies(url: URL): boolean {
  return isLoopback(url.hostname) || url.hostname === "169.254.169.254";
}

/**
 * Refuses a URL that the rules forbid: another scheme than https, or http beyond this machine.
 *
 * Throws `RefusedError` (ERR_REFUSED). The URL's path and query are not repeated: they may hold ids.
 */
export function checkAddress(url: URL, rules: AddressRules): void {
  if (rules.loopbackOnly === true && !isLoopback(url.hostname)) {
    throw new RefusedError(`only this machine may be contacted, and ${url.host} is not this machine`);
  }
  if (url.protocol === "https:") return;
  if (url.protocol !== "http:")
    throw new RefusedError(`${url.protocol} is not a protocol for this: use https`);
  if (rules.insecureHttp !== true && !isLoopback(url.hostname)) {
    throw new RefusedError(`plain http to ${url.host} would send tokens and ciphertext readable: use https`);
  }
}
