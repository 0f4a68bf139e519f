import { generateKeyPairSync } from "node:crypto";
import forge from "node-forge";

/** A certificate and its key, both PEM; made for one run, never to be used elsewhere. */
export interface Issued {
  readonly cert: string;
  readonly key: string;
}

/** Issues certificates that only those who are given `cert` trust. */
export interface Authority extends Issued {
  issue(request: CertificateRequest): Issued;
}

export interface CertificateRequest {
  /** DNS names and IPv4 addresses. */
  readonly names: readonly string[];
  /** Days from now; default from yesterday to tomorrow. */
  readonly from?: number;
  readonly to?: number;
}

const dayMs = 86_400_000;
let serial = 1;

/** A new CA. */
export function certificateAuthority(): Authority {
  const own = keyPair();
  const name = [{ name: "commonName", value: `Test CA ${serial}, never to be trusted` }];
  const certificate = draft(own, name, name, { names: [] });
  certificate.setExtensions([{ name: "basicConstraints", cA: true, critical: true }]);
  certificate.sign(forge.pki.privateKeyFromPem(own.privateKey), forge.md.sha256.create());
  return {
    cert: forge.pki.certificateToPem(certificate),
    key: own.privateKey,
    issue: (request) => sign(request, name, own.privateKey),
  };
}

/** A certificate that vouches for itself. */
export function selfSigned(request: CertificateRequest): Issued {
  return sign(request);
}

function sign(
  request: CertificateRequest,
  issuer?: forge.pki.CertificateField[],
  issuerKey?: string,
): Issued {
  const own = keyPair();
  const name = [{ name: "commonName", value: request.names[0] ?? "client" }];
  const certificate = draft(own, name, issuer ?? name, request);
  const altNames = request.names.map((value) =>
    /^[\d.]+$/.test(value) ? { type: 7, ip: value } : { type: 2, value },
  );
  if (altNames.length > 0) certificate.setExtensions([{ name: "subjectAltName", altNames }]);
  certificate.sign(forge.pki.privateKeyFromPem(issuerKey ?? own.privateKey), forge.md.sha256.create());
  return { cert: forge.pki.certificateToPem(certificate), key: own.privateKey };
}

function draft(
  own: { readonly publicKey: string },
  subject: forge.pki.CertificateField[],
  issuer: forge.pki.CertificateField[],
  { from = -1, to = 1 }: CertificateRequest,
): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(own.publicKey);
  serial += 1;
  certificate.serialNumber = serial.toString(16).padStart(4, "0");
  certificate.validity.notBefore = new Date(Date.now() + from * dayMs);
  certificate.validity.notAfter = new Date(Date.now() + to * dayMs);
  certificate.setSubject(subject);
  certificate.setIssuer(issuer);
  return certificate;
}

function keyPair(): { readonly publicKey: string; readonly privateKey: string } {
  return generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
}
