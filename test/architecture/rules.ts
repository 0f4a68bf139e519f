import type { Source } from "./source.ts";

/** One sentence per breach: the file, and what it must not do. */
export function breaches(sources: readonly Source[]): string[] {
  const single = sources.flatMap((source) =>
    rules
      .filter((rule) => rule.broken(source))
      .map((rule) => `${source.path}: ${rule.says}${rule.detail?.(source) ?? ""}`),
  );
  return [...single, ...cycles(sources).map((loop) => `import cycle: ${loop.join(" → ")}`)];
}

/**
 * The rooms of lib and what each may import besides the leaves (the files that lie in lib itself) and its own
 * files: the arrows of the picture in docs/architecture.md. The emulator stands alone, so that it cannot share
 * a mistake with the clients it checks.
 */
const arrows: Readonly<Record<string, readonly string[]>> = {
  workflow: ["clients", "crypto", "keys", "password", "evidence"],
  clients: ["auth", "http"],
  crypto: ["keys"],
  auth: ["http"],
  settings: ["auth"],
  keys: [],
  http: [],
  password: [],
  evidence: [],
  emulator: [],
};

/** Names and nothing else, without imports: no mistake can be shared through it. */
const plainData = "lib/settings/recognised-variables.ts";

interface Rule {
  readonly says: string;
  readonly broken: (source: Source) => boolean;
  readonly detail?: (source: Source) => string;
}

const rules: readonly Rule[] = [
  {
    says: "lib imports neither cli nor what belongs to a program",
    broken: (source) =>
      inLib(source) &&
      (source.imports.some((path) => path.startsWith("cli/")) ||
        importsModule(
          source,
          "commander",
          "fs",
          "fs/promises",
          "process",
          "child_process",
          "tty",
          "readline",
          "console",
        )),
  },
  {
    says: "lib knows no process and no console",
    broken: (source) =>
      inLib(source) && (source.identifiers.has("process") || source.identifiers.has("console")),
  },
  {
    says: "node:http is for the emulator only",
    broken: (source) =>
      !source.path.startsWith("lib/emulator/") && importsModule(source, "http", "https", "http2"),
  },
  {
    says: "a room imports only along the arrows: ",
    broken: (source) => strayImports(source).length > 0,
    detail: (source) => strayImports(source).join(", "),
  },
  {
    says: "lib/index.ts and the package's own name are for outsiders",
    broken: (source) =>
      source.imports.includes("lib/index.ts") ||
      source.specifiers.some((name) => /^winpw($|\/)/.test(name)) ||
      (source.imports.includes("lib/emulator/index.ts") && source.path.startsWith("lib/")),
  },
  {
    says: "an entry point re-exports names and holds no logic",
    broken: (source) =>
      source.path === "lib/index.ts" && (!source.reexportsOnly || source.exports.includes("*")),
  },
  {
    says: "no default exports", // a declaration file says what somebody else's module exports
    broken: (source) => source.exports.includes("default") && !source.path.endsWith(".d.ts"),
  },
  {
    says: "a secret is revealed only where it leaves",
    broken: (source) =>
      !maySeeSecrets(source.path) && (source.calls.has("bytes") || source.calls.has("reveal")),
  },
  {
    says: "sshpk stays behind keys/openssh.ts and keys/putty.ts",
    broken: (source) =>
      importsModule(source, "sshpk") && !/^lib\/keys\/(openssh|putty)\.ts$/.test(source.path),
  },
  {
    says: "process.stdout has one writer, over file descriptor 1",
    broken: (source) => source.members.has("process.stdout"),
  },
  {
    says: "a name that says nothing",
    broken: (source) => /(^|\/)(utils?|helpers?|common|misc|shared)(\.ts|\/)/.test(source.path),
  },
];

/** Sinks, the places where a credential goes on the wire or opens a key, the reset's request body, a proxy's or TLS's credentials. */
function maySeeSecrets(path: string): boolean {
  return /^(cli\/sinks|lib\/auth|lib\/keys)\/|^lib\/clients\/reset-body\.ts$|^lib\/http\/(dispatchers|tls)\.ts$/.test(
    path,
  );
}

function inLib(source: Source): boolean {
  return source.path.startsWith("lib/");
}

function importsModule(source: Source, ...names: readonly string[]): boolean {
  return source.specifiers.some((specifier) => names.includes(specifier.replace(/^node:/, "")));
}

/** The room of a file; undefined for a leaf, an entry point, and everything outside lib. */
function roomOf(path: string): string | undefined {
  return /^lib\/([^/]+)\//.exec(path)?.[1];
}

function strayImports(source: Source): string[] {
  if (!inLib(source) || source.path === "lib/index.ts") return [];
  const room = roomOf(source.path);
  const allowed = room === undefined ? [] : [room, ...(arrows[room] ?? [])];
  return source.imports.filter((path) => {
    const target = roomOf(path);
    // A leaf imports nothing of ours; a room may import any leaf.
    return target === undefined ? room === undefined : !allowed.includes(target) && path !== plainData;
  });
}

/** Each cycle once, starting at its first file by name; type-only and lazy imports count as well. */
function cycles(sources: readonly Source[]): string[][] {
  const imports = new Map(sources.map((source) => [source.path, source.imports]));
  const done = new Set<string>();
  const found: string[][] = [];
  const walk = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) found.push([...trail.slice(start), path]);
    if (start >= 0 || done.has(path)) return;
    for (const next of imports.get(path) ?? []) walk(next, [...trail, path]);
    done.add(path);
  };
  for (const path of [...imports.keys()].sort()) walk(path, []);
  return found;
}
