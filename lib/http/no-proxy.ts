import { BlockList, isIP } from "node:net";

/**
 * Which URLs go straight, as a NO_PROXY value lists them: entries separated by commas or white space.
 *
 * `*` alone means all. A name, with or without a leading `.` or `*.`, means this host and every host below it; an
 * address or a CIDR block means hosts given as such addresses (names are not resolved for this); `:PORT` after a
 * name or an address narrows an entry to that port. What is none of these matches nothing. After curl and Go's
 * httpproxy package, whose rules agree but for ports and the leading dot.
 */
export function parseNoProxy(value: string): (url: URL) => boolean {
  const entries = value.split(/[\s,]+/).filter((entry) => entry !== "");
  const matchers = entries.map(parseEntry);
  return (url) => {
    const target: Target = { host: bare(url.hostname), port: url.port === "" ? defaultPort(url) : url.port };
    return matchers.some((matches) => matches(target));
  };
}

interface Target {
  readonly host: string;
  readonly port: string;
}

function parseEntry(entry: string): (target: Target) => boolean {
  if (entry === "*") return () => true;
  const block = cidrBlock(entry);
  if (block !== undefined) return ({ host }) => holds(block, host);
  // An IPv6 address has colons of its own; a port can follow it only in brackets.
  const [, name = "", port] =
    isIP(entry) === 6 ? ["", entry] : (/^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? []);
  const wanted = bare(name.replace(/^\*?\./, "").toLowerCase());
  if (wanted === "") return () => false;
  const samePort = (target: Target): boolean => port === undefined || port === target.port;
  const family = familyOf(wanted);
  if (family === undefined) {
    return (target) =>
      samePort(target) &&
      (target.host === wanted || (target.host.endsWith(`.${wanted}`) && familyOf(target.host) === undefined));
  }
  // An IPv6 address has many spellings.
  const one = new BlockList();
  one.addAddress(wanted, family);
  return (target) => samePort(target) && holds(one, target.host);
}

function cidrBlock(entry: string): BlockList | undefined {
  const [, address = "", length = ""] = /^\[?([\da-fA-F:.]+)\]?\/(\d{1,3})$/.exec(entry) ?? [];
  const family = familyOf(address);
  if (family === undefined || Number(length) > (family === "ipv4" ? 32 : 128)) return undefined;
  const block = new BlockList();
  block.addSubnet(address, Number(length), family);
  return block;
}

function holds(block: BlockList, host: string): boolean {
  const family = familyOf(host);
  return family !== undefined && block.check(host, family);
}

function familyOf(address: string): "ipv4" | "ipv6" | undefined {
  const version = isIP(address);
  if (version === 0 || address.includes("%")) return undefined; // a zone means something on one machine only
  return version === 4 ? "ipv4" : "ipv6";
}

/** Without the brackets of an IPv6 address and the dot that ends an absolute name. */
function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
}

function defaultPort(url: URL): string {
  return url.protocol === "https:" ? "443" : "80";
}
