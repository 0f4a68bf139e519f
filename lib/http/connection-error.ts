import { UnavailableError, type ConnectionFault } from "../errors.ts";

/** No complete answer came: refused, reset, timed out, cut short, name or certificate not good. */
export class ConnectionError extends UnavailableError {
  /** A new attempt may find it mended: a reset, a time-out, a busy resolver. */
  readonly transient: boolean;
  constructor(message: string, transient: boolean, fault?: ConnectionFault) {
    // What a certificate or a proxy says today it says tomorrow, until somebody changes it.
    super(message, { retryable: transient || fault === undefined, fault });
    this.transient = transient;
  }
}

const transientCodes: Readonly<Record<string, string>> = {
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was closed",
  ETIMEDOUT: "the connection timed out",
  EAI_AGAIN: "the name could not be resolved for now",
  UND_ERR_SOCKET: "the connection was closed before the answer was complete",
  UND_ERR_CONNECT_TIMEOUT: "the connection timed out",
  UND_ERR_HEADERS_TIMEOUT: "no answer came in time",
  UND_ERR_BODY_TIMEOUT: "the answer stopped half-way",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "the answer is shorter than it says",
};
const lastingCodes: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  ENOTFOUND: "the name is not known to DNS",
  EHOSTUNREACH: "the host is not reachable",
  ENETUNREACH: "the network is not reachable",
  ERR_SSL_WRONG_VERSION_NUMBER: "it does not speak TLS on this port",
};
// Up to TLS 1.2 only: with TLS 1.3 such a server hangs up after the handshake.
const refusedHandshake: readonly [ConnectionFault, string] = [
  "client-certificate",
  "it refused the TLS handshake, and may want a client certificate",
];
// The names that Node gives to OpenSSL's verification results, and the alert of a server that may want to know us.
const certificateCodes: Readonly<Record<string, readonly [ConnectionFault, string]>> = {
  CERT_HAS_EXPIRED: ["expired", "its certificate has expired"],
  CERT_NOT_YET_VALID: ["not-yet-valid", "its certificate is not valid yet"],
  DEPTH_ZERO_SELF_SIGNED_CERT: ["self-signed", "its certificate is self-signed and not trusted here"],
  SELF_SIGNED_CERT_IN_CHAIN: ["unknown-issuer", "the issuer of its certificate is not trusted here"],
  UNABLE_TO_GET_ISSUER_CERT: ["unknown-issuer", "the issuer of its certificate is not known here"],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ["unknown-issuer", "the issuer of its certificate is not known here"],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ["unknown-issuer", "the issuer of its certificate is not known here"],
  ERR_TLS_CERT_ALTNAME_INVALID: ["host-name", "its certificate is for another host name"],
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: refusedHandshake,
  "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE": refusedHandshake, // its name since OpenSSL 3.2
};

/** What a failed attempt means; `peer` is the host, or the proxy, that was talked to. */
export function connectionError(error: unknown, peer: string): ConnectionError {
  const code = codeOf(error);
  const transient = transientCodes[code];
  if (transient !== undefined) return new ConnectionError(`${peer}: ${transient}`, true);
  const certificate = certificateCodes[code];
  if (certificate !== undefined)
    return new ConnectionError(`${peer}: ${certificate[1]}`, false, certificate[0]);
  // What is left is mostly TLS, whose codes name the fault (CERT_REVOKED, ERR_SSL_UNSUPPORTED_PROTOCOL, …).
  return new ConnectionError(`${peer}: ${lastingCodes[code] ?? `no connection (${code})`}`, false);
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return "unknown cause";
}
