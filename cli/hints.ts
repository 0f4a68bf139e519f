import {
  AuthError,
  BadKeyError,
  NotFoundError,
  NotOfferedError,
  NotReadyError,
  SuspectError,
  UnavailableError,
  UsageError,
  WrongKeyError,
  type BadKeyReason,
  type ConnectionFault,
  type WinpwError,
  type WinpwErrorCode,
} from "../lib/errors.ts";

/** What to run or look at next, for an error where that helps; null elsewhere. */
export function hintFor(error: WinpwError): string | null {
  if (error instanceof BadKeyError) return keyHints[error.reason] ?? null;
  if (error instanceof WrongKeyError) return wrongKeyHint(error);
  if (error instanceof AuthError) return authHint(error);
  if (error instanceof UsageError && /does not offer \w+ cloudservers/.test(error.message))
    return "this cloud may offer the OpenStack-native API: --api v2.1";
  if (error instanceof NotOfferedError)
    return "another API may be offered here: --api v2.1, --api v1 or --api bms";
  if (error instanceof UsageError && /the catalog lists no|no catalog to find one in/.test(error.message))
    return "the address of the API can be given with --endpoint URL";
  if (
    error instanceof UsageError &&
    /\bproject\b/.test(error.message) &&
    /named|looked? up/.test(error.message)
  )
    return "give --project-id ID, or --region ID whose main project is meant";
  if (error instanceof UsageError && error.message.startsWith("several credentials"))
    return "unset or empty the variables of all but one";
  if (error instanceof UsageError && /tells no address/.test(error.message))
    return "give --region ID, or --endpoint URL";
  if (error instanceof NotFoundError && error.candidates.length > 0)
    return `use one of the ids: ${error.candidates.join(", ")}`;
  if (error instanceof SuspectError && /control or invisible characters/.test(error.message)) {
    return "look at it with --allow-unprintable into a file, as data from a server that may be hostile";
  }
  if (error instanceof UnavailableError && error.status === 429)
    return "ask less often, or wait as long as the service says";
  if (error instanceof NotReadyError) return error.requestId === undefined ? null : waitHint;
  if (error instanceof UnavailableError && error.fault !== undefined) return connectionHints[error.fault];
  return codeHints[error.code] ?? null;
}

// Only a cloud that was asked can have the password later; an empty input stays empty.
const waitHint = "a new server needs 5 to 10 minutes: add --wait to ask until it is there";

const connectionHints: Readonly<Record<ConnectionFault, string>> = {
  expired: "whoever runs the service must renew it; or this machine's clock is wrong",
  "not-yet-valid": "this machine's clock may be wrong",
  "self-signed": "if it is the right service, trust its certificate: --cacert FILE, or OS_CACERT",
  "unknown-issuer":
    "name the bundle of the CA that issued it with --cacert FILE or OS_CACERT; it is trusted instead of the system's",
  "host-name":
    "give the address that the certificate was issued for: OS_AUTH_URL, --endpoint, --endpoint-iam",
  "client-certificate": "name its file in OS_CERT, and that of its key in OS_KEY",
  "proxy-credentials":
    "they stand in the proxy's URL, percent-encoded: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT; NO_PROXY lists hosts without a proxy",
  proxy: "if the service is reached without a proxy, list its host in NO_PROXY",
};

const codeHints: Partial<Record<WinpwErrorCode, string>> = {
  ERR_TIMEOUT: "a longer limit can be set with --timeout, for --wait with --wait-timeout",
};

const keyHints: Partial<Record<BadKeyReason, string>> = {
  "passphrase-missing":
    "give it with --passphrase-file FILE, --passphrase-fd N, --passphrase-cmd COMMAND or WINPW_PASSPHRASE",
  "passphrase-wrong": "one trailing line end of a passphrase file is dropped, everything else counts",
  permissions: "chmod 600 the key file",
  "too-costly": "if the file is yours and means it, --key-cost FACTOR multiplies the limits",
  "not-private": "the private half is needed: the file that was saved when the key pair was made",
};

function wrongKeyHint({ given, needed }: WrongKeyError): string {
  const had = given.length === 0 ? "" : `given: ${given.join(", ")}; `;
  if (needed !== undefined) return `${had}the server's key pair has the fingerprint ${needed}`;
  return `${had}the key pair that the server was created with is needed`;
}

function authHint({ status, action, message }: AuthError): string {
  if (status === 401 && /access key|aksk|\bAK\b|security token/.test(message))
    return "check access key, secret key and security token; five failures lock an access key for five minutes";
  if (status === 401) return "log in anew: the credentials are wrong or have expired";
  return action === undefined ? "the account may not do this" : `the permission needed is ${action}`;
}
