import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { UsageError } from "../lib/errors.ts";
import type { TlsOptions } from "../lib/http/tls.ts";
import { Secret } from "../lib/secret.ts";
import type { TlsPaths } from "../lib/settings/tls.ts";
import { systemCode } from "./io.ts";

const pemLimit = 8 * 1024 * 1024; // bytes; the bundle of a whole system is under 1 MiB

/** The files that TLS settings name, read. Throws `UsageError` naming the setting. */
export function readTlsFiles({ ca, client, insecureTls }: TlsPaths, cwd: string): TlsOptions {
  const read = (path: string, origin: string): Uint8Array => readPem(resolve(cwd, path), origin);
  return {
    insecureTls,
    ca: ca === undefined ? undefined : read(ca.path, ca.origin),
    clientCertificate:
      client === undefined
        ? undefined
        : {
            certificate: read(client.certificate, "OS_CERT"),
            privateKey: new Secret(
              client.key === undefined ? read(client.certificate, "OS_CERT") : read(client.key, "OS_KEY"),
            ),
          },
  };
}

function readPem(path: string, origin: string): Uint8Array {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (error) {
    throw new UsageError(`the file of ${origin} cannot be opened (${systemCode(error)})`);
  }
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw new UsageError(`${origin} is not the path of a regular file`);
    if (stats.size > pemLimit) throw new UsageError(`the file of ${origin} is larger than ${pemLimit} bytes`);
    return readFileSync(fd);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`the file of ${origin} cannot be read (${systemCode(error)})`);
  } finally {
    closeSync(fd);
  }
}
