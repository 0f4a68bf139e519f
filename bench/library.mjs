// The built library, typed by its sources, so that the linter needs no build.

const folder = new URL("../dist/lib/", import.meta.url);

export const { loadPrivateKey } = /** @type {typeof import("../lib/keys/load.ts")} */ (
  await import(new URL("keys/load.js", folder).href)
);
export const { openPassword } = /** @type {typeof import("../lib/crypto/decrypt-password.ts")} */ (
  await import(new URL("crypto/decrypt-password.js", folder).href)
);
