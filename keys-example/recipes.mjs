/// <reference types="node" />
import { createPrivateKey } from "node:crypto";
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
      run("ssh-keygen", ["-p", "-q", "-f", path, "-P", "", "-N", ""]);
      run("ssh-keygen", ["-c", "-q", "-f", path, "-C", marker]);
      // Last, since changing the comment would encrypt anew with the default cipher.
      if (encrypted) run("ssh-keygen", ["-p", "-q", "-f", path, "-P", "", "-N", passphrase, ...options]);
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
      const comment = ["-C", marker];
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

/**
 * @param {string} file @param {boolean} encrypted @param {string[]} options
 * @returns {Recipe}
 */
function pkcs12(file, encrypted, ...options) {
  return {
    file,
    container: "pkcs12",
    encrypted,
    tool: "openssl",
    make: ({ run, passphrase }) => {
      const subject = `/CN=${marker}`;
      run("openssl", ["req", "-x509", "-key", "plain.pem", "-subj", subject, "-out", "certificate.pem"]);
      const input = ["-inkey", "plain.pem", "-in", "certificate.pem"];
      const passout = ["-passout", encrypted ? `pass:${passphrase}` : "pass:"];
      return run("openssl", ["pkcs12", "-export", ...input, ...passout, ...options]);
    },
  };
}

/**
 * Formats that no command line tool here writes; node:crypto gives the numbers.
 * @param {string} file @param {string} container @param {(jwk: JsonWebKey, pem: string) => string} write
 * @returns {Recipe}
 */
function byNode(file, container, write) {
  return {
    file,
    container,
    encrypted: false,
    tool: "node",
    make: ({ work }) => {
      const pem = readFileSync(join(work, "plain.pem"), "utf8");
      return write(createPrivateKey(pem).export({ format: "jwk" }), pem);
    },
  };
}

/** @typedef {import("node:crypto").JsonWebKey} JsonWebKey */

/** @param {unknown} value */
function json(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}

const marker = "public example key, never use it";

/** @param {JsonWebKey} jwk */
function xml(jwk) {
  const members = {
    Modulus: jwk.n,
    Exponent: jwk.e,
    P: jwk.p,
    Q: jwk.q,
    DP: jwk.dp,
    DQ: jwk.dq,
    InverseQ: jwk.qi,
    D: jwk.d,
  };
  const elements = Object.entries(members).map(
    ([name, value]) => `  <${name}>${Buffer.from(value ?? "", "base64url").toString("base64")}</${name}>`,
  );
  return `<!-- ${marker} -->\n<RSAKeyValue>\n${elements.join("\n")}\n</RSAKeyValue>\n`;
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
  pkcs12("pkcs12-aes256.p12", true),
  pkcs12("pkcs12-rc2-40.p12", true, "-legacy"),
  pkcs12("pkcs12-key-rc2-40.p12", true, ...legacyProvider, "-keypbe", "PBE-SHA1-RC2-40"),
  pkcs12("pkcs12-without-mac.p12", true, "-nomac"),
  pkcs12("pkcs12-empty-passphrase.p12", false),
  pkcs12("pkcs12-plain.p12", false, "-keypbe", "NONE", "-certpbe", "NONE", "-nomac"),
  puttygen("ssh-com", "ssh-com", "plain", "-O", "private-sshcom"),
  puttygen("ssh-com-des3", "ssh-com", "-O", "private-sshcom"),
  openssl("pvk.pvk", "pvk", false, "rsa", "-outform", "PVK", "-pvk-none"),
  openssl("pvk-rc4.pvk", "pvk", true, "rsa", "-outform", "PVK", "-pvk-strong", ...legacyProvider),
  openssl("pvk-rc4-40.pvk", "pvk", true, "rsa", "-outform", "PVK", "-pvk-weak", ...legacyProvider),
  openssl("ms-key-blob.bin", "ms-key-blob", false, "rsa", "-outform", "MSBLOB"),
  byNode("jwk.json", "jwk", (jwk) => json({ ...jwk, kid: marker })),
  byNode("jwk-set.json", "jwk", (jwk) => json({ keys: [{ ...jwk, kid: marker }] })),
  byNode("jwk-without-primes.json", "jwk", ({ kty, n, e, d }) => json({ kty, n, e, d, kid: marker })),
  byNode("rsa-key-value.xml", "rsa-key-value", xml),
  byNode("cloud-ec2.json", "cloud-json", (_jwk, pem) => json({ KeyName: marker, KeyMaterial: pem })),
  byNode("cloud-nova.json", "cloud-json", (_jwk, pem) =>
    json({ keypair: { name: marker, private_key: pem } }),
  ),
];
