import { execFile, execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import sshpk from "sshpk";
import type { TestProject } from "vitest/node";
import { findTool } from "../tools.ts";

/** A throw-away key pair, made anew in each run. */
export interface NovaKey {
  /** The private key's file: PKCS#1 PEM, the only form that Debian's own client reads. */
  readonly file: string;
  /** The line that Nova imports. */
  readonly publicKey: string;
  /** As Nova shows it: colon-hex. */
  readonly md5: string;
  /** As ssh shows it: `SHA256:` and base64. */
  readonly sha256: string;
}

export interface NovaService {
  /** The service's folder; see test/nova/service/up.sh. */
  readonly state: string;
  /** Addresses, passwords and OS_* variables from the folder's `env`. */
  readonly env: Readonly<Record<string, string>>;
  readonly key: NovaKey;
  readonly otherKey: NovaKey;
  /** An empty folder of this run's own. */
  readonly scratch: string;
}

declare module "vitest" {
  interface ProvidedContext {
    /** A sentence where the service cannot run here. */
    nova: NovaService | string;
  }
}

const scripts = fileURLToPath(new URL("service/", import.meta.url));

/**
 * Brings Keystone and Nova up. `WINPW_NOVA_STATE` names the folder of a service that already runs (made by
 * `up.sh`) and is then left running, which saves the start while tests are being written.
 */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const missing = ["apt-get", "dpkg-deb"].find((tool) => findTool(tool) === undefined);
  if (missing !== undefined) {
    const reason = `a real Keystone and Nova need ${missing}, which is not here`;
    if (isSet("CI") || isSet("CI_STRICT_TOOLS")) throw new Error(reason);
    process.stderr.write(`${reason}: these tests are skipped\n`);
    project.provide("nova", reason);
    return undefined;
  }
  const running = process.env["WINPW_NOVA_STATE"];
  const state = running ?? mkdtempSync(join(tmpdir(), "winpw-nova-"));
  const tearDown = async (): Promise<void> => {
    if (running !== undefined) return;
    // Not the synchronous form: vitest ends its workers meanwhile.
    await promisify(execFile)(join(scripts, "down.sh"), [state]);
    rmSync(state, { recursive: true, force: true });
  };
  try {
    execFileSync(join(scripts, "up.sh"), [state], { stdio: "inherit" });
    const scratch = mkdtempSync(join(state, "scratch-"));
    project.provide("nova", {
      state,
      env: readEnv(join(state, "env")),
      key: makeKey(join(scratch, "key.pem")),
      otherKey: makeKey(join(scratch, "other.pem")),
      scratch,
    });
  } catch (error) {
    await tearDown();
    throw error;
  }
  return tearDown;
}

function readEnv(file: string): Record<string, string> {
  const lines = readFileSync(file, "utf8").trim().split("\n");
  return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]));
}

function makeKey(file: string): NovaKey {
  const pair = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  writeFileSync(file, pair.privateKey, { mode: 0o600 });
  const publicKey = sshpk.parseKey(pair.publicKey, "pem");
  return {
    file,
    publicKey: publicKey.toString("ssh").trim(),
    md5: publicKey.fingerprint("md5").toString("hex"),
    sha256: publicKey.fingerprint("sha256").toString(),
  };
}

function isSet(name: string): boolean {
  return (process.env[name] ?? "") !== "";
}
