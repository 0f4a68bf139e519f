import { BadKeyError } from "../errors.ts";
import { decodeBase64Body } from "./base64-body.ts";
import type { KeyContainer } from "./key-container.ts";
import { openContainer } from "./open-container.ts";
import { damagedKey, refusal } from "./refusals.ts";

/**
 * Reads .NET's `<RSAKeyValue>`, as `RSA.ToXmlString(true)` writes it (XML Signature section 4.5.2.2 and .NET's own
 * private members). Throws `BadKeyError`.
 */
export function readRsaKeyValue(text: Uint8Array): KeyContainer {
  const xml = Buffer.from(text.buffer, text.byteOffset, text.length);
  if (!xml.includes("</RSAKeyValue>")) {
    throw new BadKeyError("the key is truncated: its closing tag is missing", "truncated");
  }
  if (!xml.includes("<D>")) throw refusal("public-key");
  return openContainer("rsa-key-value", {
    n: member(xml, "Modulus"),
    e: member(xml, "Exponent"),
    d: member(xml, "D"),
    p: member(xml, "P"),
    q: member(xml, "Q"),
    dP: member(xml, "DP"),
    dQ: member(xml, "DQ"),
    qInv: member(xml, "InverseQ"),
  });
}

function member(xml: Buffer, name: string): Uint8Array {
  const start = xml.indexOf(`<${name}>`);
  const end = xml.indexOf(`</${name}>`, start);
  if (start === -1 || end === -1) throw damagedKey(`its element ${name} is missing`);
  const number = decodeBase64Body(xml.subarray(start + name.length + 2, end));
  if (number === null || number.length === 0) throw damagedKey(`its element ${name} is not base64`);
  return number;
}
