import { BadKeyError, type BadKeyReason } from "../errors.ts";

/** What a file can be without being an RSA private key. */
export type NotAKey =
  | "public-key"
  | "certificate"
  | "certificate-request"
  | "rsa-pss"
  | "dsa"
  | "ec"
  | "ed25519"
  | "security-key"
  | "pgp"
  | "java-keystore"
  | "ssh1"
  | "multi-prime"
  | "empty"
  | "html"
  | "unrecognised"
  | "unfinished-pem";

const neverOpens =
  "Windows passwords are encrypted with RSA, so a server with this key pair never gets one; nothing can open it";

const sentences: Readonly<Record<NotAKey, readonly [BadKeyReason, string]>> = {
  "public-key": ["not-private", "this is a public key; the private key of the same pair is needed"],
  certificate: ["not-private", "this is a certificate; the private key that belongs to it is needed"],
  "certificate-request": [
    "not-private",
    "this is a certificate request; the private key that belongs to it is needed",
  ],
  "rsa-pss": ["not-rsa", "this is an RSA-PSS key, which may only sign; a plain RSA key is needed"],
  dsa: ["not-rsa", `this is a DSA key, which cannot decrypt. ${neverOpens}`],
  ec: ["not-rsa", `this is an elliptic-curve (ECDSA) key, which cannot decrypt. ${neverOpens}`],
  ed25519: ["not-rsa", `this is an Ed25519 key, which cannot decrypt. ${neverOpens}`],
  "security-key": [
    "not-rsa",
    `this is a key of a hardware security token, which cannot decrypt. ${neverOpens}`,
  ],
  pgp: ["unsupported", "this is an OpenPGP key; export it as PEM or OpenSSH first"],
  "java-keystore": [
    "unsupported",
    "this is a Java keystore; convert it with keytool -importkeystore -deststoretype PKCS12 first",
  ],
  ssh1: ["unsupported", "this is a key of SSH version 1; convert it with PuTTYgen first"],
  "multi-prime": ["unsupported", "this RSA key has more than two primes, which is not supported"],
  empty: ["empty", "the key file is empty"],
  html: ["unrecognised", "this is a web page, not a key; perhaps the download asked for a login"],
  unrecognised: ["unrecognised", "this is no private key in any format known here"],
  "unfinished-pem": ["truncated", "the key is truncated: a BEGIN or END line is missing"],
};

/** The error for a file that was recognised as something of no use here. */
export function refusal(what: NotAKey): BadKeyError {
  const [reason, sentence] = sentences[what];
  return new BadKeyError(sentence, reason);
}

/** The error for a passphrase that does not open the container. */
export function wrongPassphrase(): BadKeyError {
  return new BadKeyError("the passphrase does not open this private key", "passphrase-wrong");
}

/** The error for a cost that is above its limit; `limit` is the name of a field of `KeyLimits`. */
export function tooCostly(what: string, asked: number, limit: string, most: number): BadKeyError {
  return new BadKeyError(
    `the key file asks for ${String(asked)} ${what}; at most ${String(most)} are allowed (${limit})`,
    "too-costly",
  );
}

/** The error for a cipher or key derivation that is not known here. */
export function unsupported(what: string): BadKeyError {
  return new BadKeyError(`the private key is protected by ${what}, which is not supported`, "unsupported");
}

/** The error for a structure that contradicts its own format. */
export function damagedKey(what: string): BadKeyError {
  return new BadKeyError(`the key is damaged: ${what}`, "damaged");
}
