import type { Command } from "commander";
import type { Api } from "../lib/clients/operations.ts";
import { UsageError } from "../lib/errors.ts";
import { parseDuration } from "./duration.ts";
import type { Verbosity } from "./report.ts";

/** The options that every command takes, before or after its name. */
export interface GlobalOptions extends Verbosity {
  readonly api: Api | undefined;
  readonly region: string | undefined;
  readonly projectId: string | undefined;
  readonly projectName: string | undefined;
  readonly cloudDomain: string | undefined;
  readonly endpoint: string | undefined;
  readonly ecsEndpoint: string | undefined;
  readonly bmsEndpoint: string | undefined;
  readonly identityEndpoint: string | undefined;
  readonly tokenFile: string | undefined;
  readonly insecureHttp: boolean;
  readonly cacert: string | undefined;
  readonly insecureTls: boolean;
  /** Of the whole run, in milliseconds. */
  readonly timeoutMs: number | undefined;
  readonly noInput: boolean;
  readonly yes: boolean;
  readonly json: boolean;
}

/** What commander makes of them; the names are derived from the long flags. */
interface ParsedGlobals {
  readonly api?: Api;
  readonly region?: string;
  readonly projectId?: string;
  readonly project?: string;
  readonly cloudDomain?: string;
  readonly endpoint?: string;
  readonly endpointEcs?: string;
  readonly endpointBms?: string;
  readonly endpointIam?: string;
  readonly tokenFile?: string;
  readonly insecureHttp?: boolean;
  readonly cacert?: string;
  readonly insecureTls?: boolean;
  readonly timeout?: number;
  readonly input?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly debug?: boolean;
}

const apis: ReadonlyMap<string, Api> = new Map([
  ["v1", "v1"],
  ["v2.1", "v2.1"],
  ["bms", "bms"],
]);

function api(value: string): Api {
  const known = apis.get(value);
  if (known === undefined) throw new UsageError("--api takes v1, v2.1 or bms");
  return known;
}

// [flags, description, parser]; the parser never repeats the value in its error.
const globalFlags: readonly (readonly [string, string, ((value: string) => unknown)?])[] = [
  [
    "--api <name>",
    "v1 (Huawei Cloud ECS), v2.1 (OpenStack-native, plain Nova) or bms (Huawei Cloud bare metal)",
    api,
  ],
  ["--region <id>", "region, where the catalog lists several; with an access key: where the services are"],
  ["--project-id <id>", "project by id"],
  ["--project <name>", "project by name"],
  [
    "--cloud-domain <name>",
    "domain of the services' addresses, like myhuaweicloud.com, where no catalog tells",
  ],
  ["--endpoint <url>", "base URL of the chosen API instead of the catalog's"],
  ["--endpoint-ecs <url>", "base URL of ECS: of its API, and of the key pairs when --api is bms"],
  ["--endpoint-bms <url>", "base URL of the bare metal API when --api is bms"],
  ["--endpoint-iam <url>", "URL of the identity service instead of OS_AUTH_URL or HW_AUTH_URL"],
  ["--token-file <file>", "use the token in this file instead of logging in"],
  ["--cacert <file>", "trust the CAs in this PEM file and no others; default: OS_CACERT"],
  ["--insecure-http", "allow plain http to other machines"],
  ["--insecure-tls", "accept any certificate; anyone in between can then read and change everything"],
  [
    "--timeout <duration>",
    "limit of the whole run: 90s, 15m, 1h",
    (value) => parseDuration(value, "--timeout"),
  ],
  ["--no-input", "never ask; fail instead"],
  ["--yes", "consent to what would be asked"],
  ["--json", "answer with one JSON object"],
  ["-q, --quiet", "only errors on standard error"],
  ["-v, --verbose", "more about what is done"],
  ["--debug", "every request (without secrets), and stack traces"],
];

/** Adds the global options to a command, under a heading of their own in its help. */
export function addGlobalOptions(command: Command): void {
  for (const [flags, description, parser] of globalFlags) {
    const option = command.createOption(flags, description).helpGroup("Global options:");
    if (parser !== undefined) option.argParser(parser);
    command.addOption(option);
  }
}

/** The flags among them that take a value, as typed; the dispatcher must step over those values. */
export const globalFlagsWithValue: ReadonlySet<string> = new Set(
  globalFlags.filter(([flags]) => flags.includes("<")).map(([flags]) => flags.split(" ")[0] ?? ""),
);

/** The global options of a parsed command. */
export function globalOptionsOf(command: Command): GlobalOptions {
  const parsed = command.opts<ParsedGlobals>();
  return {
    api: parsed.api,
    region: parsed.region,
    projectId: parsed.projectId,
    projectName: parsed.project,
    cloudDomain: parsed.cloudDomain,
    endpoint: parsed.endpoint,
    ecsEndpoint: parsed.endpointEcs,
    bmsEndpoint: parsed.endpointBms,
    identityEndpoint: parsed.endpointIam,
    tokenFile: parsed.tokenFile,
    insecureHttp: parsed.insecureHttp === true,
    cacert: parsed.cacert,
    insecureTls: parsed.insecureTls === true,
    timeoutMs: parsed.timeout,
    noInput: parsed.input === false,
    yes: parsed.yes === true,
    json: parsed.json === true,
    quiet: parsed.quiet === true,
    verbose: parsed.verbose === true,
    debug: parsed.debug === true,
  };
}

/** Collects a repeatable option. */
export function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

/** A file descriptor number. Throws `UsageError` naming the option; the value is not repeated. */
export function parseDescriptor(value: string, option: string): number {
  if (!/^\d{1,6}$/.test(value)) throw new UsageError(`${option} takes the number of an open file descriptor`);
  return Number(value);
}
