import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseSource } from "./architecture/source.ts";

/** Values and types alike, read from the source: types leave no trace at run time. */
function exportedNames(path: string): string {
  const text = readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
  return parseSource(path, text).exports.toSorted().join("\n");
}

// A change here is a change of the public interface: a removed or renamed name breaks its users.
describe("the public names", () => {
  it("of winpw", () => {
    expect(exportedNames("lib/index.ts")).toMatchInlineSnapshot(`
      "AccessKeyCredential
      Api
      AuthContext
      AuthError
      AuthScope
      Authorizer
      BadKeyError
      BadKeyReason
      CallControl
      Catalog
      CatalogEndpoint
      CiphertextFacts
      ClearAccepted
      ClearOptions
      ClearResult
      Client
      ClientCertificate
      ClientOptions
      Clock
      ConnectionFault
      Deliver
      Delivery
      DeliveryFacts
      Exchange
      HttpMethod
      HttpProxy
      HttpRequest
      HttpResponse
      KeyFacts
      KeyFingerprints
      KeyInspection
      KeyLimits
      KeyPair
      KeyProtection
      KeystoneCredential
      LoadKeyOptions
      NotDeliveredError
      NotFoundError
      NotOfferedError
      NotReadyError
      NotVerifiedError
      OpenOptions
      Passphrase
      ProxyRules
      ReadOptions
      ReadResult
      ReadStep
      RefusedError
      RetryPolicy
      RingKey
      RsaPrivateKey
      Secret
      Server
      StoredPassword
      SuspectError
      TimeoutError
      TlsOptions
      TokenCredential
      Transport
      TransportOptions
      UnavailableError
      UsageError
      WaitPolicy
      WinpwError
      WinpwErrorCode
      WinpwErrorOptions
      WrongKeyError
      akskAuthorizer
      clearPassword
      createClient
      createTransport
      decryptPassword
      defaultKeyLimits
      defaultRetryPolicy
      defaultWaitPolicy
      externalKey
      inspectKey
      keystoneAuthorizer
      loadPrivateKey
      proxyFrom
      readPassword
      tokenAuthorizer
      version"
    `);
  });

  it("of winpw/emulator", () => {
    expect(exportedNames("lib/emulator/index.ts")).toMatchInlineSnapshot(`
      "Clock
      Emulator
      EmulatorOptions
      LogEntry
      Randomness
      Seed
      SeedCiphertextFault
      SeedFault
      SeedKeyPair
      SeedPlaintext
      SeedServer
      SeedUser
      startEmulator"
    `);
  });
});
