import { BadKeyError } from "../lib/errors.ts";
import { readKeyCandidate, type KeyCandidate } from "../lib/keys/key-ring.ts";
import { loadedKey, lockedKey, externalKey, type RingKey } from "../lib/workflow/ring.ts";
import type { Run } from "./command-module.ts";
import type { KeyOptions } from "./key-options.ts";
import { readSource, type FoundKey } from "./key-sources.ts";
import { passphrasesFrom, type Passphrases } from "./passphrase.ts";

/** A key and what the user called it. */
export interface NamedKey {
  /** A path as typed, `-`, or the option that gave it. */
  readonly source: string;
  readonly key: RingKey;
}

/**
 * Gathers the keys of a command line; no passphrase is asked for unless there is only one key.
 *
 * A single key is certainly the one to try, so it is opened before anything is asked of a cloud, and nobody is asked
 * for a passphrase at the end of a long wait. Throws `BadKeyError`, `UsageError`.
 */
export async function gatherKeys(options: KeyOptions, run: Run): Promise<readonly NamedKey[]> {
  const passphrases = passphrasesFrom(options, run);
  const locked: (NamedKey & { readonly candidate: KeyCandidate })[] = [];
  for (const source of options.sources) {
    for (const found of await readSource(source, options.limits, run)) {
      const candidate = await candidateOf(found, options, run);
      if (candidate === undefined) continue;
      const opening: KeyCandidate = {
        container: candidate.container,
        encrypted: candidate.encrypted,
        modulusBytes: candidate.modulusBytes,
        // A spread would read it, and a single key needs no digests.
        get fingerprints() {
          return candidate.fingerprints;
        },
        open: async () => openNamed(found.name, candidate, passphrases, run),
      };
      locked.push({ source: found.name, candidate: opening, key: lockedKey(opening, undefined) });
    }
  }
  const external = externalKeys(options, run);
  const [only] = locked;
  if (passphrases.given !== undefined && !locked.some(({ key }) => key.encrypted)) {
    const which = only !== undefined && locked.length === 1 ? `the key ${only.source} has` : "the keys have";
    await run.report.notice(`${which} no passphrase; the one from ${passphrases.given} is ignored`);
  }
  if (only !== undefined && locked.length === 1 && external.length === 0) {
    return [{ source: only.source, key: loadedKey(await only.candidate.open()) }];
  }
  if (locked.length + external.length === 0)
    throw new BadKeyError("there is no private key in the folder", "unreadable");
  return [...locked, ...external];
}

async function candidateOf(
  found: FoundKey,
  options: KeyOptions,
  run: Run,
): Promise<KeyCandidate | undefined> {
  try {
    const candidate = await readKeyCandidate(found.content, options.limits);
    await checkMode(found, options, run);
    return candidate;
  } catch (error) {
    if (!(error instanceof BadKeyError)) throw error;
    if (found.meant || error.reason === "permissions") throw named(found.name, error);
    await run.report.detail(`${found.name} is passed over: ${error.message}`);
    return undefined;
  } finally {
    found.content.fill(0);
  }
}

async function checkMode(
  { name, mode }: FoundKey,
  { strictPermissions }: KeyOptions,
  run: Run,
): Promise<void> {
  if (mode === null || (mode & 0o077) === 0 || run.deps.platform === "win32") return;
  const fault = `others on this machine can read it (mode ${mode.toString(8).padStart(4, "0")})`;
  if (strictPermissions) throw new BadKeyError(fault, "permissions");
  await run.report.warning(`the key file ${name}: ${fault}`);
}

async function openNamed(
  name: string,
  candidate: KeyCandidate,
  passphrases: Passphrases,
  { report }: Run,
): ReturnType<KeyCandidate["open"]> {
  for (let left = passphrases.tries; ; left -= 1) {
    let typed: Uint8Array | undefined;
    try {
      return await candidate.open(async () => (typed = await passphrases.ask(name)));
    } catch (error) {
      if (!(error instanceof BadKeyError)) throw error;
      if (error.reason !== "passphrase-wrong" || left <= 1) throw named(name, error);
      await report.notice(`the passphrase is wrong; ${left - 1} more ${left === 2 ? "try" : "tries"}`);
    } finally {
      typed?.fill(0);
    }
  }
}

function named(name: string, error: BadKeyError): BadKeyError {
  return new BadKeyError(
    `the key ${name === "-" ? "on standard input" : name}: ${error.message}`,
    error.reason,
  );
}

const rawBlockLimit = 2048; // bytes: RSA of 16384 bits

function externalKeys({ decryptCommand, decryptAnswer }: KeyOptions, run: Run): readonly NamedKey[] {
  if (decryptCommand === undefined) return [];
  const decrypt = async (ciphertext: Uint8Array): Promise<Uint8Array> => {
    const { runUserCommand } = await import("./child-command.ts");
    const { code, output } = await runUserCommand(decryptCommand, ciphertext, rawBlockLimit, run);
    const tooLong = output.byteLength > rawBlockLimit;
    if (code === 0 && !tooLong) return output;
    output.fill(0);
    if (tooLong)
      throw new BadKeyError(
        `the decryption command answered more than ${rawBlockLimit} bytes`,
        "unsupported",
      );
    throw new BadKeyError(`the decryption command failed (exit code ${code ?? "none"})`, "unreadable");
  };
  return [{ source: "--decrypt-cmd", key: externalKey(decrypt, decryptAnswer) }];
}
