import { createPrivateKey } from "node:crypto";
import { keyPem } from "../crypto/test-vectors.ts";
import { exampleFile } from "./examples.ts";

/** A key file whose text was mangled on its way, and how it should still be read. */
export interface MessyFile {
  readonly name: string;
  readonly file: Buffer;
  readonly container: string;
  readonly passphrase: string | null;
}

/** The size of the vector key that the PEM variants hold. */
export const messyBits = 1024;
const pkcs8 = keyPem(messyBits);
const pkcs1 = createPrivateKey(pkcs8).export({ format: "pem", type: "pkcs1" }).toString();
const examplePassphrase = "example-passphrase-not-secret";

const otherLabel = (pem: string, label: string): string =>
  pem.replace(/(?<=BEGIN |END )[A-Z0-9 ]+(?=-----)/g, label);
const reversedLabels = [
  ["a PKCS#1 body under a PKCS#8 label", otherLabel(pkcs1, "PRIVATE KEY"), "pkcs1-pem"],
  ["a PKCS#8 body under a PKCS#1 label", otherLabel(pkcs8, "RSA PRIVATE KEY"), "pkcs8-pem"],
] as const;

const body = (pem: string): string => pem.replace(/-----[A-Z0-9 ]+-----/g, "").trim();
const certificate = "-----BEGIN CERTIFICATE-----\nMIIBFAKEFAKEFAKE\n-----END CERTIFICATE-----\n";
const ecParameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";

/** What happens to any PEM text. */
const manglings: Readonly<Record<string, (pem: string) => Buffer>> = {
  CRLF: (pem) => Buffer.from(pem.replaceAll("\n", "\r\n")),
  "CR only": (pem) => Buffer.from(pem.replaceAll("\n", "\r")),
  "a UTF-8 BOM": (pem) => Buffer.from(`\uFEFF${pem}`),
  "UTF-16LE with BOM": (pem) => Buffer.from(`\uFEFF${pem}`, "utf16le"),
  "UTF-16BE with BOM": (pem) => Buffer.from(`\uFEFF${pem}`, "utf16le").swap16(),
  "UTF-16LE without BOM": (pem) => Buffer.from(pem, "utf16le"),
  "text before it": (pem) =>
    Buffer.from(`Bag Attributes\n    localKeyID: 01 00\nKey Attributes: <No Attributes>\n${pem}`),
  "a comment before it": (pem) => Buffer.from(`# my key, don't lose it\n${pem}`),
  "text after it": (pem) => Buffer.from(`${pem}\nEOF\n`),
  "trailing spaces": (pem) => Buffer.from(pem.replaceAll("\n", "  \n")),
  "indentation by spaces": (pem) => Buffer.from(`key: |\n${pem.replaceAll(/^/gm, "    ")}`),
  "indentation by tabs": (pem) => Buffer.from(pem.replaceAll(/^/gm, "\t")),
  "blank lines at the start": (pem) => Buffer.from(`\n\n  \n${pem}`),
  "no final newline": (pem) => Buffer.from(pem.trimEnd()),
  "literal \\n": (pem) => Buffer.from(pem.replaceAll("\n", "\\n")),
  "literal \\n in quotes": (pem) => Buffer.from(`"${pem.replaceAll("\n", "\\n")}"\n`),
  "literal \\r\\n in a .env file": (pem) =>
    Buffer.from(`A=1\nKEY='${pem.replaceAll("\n", "\\r\\n")}'\nB=2\n`),
  "newlines turned to spaces": (pem) => Buffer.from(pem.replaceAll("\n", " ")),
  "newlines removed": (pem) => Buffer.from(pem.replaceAll("\n", "")),
  "en dashes": (pem) => Buffer.from(pem.replaceAll("-----", "–––––")),
  "em dashes and one hyphen": (pem) => Buffer.from(pem.replaceAll("-----", "——-")),
  "four hyphens": (pem) => Buffer.from(pem.replaceAll("-----", "----")),
  "no-break spaces": (pem) => Buffer.from(pem.replaceAll("PRIVATE KEY", "PRIVATE\u00A0KEY")),
  "zero-width spaces": (pem) => Buffer.from(pem.replaceAll("\n", "\u200B\n")),
  "base64 of the whole file": (pem) => Buffer.from(`${Buffer.from(pem).toString("base64")}\n`),
  "wrapped base64 of the whole file": (pem) =>
    Buffer.from(Buffer.from(pem).toString("base64").replaceAll(/.{76}/g, "$&\r\n")),
};

