export { akskAuthorizer, type AccessKeyCredential } from "./auth/aksk.ts";
export { keystoneAuthorizer, type KeystoneCredential } from "./auth/keystone.ts";
export { tokenAuthorizer, type TokenCredential } from "./auth/token.ts";
export type { AuthContext, Authorizer, AuthScope } from "./auth/authorizer.ts";
export type { Catalog, CatalogEndpoint } from "./auth/catalog.ts";
export type { Client } from "./clients/client.ts";
export { createClient, type ClientOptions } from "./clients/create-client.ts";
export type { KeyPair } from "./clients/key-pairs.ts";
export type { Api } from "./clients/operations.ts";
export type { CallControl, ClearAccepted, StoredPassword } from "./clients/server-passwords.ts";
export type { Server } from "./clients/servers.ts";
export type { Clock } from "./clock.ts";
export { decryptPassword, type OpenOptions } from "./crypto/decrypt-password.ts";
export {
  AuthError,
  BadKeyError,
  NotDeliveredError,
  NotFoundError,
  NotOfferedError,
  NotReadyError,
  NotVerifiedError,
  RefusedError,
  SuspectError,
  TimeoutError,
  UnavailableError,
  UsageError,
  WinpwError,
  WrongKeyError,
  type BadKeyReason,
  type ConnectionFault,
  type WinpwErrorCode,
  type WinpwErrorOptions,
} from "./errors.ts";
export type { HttpMethod, HttpRequest, HttpResponse } from "./http/message.ts";
export { proxyFrom, type HttpProxy, type ProxyRules } from "./http/proxy.ts";
export { defaultRetryPolicy, type RetryPolicy } from "./http/retry.ts";
export type { ClientCertificate, TlsOptions } from "./http/tls.ts";
export { createTransport, type Exchange, type Transport, type TransportOptions } from "./http/transport.ts";
export type { KeyFingerprints } from "./keys/fingerprint.ts";
export { inspectKey, type KeyInspection, type KeyProtection } from "./keys/inspect.ts";
export { defaultKeyLimits, type KeyLimits } from "./keys/limits.ts";
export { loadPrivateKey, type LoadKeyOptions, type Passphrase } from "./keys/load.ts";
export type { RsaPrivateKey } from "./keys/rsa-private-key.ts";
export { Secret } from "./secret.ts";
export { clearPassword, type ClearOptions, type ClearResult } from "./workflow/clear.ts";
export type { CiphertextFacts, Deliver, Delivery, DeliveryFacts, KeyFacts } from "./workflow/deliver.ts";
export { readPassword, type ReadOptions, type ReadResult, type ReadStep } from "./workflow/read.ts";
export { externalKey, type RingKey } from "./workflow/ring.ts";
export { defaultWaitPolicy, type WaitPolicy } from "./workflow/wait.ts";
export { version } from "./version.ts";
