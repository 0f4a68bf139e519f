import { execFileSync } from "node:child_process";
import { constants, createPrivateKey, privateDecrypt } from "node:crypto";
import forge from "node-forge";
import sshpk from "sshpk";

/** What another program makes of a key file: the modulus and the decrypted message, or null where it cannot read it. */
export interface PeerAnswer {
  /** Lower-case hexadecimal. */
  readonly modulus: string;
  readonly message: Uint8Array;
}

/** A key file and a ciphertext for it. */
export interface PeerQuestion {
  readonly path: string;
  readonly content: Buffer;
  /** Null for an unencrypted file. */
  readonly passphrase: string | null;
  readonly ciphertext: Buffer;
}

/** A program or library that reads key files without any code of ours. */
export type Peer = (question: PeerQuestion) => PeerAnswer | null;

/** OpenSSL's command line, with its legacy provider. */
export const openssl: Peer = ({ path, passphrase, ciphertext }) => {
  const providers = ["-provider", "legacy", "-provider", "default"];
  const passin = ["-passin", `pass:${passphrase ?? ""}`];
  try {
    const modulus = execFileSync(
      "openssl",
      ["rsa", "-in", path, ...passin, ...providers, "-noout", "-modulus"],
      {
        stdio: ["ignore", "pipe", "ignore"],
      },
    );
    const message = execFileSync(
      "openssl",
      ["pkeyutl", "-decrypt", "-inkey", path, ...passin, ...providers],
      {
        input: ciphertext,
        stdio: ["pipe", "pipe", "ignore"],
      },
    );
    return {
      modulus: modulus
        .toString()
        .trim()
        .replace(/^Modulus=/, "")
        .toLowerCase(),
      message,
    };
  } catch {
    return null;
  }
};

/** node-forge: PEM, DER and PKCS#12. */
export const nodeForge: Peer = ({ content, passphrase, ciphertext }) => {
  for (const read of [forgePem, forgeDer, forgePkcs12]) {
    try {
      const key = read(content, passphrase ?? "");
      return {
        modulus: key.n.toString(16),
        message: Buffer.from(key.decrypt(ciphertext.toString("latin1"), "RSAES-PKCS1-V1_5"), "latin1"),
      };
    } catch {
      // Not this way; the next one may do.
    }
  }
  return null;
};

function forgePem(content: Buffer, passphrase: string): forge.pki.rsa.PrivateKey {
  const pem = content.toString("latin1");
  return passphrase === ""
    ? forge.pki.privateKeyFromPem(pem)
    : forge.pki.decryptRsaPrivateKey(pem, passphrase);
}

function forgeDer(content: Buffer, passphrase: string): forge.pki.rsa.PrivateKey {
  const structure = forge.asn1.fromDer(content.toString("latin1"));
  if (passphrase === "") return forge.pki.privateKeyFromAsn1(structure);
  return forge.pki.privateKeyFromAsn1(forge.pki.decryptPrivateKeyInfo(structure, passphrase));
}

function forgePkcs12(content: Buffer, passphrase: string): forge.pki.rsa.PrivateKey {
  const pfx = forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(content.toString("latin1")), passphrase);
  const oids = [forge.pki.oids["pkcs8ShroudedKeyBag"]!, forge.pki.oids["keyBag"]!];
  const bags = oids.flatMap((bagType) => pfx.getBags({ bagType })[bagType] ?? []);
  return bags.find((bag) => bag.key !== undefined && bag.key !== null)!.key as forge.pki.rsa.PrivateKey;
}

/**
 * sshpk, by its best explicit format. Encrypted PEM is kept from it: with a wrong guess it throws after the call has
 * returned, and takes the process down.
 */
export const sshpkPeer: Peer = ({ content, passphrase, ciphertext }) => {
  const text = content.toString("latin1");
  if (/DEK-Info|ENCRYPTED PRIVATE KEY/.test(text)) return null;
  for (const format of ["pem", "ssh-private", "putty"]) {
    try {
      const options = passphrase === null ? {} : { passphrase: Buffer.from(passphrase) };
      const key = sshpk.parsePrivateKey(content, format as "pem", options);
      const modulus = key.parts.find(({ name }) => name === "n")!.data;
      const padding = constants.RSA_NO_PADDING;
      const block = privateDecrypt({ key: createPrivateKey(key.toBuffer("pkcs1")), padding }, ciphertext);
      return {
        modulus: modulus.toString("hex").replace(/^(?:00)+/, ""),
        message: block.subarray(block.indexOf(0, 2) + 1),
      };
    } catch {
      // Not this way; the next one may do.
    }
  }
  return null;
};
