import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const library = fileURLToPath(new URL("../../lib/", import.meta.url));

interface Loaded {
  readonly files: Set<string>;
  readonly packages: Set<string>;
}

/** Everything that is loaded along with a file: its static imports, theirs, and so on; imports of types do not count. */
function loadedWith(path: string, loaded: Loaded = { files: new Set(), packages: new Set() }): Loaded {
  if (loaded.files.has(path)) return loaded;
  loaded.files.add(path);
  const source = readFileSync(path, "utf8");
  for (const [, types, specifier = ""] of source.matchAll(
    /^(?:import|export) (type )?[^;]*?from "([^"]+)"/gm,
  )) {
    if (types !== undefined) continue;
    if (specifier.startsWith(".")) loadedWith(resolve(dirname(path), specifier), loaded);
    else loaded.packages.add(specifier);
  }
  return loaded;
}

describe.for(["keys/load.ts", "keys/read-container.ts", "keys/key-ring.ts", "crypto/decrypt-password.ts"])(
  "%s",
  (name) => {
    const { files, packages } = loadedWith(resolve(library, name));

    it("loads nothing but builtins", () => {
      expect(packages.size).toBeGreaterThan(0);
      expect([...packages].filter((specifier) => !specifier.startsWith("node:"))).toEqual([]);
    });

    it("loads no reader of another container than PEM and DER", () => {
      const others = /openssh|putty|pkcs12|ssh-com|pvk|jwk|json|argon2|bcrypt|blowfish|rc2|ber\.ts|factoring/;
      expect([...files].filter((file) => others.test(file))).toEqual([]);
    });
  },
);

it("the readers of the other containers do load the packages, so the test above can fail", () => {
  expect(loadedWith(resolve(library, "keys/openssh.ts")).packages).toContain("sshpk");
  expect(loadedWith(resolve(library, "keys/pkcs12.ts")).packages).toContain("node-forge");
  expect(loadedWith(resolve(library, "keys/argon2-wasm.ts")).packages).toContain(
    "hash-wasm/dist/argon2.umd.min.js",
  );
});
