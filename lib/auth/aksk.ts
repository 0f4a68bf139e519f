import { AuthError, UsageError } from "../errors.ts";
import { requestIdOf, type HttpRequest, type HttpResponse } from "../http/message.ts";
import { Secret } from "../secret.ts";
import { askOnce } from "./ask-once.ts";
import type { AuthContext, Authorizer } from "./authorizer.ts";
import type { Catalog } from "./catalog.ts";
import { clockSkew } from "./clock-skew.ts";
import { lookUpProject } from "./project-by-name.ts";
import { signRequest, type AccessKeyPair } from "./sdk-hmac-sha256.ts";

/** An access key of Huawei Cloud, and the project it is used for. */
export interface AccessKeyCredential {
  readonly accessKey: string;
  readonly secretKey: string | Secret;
  /** Of a temporary access key. */
  readonly securityToken?: string | Secret | undefined;
  readonly projectId?: string | undefined;
  /** Where the id is not known: the project is looked up by this name. A region's main project is named like the region. */
  readonly projectName?: string | undefined;
  /** Of the identity service, with or without `/v3`; needed with `projectName`. */
  readonly authUrl?: string | undefined;
  /** Where the services are, since an access key brings no catalog. */
  readonly catalog?: Catalog | undefined;
  /** Told once when this machine's clock is wrong and signatures carry the service's time from now on; in milliseconds. */
  readonly onClockSkew?: ((skewMs: number) => void) | undefined;
}

/**
 * Signs every request with an access key (`SDK-HMAC-SHA256`, Huawei Cloud API signing guide).
 *
 * The first refused signature is the last one sent: every later call throws `AuthError`, since five failures lock an
 * access key. Only a wrong clock is corrected, once, from the Date header of the refusal. A project given by name is
 * looked up once, with a signed `GET /v3/projects`. Throws `UsageError` for what cannot stand in a header.
 */
export function akskAuthorizer(credential: AccessKeyCredential): Authorizer {
  const keys = keyPairOf(credential);
  // The time that each request was signed with, against this machine's: a parallel one may still carry the old.
  const offsets = new WeakMap<HttpRequest, number>();
  let offsetMs: number | undefined;
  let refusal: AuthError | undefined;

  const sign = (request: HttpRequest, { clock }: AuthContext, projectId?: string): HttpRequest => {
    if (refusal !== undefined) throw refusal;
    const signed = signRequest(request, keys, clock.now() + (offsetMs ?? 0), projectId);
    offsets.set(signed, offsetMs ?? 0);
    return signed;
  };

  const renew = (response: HttpResponse, request: HttpRequest): boolean => {
    const skew = clockSkew(response, request);
    if (skew !== undefined && offsetMs === undefined) {
      offsetMs = skew;
      credential.onClockSkew?.(skew);
      return true;
    }
    if (skew !== undefined && offsets.get(request) !== offsetMs) return refusal === undefined;
    refusal ??= new AuthError(
      "the access key was refused before and is not tried again, since five failures lock it",
      401,
      { requestId: requestIdOf(response) },
    );
    return false;
  };

  const { authUrl, projectName } = credential;
  const lookUp =
    authUrl === undefined || projectName === undefined
      ? undefined
      : askOnce(async (context: AuthContext) => {
          const signer = {
            authorize: async (request: HttpRequest): Promise<HttpRequest> => sign(request, context),
            renew,
          };
          return lookUpProject(authUrl, projectName, signer, context);
        });
  const projectId = async (context: AuthContext): Promise<string | undefined> =>
    credential.projectId ?? lookUp?.get(context);

  return {
    authorize: async (request, context) => sign(request, context, await projectId(context)),
    renew,
    scope: async (context) => ({ projectId: await projectId(context), catalog: credential.catalog }),
  };
}

function keyPairOf(credential: AccessKeyCredential): AccessKeyPair {
  const { accessKey, projectId } = credential;
  const secretKey = secretOf(credential.secretKey);
  const securityToken =
    credential.securityToken === undefined ? undefined : secretOf(credential.securityToken);
  // The values are not repeated: the wrong one may have been put there.
  if (!/^[\w.-]{1,128}$/.test(accessKey))
    throw new UsageError("the access key is not one word of letters and digits");
  if (!inHeader(secretKey.reveal()))
    throw new UsageError("the secret key is empty or holds spaces or line ends");
  if (securityToken !== undefined && !inHeader(securityToken.reveal()))
    throw new UsageError("the security token is empty or holds spaces or line ends");
  if (projectId !== undefined && !inHeader(projectId))
    throw new UsageError("the project id is empty or holds spaces or line ends");
  return { accessKey, secretKey, securityToken };
}

function secretOf(value: string | Secret): Secret {
  return typeof value === "string" ? Secret.of(value) : value;
}

function inHeader(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}
