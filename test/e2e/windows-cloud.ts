import { startCloud, type EmulatedCloud } from "./emulated-cloud.ts";
import { encryptTo, publicLine, operatorKey } from "./key-files.ts";

/** The login of the member; a planted secret, so that it must never be seen anywhere. */
export const loginPassword = "Canary-Login-Pa55word-not-real";
/** The login of the reader, who may get a password but not clear it. */
export const readerLogin: Readonly<Record<string, string>> = {
  OS_USERNAME: "watcher",
  OS_PASSWORD: "Canary-Reader-Pa55word-not-real",
};
/** What the servers of these tests decrypt to. */
export const serverPassword = "Canary-Dècrypted-Pa55word-not-real";

/** The id of the n-th server. */
export function serverId(n: number): string {
  return `5f1c4f5e-0000-4000-8000-${String(n).padStart(12, "0")}`;
}

/** A Windows server that has posted its password already. */
export function readyServer(
  n: number,
  plaintext: string | Uint8Array = serverPassword,
): Record<string, unknown> {
  return { ...bootingServer(n), ciphertext: encryptTo(plaintext) };
}

/** A Windows server that posts its password after a while; by default not during any test. */
export function bootingServer(n: number, bootDelayMs = 3_600_000): Record<string, unknown> {
  return { id: serverId(n), name: `win-${n}`, os: "Windows", keyPair: "ops", bootDelayMs };
}

/** An emulated cloud with a member, a reader and the key pair of {@link operatorKey}. */
export async function windowsCloud(
  seed: {
    readonly servers?: readonly Record<string, unknown>[];
    readonly faults?: readonly Record<string, unknown>[];
    readonly catalog?: object;
    readonly tokenLifetimeMs?: number;
  } = {},
): Promise<EmulatedCloud> {
  const { servers = [readyServer(1)], ...rest } = seed;
  return startCloud({
    users: [
      { name: "operator", password: loginPassword, role: "member", project: "demo" },
      {
        name: readerLogin["OS_USERNAME"],
        password: readerLogin["OS_PASSWORD"],
        role: "reader",
        project: "demo",
      },
    ],
    keyPairs: [{ name: "ops", publicKey: publicLine(operatorKey) }],
    servers,
    ...rest,
  });
}

/** The path of every call for a server's password, as a fault of the seed matches it. */
export function passwordPath(n = 1): string {
  return `/**/${serverId(n)}/os-server-password`;
}
