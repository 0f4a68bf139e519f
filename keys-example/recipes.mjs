/// <reference types="node" />
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// How to make each container, one recipe a file; see make-keys.mjs.

/**
 * @typedef {object} Kitchen
 * @property {string} work The folder in which programs run; it holds plain.pem, traditional.pem, public.pem and public.ssh of a fresh key.
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

/**
 * @param {string} file @param {readonly string[]} options
 * @returns {Recipe}
 */
function sshKeygen(file, options) {
  const encrypted = options.length > 0;
  return {
    file,
    container: "openssh",
    encrypted,
    tool: "ssh-keygen",
    make: ({ work, run, passphrase }) => {
      const path = join(work, "key");
      copyFileSync(join(work, "plain.pem"), path);
      chmodSync(path, 0o600); // ssh-keygen refuses a key that others can read.
      const comment = ["-C", "public example key, never use it"];
      run("ssh-keygen", ["-p", "-q", "-f", path, "-P", "", "-N", encrypted ? passphrase : "", ...options]);
      run("ssh-keygen", ["-c", "-q", "-f", path, "-P", encrypted ? passphrase : "", ...comment]);
      return readFileSync(path);
    },
  };
}

/**
 * @param {string} file @param {string} container @param {readonly string[]} options
 * @returns {Recipe}
 */
function puttygen(file, container, ...options) {
  const encrypted = !options.includes("plain");
  return {
    file,
    container,
    encrypted,
    tool: "puttygen",
    make: ({ work, run, passphrase }) => {
      const path = join(work, "made");
      const passphraseFile = join(work, "passphrase");
      writeFileSync(passphraseFile, encrypted ? passphrase : "");
      const comment = ["-C", "public example key, never use it"];
      const others = options.filter((option) => option !== "plain");
      run("puttygen", [
        "traditional.pem",
        "-o",
        path,
        "--new-passphrase",
        passphraseFile,
        ...comment,
        ...others,
      ]);
      return readFileSync(path);
    },
  };
}

const opensshCiphers = [
  "aes128-ctr",
  "aes192-ctr",
  "aes256-ctr",
  "aes128-cbc",
  "aes192-cbc",
  "aes256-cbc",
  "3des-cbc",
  "aes128-gcm@openssh.com",
  "aes256-gcm@openssh.com",
  "chacha20-poly1305@openssh.com",
];

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
  sshKeygen("openssh", []),
  ...opensshCiphers.map((cipher) =>
    sshKeygen(`openssh-${cipher.replace("@openssh.com", "")}`, [
      "-Z",
      cipher,
      "-a",
      cipher === "aes256-ctr" ? "16" : "2",
    ]),
  ),
  puttygen("putty-v2.ppk", "putty-v2", "plain", "--ppk-param", "version=2"),
  puttygen("putty-v2-aes256.ppk", "putty-v2", "--ppk-param", "version=2"),
  puttygen("putty-v3.ppk", "putty-v3", "plain"),
  ...["id", "i", "d"].map((variant) =>
    puttygen(
      `putty-v3-argon2${variant}.ppk`,
      "putty-v3",
      "--ppk-param",
      `kdf=argon2${variant},memory=8192,passes=${variant === "id" ? "13" : "2"}`,
    ),
  ),
];
