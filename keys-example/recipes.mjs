/// <reference types="node" />
// How to make each container, one recipe a file; see make-keys.mjs.

/**
 * @typedef {object} Kitchen
 * @property {string} work The folder in which programs run; it holds plain.pem, public.pem and public.ssh of a fresh key.
 * @property {(program: string, options: readonly string[], input?: string) => Buffer} run
 * @property {string} passphrase
 */
/**
 * @typedef {object} Recipe
 * @property {string} file
 * @property {string} container The id that winpw gives this container.
 * @property {boolean} encrypted
 * @property {"openssl" | "ssh-keygen" | "puttygen" | "node"} tool
 * @property {(kitchen: Kitchen) => Buffer | string} make
 */

// RFC 7468 section 5.2 allows such a line before BEGIN.
const warning = "Public example key: never use it for anything.\n";

/**
 * @param {string} file @param {string} container @param {boolean} encrypted @param {string[]} options
 * @returns {Recipe}
 */
function openssl(file, container, encrypted, ...options) {
  return {
    file,
    container,
    encrypted,
    tool: "openssl",
    make: ({ run, passphrase }) => {
      const passout = encrypted ? ["-passout", `pass:${passphrase}`] : [];
      const made = run("openssl", [...options, "-in", "plain.pem", ...passout]);
      return file.endsWith(".pem") ? warning + made.toString() : made;
    },
  };
}

const topk8 = ["pkcs8", "-topk8"];
const legacyProvider = ["-provider", "legacy", "-provider", "default"];

/** @type {readonly Recipe[]} */
export const recipes = [
  openssl("pkcs1.pem", "pkcs1-pem", false, "rsa", "-traditional"),
  openssl("pkcs8.pem", "pkcs8-pem", false, ...topk8, "-nocrypt"),
  ...["aes128", "aes192", "aes256", "des3"].map((cipher) =>
    openssl(
      `pkcs1-proc-type-${cipher}.pem`,
      "pkcs1-pem-encrypted",
      true,
      "rsa",
      "-traditional",
      `-${cipher}`,
    ),
  ),
  ...["sha1", "sha256", "sha512"].map((digest) =>
    openssl(
      `pkcs8-pbkdf2-${digest}-aes256.pem`,
      "pkcs8-pem-encrypted",
      true,
      ...topk8,
      "-v2",
      "aes-256-cbc",
      "-v2prf",
      `hmacWith${digest.toUpperCase()}`,
    ),
  ),
  openssl("pkcs8-pbkdf2-des3.pem", "pkcs8-pem-encrypted", true, ...topk8, "-v2", "des3"),
  openssl(
    "pkcs1-proc-type-des.pem",
    "pkcs1-pem-encrypted",
    true,
    "rsa",
    "-traditional",
    "-des",
    ...legacyProvider,
  ),
  ...["MD5-DES", "SHA1-DES", "SHA1-3DES", "SHA1-2DES", "SHA1-RC2-40", "SHA1-RC2-128"].map((scheme) =>
    openssl(
      `pkcs8-pbe-${scheme.toLowerCase()}.pem`,
      "pkcs8-pem-encrypted",
      true,
      ...topk8,
      ...legacyProvider,
      "-v1",
      `PBE-${scheme}`,
    ),
  ),
  openssl("pkcs8-scrypt-aes256.pem", "pkcs8-pem-encrypted", true, ...topk8, "-scrypt"),
  openssl("pkcs1.der", "pkcs1-der", false, "rsa", "-traditional", "-outform", "DER"),
  openssl("pkcs8.der", "pkcs8-der", false, ...topk8, "-nocrypt", "-outform", "DER"),
  openssl(
    "pkcs8-pbkdf2-aes256.der",
    "pkcs8-der-encrypted",
    true,
    ...topk8,
    "-v2",
    "aes-256-cbc",
    "-outform",
    "DER",
  ),
];
