import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, inject } from "vitest";
import type { NovaService } from "./global-setup.ts";

/** A group of tests against the real services; skipped where they cannot run. */
export const describeNova: ReturnType<typeof describe.skipIf> = describe.skipIf(
  typeof inject("nova") === "string",
);

/** The running service; for use inside a test or hook. */
export function nova(): NovaService {
  const service = inject("nova");
  if (typeof service === "string") throw new Error(service);
  return service;
}

const scripts = fileURLToPath(new URL("service/", import.meta.url));

export interface WantedServer {
  /** The start of the name: an ending follows, the same for all servers of a test run. */
  readonly name: string;
  /** What the guest posts, encrypted; without it the guest has posted nothing. */
  readonly password?: string;
}

export interface NovaServer {
  readonly id: string;
  readonly name: string;
  readonly password: string;
  readonly ciphertext: string;
}

/** Makes Windows servers in the project demo, with the service's key as their key pair. */
export function makeServers(wanted: readonly WantedServer[]): NovaServer[] {
  const { state, key, scratch } = nova();
  // A service that is left running still has the last run's servers and keys.
  const run = basename(scratch);
  const keyName = `key-${run}`;
  const lines = wanted.map(({ name, ...rest }) =>
    JSON.stringify({ name: `${name}-${run}`, ...rest, keyName, publicKey: key.publicKey }),
  );
  const made = runPython("servers.py", [state], lines.join("\n"));
  return made.map((line) => {
    const server = JSON.parse(line) as NovaServer & { password: string | null };
    return { ...server, password: server.password ?? "" };
  });
}

function runPython(script: string, args: readonly string[], input: string): string[] {
  const { state } = nova();
  const command = `. "$0/client-env" && exec /usr/bin/python3 "$@"`;
  const out = execFileSync("bash", ["-c", command, state, join(scripts, script), ...args], {
    input,
    encoding: "utf8",
  });
  return out.trim().split("\n");
}

/** Runs Debian's own client, python3-novaclient. */
export function runPeer(args: readonly string[]): string {
  const { state, env } = nova();
  const command = `. "$0/client-env" && exec $NOVA "$@"`;
  return execFileSync("bash", ["-c", command, state, ...args], {
    env: { ...process.env, ...env },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"], // it says on each run that it will be removed some day
  });
}

/** Starts Nova's API anew with or without the header lines that Debian's settings leave out. */
export function restartNova(switches: Readonly<Record<string, string>>): void {
  const { state } = nova();
  execFileSync(join(scripts, "down.sh"), [state, "nova-api"]);
  execFileSync(join(scripts, "up.sh"), [state], {
    env: { ...process.env, ...switches },
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/** `demo` may do all, `watcher` reads, `stranger` belongs to another project. */
export type UserName = "demo" | "watcher" | "stranger";

/** The environment that a user of the cloud would have. */
export function credentials(user: UserName = "demo", authUrl?: string): Record<string, string> {
  const { env } = nova();
  const variables = Object.entries(env).filter(([name]) => name.startsWith("OS_"));
  return {
    ...Object.fromEntries(variables),
    OS_USERNAME: user,
    OS_PROJECT_NAME: user === "stranger" ? "other" : "demo",
    ...(authUrl === undefined ? {} : { OS_AUTH_URL: authUrl }),
  };
}

export interface Login {
  readonly token: string;
  readonly projectId: string;
}

export async function logIn(user: UserName = "demo"): Promise<Login> {
  const { OS_AUTH_URL, OS_PASSWORD, OS_PROJECT_NAME } = credentials(user);
  const domain = { id: "default" };
  const answer = await fetch(`${OS_AUTH_URL}/auth/tokens`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      auth: {
        identity: {
          methods: ["password"],
          password: { user: { name: user, domain, password: OS_PASSWORD } },
        },
        scope: { project: { name: OS_PROJECT_NAME, domain } },
      },
    }),
  });
  const body = (await answer.json()) as { token: { project: { id: string } } };
  return { token: answer.headers.get("X-Subject-Token") ?? "", projectId: body.token.project.id };
}

/** The ciphertext that Nova itself holds for a server; empty when there is none. */
export async function storedPassword(id: string): Promise<string> {
  const { token } = await logIn();
  const answer = await fetch(`${nova().env["NOVA_URL"]}/servers/${id}/os-server-password`, {
    headers: { "X-Auth-Token": token },
  });
  return ((await answer.json()) as { password: string }).password;
}

/** Posts to the metadata service as a guest does, through what is Neutron's proxy in a cloud. Returns the status. */
export async function postFromGuest(id: string, body: string): Promise<number> {
  const { env } = nova();
  const { projectId } = await logIn();
  const signature = createHmac("sha256", env["METADATA_SECRET"] ?? "").update(id);
  const answer = await fetch(`${env["METADATA_URL"]}/openstack/2013-04-04/password`, {
    method: "POST",
    headers: {
      "X-Instance-ID": id,
      "X-Instance-ID-Signature": signature.digest("hex"),
      "X-Tenant-ID": projectId,
      "X-Forwarded-For": "10.0.0.9",
    },
    body,
  });
  return answer.status;
}
