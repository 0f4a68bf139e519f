/** The stable codes of every error this package throws on purpose; one code per kind of cause. */
export type WinpwErrorCode =
  | "ERR_USAGE"
  | "ERR_NOT_READY"
  | "ERR_AUTH"
  | "ERR_NOT_FOUND"
  | "ERR_WRONG_KEY"
  | "ERR_BAD_KEY"
  | "ERR_UNAVAILABLE"
  | "ERR_TIMEOUT"
  | "ERR_REFUSED"
  | "ERR_NOT_DELIVERED"
  | "ERR_NOT_VERIFIED"
  | "ERR_SUSPECT";

/** What every error may carry besides its message. */
export interface WinpwErrorOptions {
  /** The same call may succeed later without anybody changing anything. */
  readonly retryable?: boolean;
  /** The service's own id of the failed request, for a support ticket. */
  readonly requestId?: string | undefined;
  /** Only from code that cannot hold a secret: causes end up in logs. */
  readonly cause?: unknown;
}

/**
 * The base of all errors of this package.
 *
 * Messages are lower case without a full stop, say what and which, and never hold a secret or a response body.
 */
export abstract class WinpwError extends Error {
  abstract readonly code: WinpwErrorCode;
  readonly retryable: boolean;
  readonly requestId: string | undefined;

  constructor(message: string, options: WinpwErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.retryable = options.retryable ?? false;
    this.requestId = options.requestId;
  }
}

/** A missing or contradictory setting or input; nothing was sent. */
export class UsageError extends WinpwError {
  override readonly code = "ERR_USAGE";
}

/** The chosen API is not offered by this cloud; another may be. */
export class NotOfferedError extends UsageError {}

/** No password is stored for the server: not posted yet, or cleared; the service does not tell which. */
export class NotReadyError extends WinpwError {
  override readonly code = "ERR_NOT_READY";
  constructor(message: string, options: WinpwErrorOptions = {}) {
    super(message, { retryable: true, ...options });
  }
}

/** The credentials were refused (401) or lack a right (403). */
export class AuthError extends WinpwError {
  override readonly code = "ERR_AUTH";
  /** 401: not recognised; 403: recognised, but not allowed. */
  readonly status: 401 | 403;
  /** The permission that the refused operation needs, where it is known. */
  readonly action: string | undefined;
  constructor(
    message: string,
    status: 401 | 403,
    options: WinpwErrorOptions & { readonly action?: string } = {},
  ) {
    super(message, options);
    this.status = status;
    this.action = options.action;
  }
}

/** No such server, or a name that matches several. */
export class NotFoundError extends WinpwError {
  override readonly code = "ERR_NOT_FOUND";
  /** The ids that an ambiguous name matches; empty when nothing matches. */
  readonly candidates: readonly string[];
  constructor(
    message: string,
    options: WinpwErrorOptions & { readonly candidates?: readonly string[] } = {},
  ) {
    super(message, options);
    this.candidates = options.candidates ?? [];
  }
}

/** A good key, but not the one this ciphertext was made for; or damage that cannot be told apart from that. */
export class WrongKeyError extends WinpwError {
  override readonly code = "ERR_WRONG_KEY";
  /** Fingerprints of the keys that were tried: `SHA256:` form, then MD5 where that is what they are compared with. */
  readonly given: readonly string[];
  /** The fingerprint of the server's key pair, as the service shows it, where it is known. */
  readonly needed: string | undefined;
  constructor(
    message: string,
    options: WinpwErrorOptions & {
      readonly given?: readonly string[];
      readonly needed?: string | undefined;
    } = {},
  ) {
    super(message, options);
    this.given = options.given ?? [];
    this.needed = options.needed;
  }
}

/** Why a key file cannot be used; hints are chosen by it. */
export type BadKeyReason =
  | "unreadable"
  | "empty"
  | "too-large"
  | "unrecognised"
  | "truncated"
  | "damaged"
  | "unsupported"
  | "not-private"
  | "not-rsa"
  | "key-size"
  | "several-keys"
  | "too-costly"
  | "permissions"
  | "passphrase-missing"
  | "passphrase-wrong";

/** A key file that cannot be read, is of no use for this job, or does not open with the passphrase given. */
export class BadKeyError extends WinpwError {
  override readonly code = "ERR_BAD_KEY";
  readonly reason: BadKeyReason;
  constructor(message: string, reason: BadKeyReason, options: WinpwErrorOptions = {}) {
    super(message, options);
    this.reason = reason;
  }
}

/** What is wrong with a connection, where somebody can do something about it; hints are chosen by it. */
export type ConnectionFault =
  | "expired"
  | "not-yet-valid"
  | "self-signed"
  | "unknown-issuer"
  | "host-name"
  | "client-certificate"
  | "proxy-credentials"
  | "proxy";

/** The service could not be reached or failed on its side, after all retries. */
export class UnavailableError extends WinpwError {
  override readonly code = "ERR_UNAVAILABLE";
  /** The HTTP status, when there was an answer at all. */
  readonly status: number | undefined;
  /** What a certificate or a proxy got in the way with. */
  readonly fault: ConnectionFault | undefined;
  constructor(
    message: string,
    options: WinpwErrorOptions & {
      readonly status?: number | undefined;
      readonly fault?: ConnectionFault | undefined;
    } = {},
  ) {
    super(message, { retryable: true, ...options });
    this.status = options.status;
    this.fault = options.fault;
  }
}

/** A time limit given by the caller ran out. */
export class TimeoutError extends WinpwError {
  override readonly code = "ERR_TIMEOUT";
  constructor(message: string, options: WinpwErrorOptions = {}) {
    super(message, { retryable: true, ...options });
  }
}

/** Consent is missing, or a rule forbids the act; nothing was sent or changed. */
export class RefusedError extends WinpwError {
  override readonly code = "ERR_REFUSED";
}

/** The password was decrypted but a sink did not take it; nothing was cleared. */
export class NotDeliveredError extends WinpwError {
  override readonly code = "ERR_NOT_DELIVERED";
}

/** Delivered or accepted, but the last step could not be confirmed. */
export class NotVerifiedError extends WinpwError {
  override readonly code = "ERR_NOT_VERIFIED";
}

/** Ciphertext of no RSA size, truncated or damaged, or a plaintext that no password generator makes. */
export class SuspectError extends WinpwError {
  override readonly code = "ERR_SUSPECT";
}
