/**
 * EME-PKCS1-v1_5 decoding written down step by step from RFC 8017 section 7.2.2, step 3, without a thought for
 * anything else; the library's decoder is held against it.
 */
export function referenceDecode(encodedMessage: Uint8Array): Uint8Array | "decryption error" {
  const octets = [...encodedMessage];
  // "Separate the encoded message EM into an octet string PS consisting of nonzero octets and a message M as
  // EM = 0x00 || 0x02 || PS || 0x00 || M."
  const first = octets.shift();
  const second = octets.shift();
  const paddingString: number[] = [];
  while (octets.length > 0 && octets[0] !== 0x00) paddingString.push(octets.shift()!);
  const separator = octets.shift();
  // "If the first octet of EM does not have hexadecimal value 0x00, if the second octet of EM does not have
  // hexadecimal value 0x02, if there is no octet with hexadecimal value 0x00 to separate PS from M, or if the length
  // of PS is less than 8 octets, output "decryption error" and stop."
  if (first !== 0x00) return "decryption error";
  if (second !== 0x02) return "decryption error";
  if (separator !== 0x00) return "decryption error";
  if (paddingString.length < 8) return "decryption error";
  return Uint8Array.from(octets);
}

/** EME-PKCS1-v1_5 encoding with any faults wanted: every part is given by the caller. */
export function encodeBlock(parts: {
  readonly lead?: number;
  readonly type?: number;
  readonly padding: readonly number[];
  readonly separator?: readonly number[];
  readonly message: Uint8Array;
}): Uint8Array {
  const { lead = 0, type = 2, padding, separator = [0], message } = parts;
  return Uint8Array.from([lead, type, ...padding, ...separator, ...message]);
}
