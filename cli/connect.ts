import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { AuthContext, Authorizer } from "../lib/auth/authorizer.ts";
import { akskAuthorizer } from "../lib/auth/aksk.ts";
import { offers } from "../lib/auth/catalog.ts";
import { keystoneAuthorizer } from "../lib/auth/keystone.ts";
import { tokenAuthorizer } from "../lib/auth/token.ts";
import type { Client } from "../lib/clients/client.ts";
import { createClient } from "../lib/clients/create-client.ts";
import type { Api } from "../lib/clients/operations.ts";
import { UsageError } from "../lib/errors.ts";
import { proxyFrom } from "../lib/http/proxy.ts";
import { defaultRetryPolicy } from "../lib/http/retry.ts";
import { createTransport } from "../lib/http/transport.ts";
import { Secret } from "../lib/secret.ts";
import { isOpenTelekomCloud } from "../lib/settings/cloud-hosts.ts";
import { resolveSettings, type Settings } from "../lib/settings/resolve.ts";
import { resolveTls } from "../lib/settings/tls.ts";
import type { Run } from "./command-module.ts";
import { systemCode } from "./io.ts";
import type { ServerFacts } from "./output/json.ts";
import type { Report } from "./report.ts";
import { readTlsFiles } from "./tls-files.ts";

/** A cloud that can be asked. */
export interface Connection {
  readonly client: Client;
  /** What is known of every server of it. */
  readonly place: Pick<ServerFacts, "api" | "region" | "projectId">;
  close(): Promise<void>;
}

/** Settles settings, logs in where that is needed to choose the API, and makes the client. */
export async function connect({ deps, globals, report, signal }: Run): Promise<Connection> {
  const token = globals.tokenFile === undefined ? undefined : readToken(resolve(deps.cwd, globals.tokenFile));
  const settings = resolveSettings({ ...globals, token }, deps.env);
  const loopbackOnly = (deps.env["WINPW_LOOPBACK_ONLY"] ?? "") !== "";
  const tls = readTlsFiles(resolveTls(globals, deps.env), deps.cwd);
  if (globals.insecureTls) await report.warning("certificates are not verified (--insecure-tls)");
  const transport = createTransport({
    ...tls,
    insecureHttp: globals.insecureHttp,
    loopbackOnly,
    proxy: proxyFrom(deps.env),
    onExchange: report.exchange,
  });
  const { clock, random } = deps;
  const authorizer = authorizerFor(settings, report);
  const context: AuthContext = { transport, clock, random, policy: defaultRetryPolicy, signal };
  try {
    const api = await chooseApi(settings, authorizer, context);
    const client = createClient({ ...settings, api, authorizer, transport, clock, random });
    const projectId = settings.projectId ?? (await authorizer.scope(context)).projectId ?? null;
    return {
      client,
      place: { api, region: settings.region ?? null, projectId },
      close: async () => transport.close(),
    };
  } catch (error) {
    await transport.close();
    throw error;
  }
}

function authorizerFor({ credential }: Settings, report: Report): Authorizer {
  if (credential.kind === "token") return tokenAuthorizer(credential);
  if (credential.kind === "password") return keystoneAuthorizer(credential);
  const onClockSkew = (skew: number): void => void report.warning(clockIsWrong(skew));
  return akskAuthorizer({ ...credential, onClockSkew });
}

function clockIsWrong(skewMs: number): string {
  const minutes = Math.round(Math.abs(skewMs) / 60_000);
  const side = skewMs > 0 ? "behind" : "ahead of";
  return `this machine's clock is ${minutes} min ${side} the cloud's; requests are signed with the cloud's time`;
}

/** v1 where the catalog lists `ecs`, else the OpenStack-native API, and that on Open Telekom Cloud; bare metal only when asked for. */
async function chooseApi(settings: Settings, authorizer: Authorizer, context: AuthContext): Promise<Api> {
  if (settings.api !== undefined) return settings.api;
  if (settings.endpoint !== undefined) return isOpenTelekomCloud(settings.endpoint) ? "v2.1" : "v1";
  const { catalog = [] } = await authorizer.scope(context);
  return offers(
    catalog.filter(({ url }) => !isOpenTelekomCloud(url)),
    "ecs",
  )
    ? "v1"
    : "v2.1";
}

const tokenLimit = 64 * 1024; // bytes; the longest tokens have some 16 KiB

function readToken(path: string): Secret {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UsageError(`the token file cannot be read (${systemCode(error)})`);
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1").trim();
  bytes.fill(0);
  // A header cannot carry anything else, and an error about it would quote the token.
  if (bytes.byteLength > tokenLimit || !/^[\x21-\x7e]+$/.test(text))
    throw new UsageError("the token file does not hold one token");
  return Secret.of(text);
}
