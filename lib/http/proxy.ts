import { UsageError } from "../errors.ts";
import { Secret } from "../secret.ts";
import { parseNoProxy } from "./no-proxy.ts";

/** A proxy that one URL goes through. */
export interface HttpProxy {
  /** Scheme (http or https), host and port; nothing of the credentials. */
  readonly url: URL;
  /** The value of Proxy-Authorization, when the proxy's URL had credentials. */
  readonly authorization: Secret | undefined;
}

/**
 * Chooses the proxy of a URL; undefined: none. Throws `UsageError` for a proxy of no use.
 *
 * The same proxy is the same object each time: connections are kept by it.
 */
export type ProxyRules = (url: URL) => HttpProxy | undefined;

/**
 * The proxies that an environment asks for: HTTPS_PROXY for https, HTTP_PROXY for http, ALL_PROXY for what is left,
 * and NO_PROXY for what goes straight; of each the lower-case name first, as in curl. An empty value means unset.
 *
 * A value that is no http or https proxy is a `UsageError` naming the variable, and only once a URL would need it; the
 * value itself is never shown, for it may hold a password.
 */
export function proxyFrom(environment: Readonly<Record<string, string | undefined>>): ProxyRules {
  const read = (name: string): Variable | undefined => {
    for (const spelling of [name.toLowerCase(), name]) {
      const value = environment[spelling]?.trim() ?? "";
      if (value !== "") return { name: spelling, value };
    }
    return undefined;
  };
  const goesStraight = parseNoProxy(read("NO_PROXY")?.value ?? "");
  const known = new Map<string, HttpProxy>();
  return (url) => {
    const variable = read(url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY") ?? read("ALL_PROXY");
    if (variable === undefined || goesStraight(url)) return undefined;
    const proxy = known.get(variable.name) ?? parseProxy(variable);
    known.set(variable.name, proxy);
    return proxy;
  };
}

interface Variable {
  readonly name: string;
  readonly value: string;
}

function parseProxy({ name, value }: Variable): HttpProxy {
  const text = /^[a-z][a-z\d+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  if (!URL.canParse(text)) throw new UsageError(`${name} is not the URL of a proxy: ${form}`);
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new UsageError(`${name} names a proxy that is neither http nor https; no other kind is supported`);
  // An unescaped "/", "?" or "#" of a password ends the host, and what was taken for it would be shown.
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "" || url.hostname === "")
    throw new UsageError(`${name} is not the URL of a proxy: ${form}`);
  const authorization = authorizationOf(url, name);
  url.username = "";
  url.password = "";
  return { url, authorization };
}

const form = "http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, with odd characters percent-encoded";

/** Basic credentials (RFC 7617), in UTF-8. */
function authorizationOf({ username, password }: URL, variable: string): Secret | undefined {
  if (username === "" && password === "") return undefined;
  try {
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return Secret.of(`Basic ${Buffer.from(credentials, "utf8").toString("base64")}`);
  } catch {
    throw new UsageError(`${variable} is not the URL of a proxy: ${form}`);
  }
}