/** What happens to PEM texts without headers. */
const barePemManglings: Readonly<Record<string, (pem: string) => Buffer>> = {
  "body on one line": (pem) => Buffer.from(pem.replace(body(pem), body(pem).replaceAll("\n", ""))),
  "the body alone": (pem) => Buffer.from(body(pem)),
  "the body alone on one line": (pem) => Buffer.from(body(pem).replaceAll("\n", "")),
  "a certificate before it": (pem) => Buffer.from(certificate + pem),
  "a certificate after it": (pem) => Buffer.from(pem + certificate),
  "EC PARAMETERS before it": (pem) => Buffer.from(ecParameters + pem),
  "the same key twice": (pem) => Buffer.from(pem + pem),
  "slashes escaped as in PHP's JSON": (pem) =>
    Buffer.from(pem.replaceAll("/", "\\/").replaceAll("\n", "\\n")),
};

function variants(
  what: string,
  text: string,
  container: string,
  passphrase: string | null,
  ways: Readonly<Record<string, (pem: string) => Buffer>>,
): readonly MessyFile[] {
  return Object.entries(ways).map(([way, mangle]) => ({
    name: `${what}: ${way}`,
    file: mangle(text),
    container,
    passphrase,
  }));
}

const withoutWarning = (pem: string): string => pem.slice(pem.indexOf("-----BEGIN"));
const procType = withoutWarning(exampleFile("keys/pkcs1-proc-type-aes256.pem").toString());
const desProcType = withoutWarning(exampleFile("keys/pkcs1-proc-type-des3.pem").toString());
const openssh = exampleFile("keys/openssh").toString();
const sshCom = exampleFile("keys/ssh-com").toString();
const ppk = exampleFile("keys/putty-v3.ppk").toString();
const lockedPpk = exampleFile("keys/putty-v2-aes256.ppk").toString();
const xml = exampleFile("keys/rsa-key-value.xml").toString();

const puttyManglings: Readonly<Record<string, (text: string) => Buffer>> = {
  CRLF: (text) => Buffer.from(text.replaceAll(/\r?\n/g, "\r\n")),
  LF: (text) => Buffer.from(text.replaceAll(/\r?\n/g, "\n")),
  "CR only": (text) => Buffer.from(text.replaceAll(/\r?\n/g, "\r")),
  "a UTF-8 BOM": (text) => Buffer.from(`\uFEFF${text}`),
  "UTF-16LE with BOM": (text) => Buffer.from(`\uFEFF${text}`, "utf16le"),
  "literal \\n": (text) => Buffer.from(text.replaceAll(/\r?\n/g, "\\n")),
  "blank lines around it": (text) => Buffer.from(`\n\n${text}\n\n`),
  "no final newline": (text) => Buffer.from(text.trimEnd()),
  "base64 of the whole file": (text) => Buffer.from(Buffer.from(text).toString("base64")),
  "inside a cloud's JSON": (text) => Buffer.from(JSON.stringify({ KeyMaterial: text })),
};

// ssh.com's blocks have four hyphens and a comment of their own, so these variants make no sense for them.
const {
  "the body alone": _alone,
  "the body alone on one line": _line,
  ...opensshManglings
} = barePemManglings;
const { "newlines turned to spaces": _spaces, "newlines removed": _none, ...linesKept } = manglings;

export const messyFiles: readonly MessyFile[] = [
  ...variants("PKCS#1", pkcs1, "pkcs1-pem", null, { ...manglings, ...barePemManglings }),
  ...variants("PKCS#8", pkcs8, "pkcs8-pem", null, { ...manglings, ...barePemManglings }),
  ...reversedLabels.map(([name, text, container]) => ({
    name,
    file: Buffer.from(text),
    container,
    passphrase: null,
  })),
  ...variants("Proc-Type AES", procType, "pkcs1-pem-encrypted", examplePassphrase, manglings),
  ...variants("Proc-Type 3DES", desProcType, "pkcs1-pem-encrypted", examplePassphrase, manglings),
  ...variants("OpenSSH", openssh, "openssh", null, { ...manglings, ...opensshManglings }),
  ...variants("ssh.com", sshCom, "ssh-com", null, linesKept),
  ...variants("ssh.com", sshCom, "ssh-com", null, {
    "a comment over several lines": (text) =>
      Buffer.from(
        text.replace(/Comment: .*/, 'Subject: fake\nComment: "one line \\\nand a second, \\\nand a third"'),
      ),
  }),
  ...variants("PuTTY", ppk, "putty-v3", null, puttyManglings).map((file) => inJson(file)),
  ...variants("locked PuTTY", lockedPpk, "putty-v2", examplePassphrase, puttyManglings).map((file) =>
    inJson(file),
  ),
  ...variants("XML", xml, "rsa-key-value", null, {
    CRLF: (text) => Buffer.from(text.replaceAll("\n", "\r\n")),
    "UTF-16LE with BOM": (text) => Buffer.from(`\uFEFF${text}`, "utf16le"),
    "one line": (text) => Buffer.from(text.replaceAll("\n", "")),
    "an XML declaration": (text) => Buffer.from(`<?xml version="1.0"?>\n${text}`),
  }),
];

function inJson(file: MessyFile): MessyFile {
  return file.name.includes("JSON") ? { ...file, container: "cloud-json" } : file;
}
