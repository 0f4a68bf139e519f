import { UsageError } from "../errors.ts";
import type { Environment } from "./environment.ts";

/** What the caller gives for TLS; it stands above the environment. */
export interface GivenTls {
  /** Path of a PEM bundle. */
  readonly cacert?: string | undefined;
  readonly insecureTls: boolean;
}

/** Files and switches of TLS, still to be read. */
export interface TlsPaths {
  readonly ca: { readonly path: string; readonly origin: string } | undefined;
  /** Undefined key: the certificate's file holds it as well. */
  readonly client: { readonly certificate: string; readonly key: string | undefined } | undefined;
  readonly insecureTls: boolean;
}

/**
 * TLS from what the caller gives and from OS_CACERT, OS_CERT and OS_KEY.
 *
 * Verification ends by the option alone: OS_INSECURE, HW_INSECURE or NODE_TLS_REJECT_UNAUTHORIZED asking for it
 * without the option is a `UsageError`, since an environment is easily inherited unseen. So is a key without a
 * certificate.
 */
export function resolveTls(given: GivenTls, environment: Environment): TlsPaths {
  const read = (name: string): string | undefined => {
    const value = environment[name];
    return value === undefined || value === "" ? undefined : value;
  };
  if (!given.insecureTls) {
    const asking = ["OS_INSECURE", "HW_INSECURE"].find((name) => isTrue(read(name)));
    const variable =
      asking ?? (read("NODE_TLS_REJECT_UNAUTHORIZED") === "0" ? "NODE_TLS_REJECT_UNAUTHORIZED" : undefined);
    if (variable !== undefined)
      throw new UsageError(
        `${variable} asks to skip the verification of certificates; only the option --insecure-tls does that`,
      );
  }
  const fromEnvironment = read("OS_CACERT");
  const certificate = read("OS_CERT");
  const key = read("OS_KEY");
  if (key !== undefined && certificate === undefined)
    throw new UsageError("OS_KEY is set, and OS_CERT, the certificate that it belongs to, is not");
  return {
    ca: caFrom(given.cacert, fromEnvironment),
    client: certificate === undefined ? undefined : { certificate, key },
    insecureTls: given.insecureTls,
  };
}

function caFrom(given: string | undefined, variable: string | undefined): TlsPaths["ca"] {
  if (given !== undefined) return { path: given, origin: "--cacert" };
  return variable === undefined ? undefined : { path: variable, origin: "OS_CACERT" };
}

// The words for "no" of OpenStack's and Go's parsers; with any other the user may count on what they ask for.
const no: ReadonlySet<string> = new Set(["0", "f", "false", "n", "no", "off"]);

function isTrue(value: string | undefined): boolean {
  return value !== undefined && !no.has(value.trim().toLowerCase());
}
