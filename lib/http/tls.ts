import { createPrivateKey, X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContext } from "node:tls";
import { UsageError } from "../errors.ts";
import type { Secret } from "../secret.ts";

/** Whom to trust on https, and as whom to show up there. */
export interface TlsOptions {
  /** PEM certificates to trust instead of the ones that Node trusts. */
  readonly ca?: Uint8Array | undefined;
  /** For services that ask for one; never shown to a proxy. */
  readonly clientCertificate?: ClientCertificate | undefined;
  /** Accepts every certificate: whoever stands in between can then read and change everything. */
  readonly insecureTls?: boolean | undefined;
}

/** A certificate and its private key. */
export interface ClientCertificate {
  /** PEM; the certificate first, then those of its issuers that the service may lack. */
  readonly certificate: Uint8Array;
  /** PEM, not encrypted. */
  readonly privateKey: Secret;
}

/** What Node's TLS is told of a connection. Verification is always set, so that no variable of Node's can end it. */
export interface TlsSettings {
  readonly rejectUnauthorized: boolean;
  readonly secureContext?: SecureContext;
}

/**
 * The settings for connections to services and those to proxies.
 *
 * Throws `UsageError` for certificates or a key that cannot be read, or that do not belong together.
 */
export function tlsSettings(options: TlsOptions): {
  readonly service: TlsSettings;
  readonly proxy: TlsSettings;
} {
  const rejectUnauthorized = options.insecureTls !== true;
  const trust =
    options.ca === undefined ? undefined : { ca: readCertificates(options.ca, "the CA bundle").map(pemOf) };
  const plain: TlsSettings = {
    rejectUnauthorized,
    ...(trust === undefined ? {} : { secureContext: createSecureContext(trust) }),
  };
  if (options.clientCertificate === undefined) return { service: plain, proxy: plain };
  const identity = readClientCertificate(options.clientCertificate);
  const secureContext = createSecureContext({ ...trust, ...identity });
  identity.key.fill(0);
  return { service: { rejectUnauthorized, secureContext }, proxy: plain };
}

function readCertificates(pem: Uint8Array, what: string): readonly X509Certificate[] {
  const text = Buffer.from(pem.buffer, pem.byteOffset, pem.byteLength).toString("latin1");
  const blocks = text.match(/-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----[^-]*-----END \1?CERTIFICATE-----/g);
  if (blocks === null) throw new UsageError(`${what} holds no certificate in PEM form`);
  return blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch {
      throw new UsageError(`certificate ${index + 1} of ${what} cannot be read`);
    }
  });
}

function pemOf(certificate: X509Certificate): string {
  return certificate.toString();
}

function readClientCertificate({ certificate, privateKey }: ClientCertificate): {
  readonly cert: string;
  readonly key: Buffer;
} {
  const chain = readCertificates(certificate, "the client certificate's file");
  const key = Buffer.from(privateKey.bytes());
  let fits: boolean;
  try {
    fits = chain[0]?.checkPrivateKey(createPrivateKey(key)) === true;
  } catch {
    key.fill(0);
    throw new UsageError("the client certificate's key cannot be read: it must be PEM, and not encrypted");
  }
  if (fits) return { cert: chain.map(pemOf).join(""), key };
  key.fill(0);
  throw new UsageError("the client certificate and its key do not belong together");
}
