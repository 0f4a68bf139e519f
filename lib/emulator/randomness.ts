/** A source of random bytes; a parameter, so that a rehearsal can be repeated exactly. */
export type Randomness = (length: number) => Uint8Array;

const alphanumerics = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** ASCII letters and digits, each equally likely. */
export function randomAlphanumerics(length: number, randomness: Randomness): string {
  const unbiased = 256 - (256 % alphanumerics.length);
  let text = "";
  while (text.length < length) {
    for (const byte of randomness(length - text.length)) {
      if (byte < unbiased) text += alphanumerics.charAt(byte % alphanumerics.length);
    }
  }
  return text;
}

/** A version 4 UUID (RFC 9562 section 5.4). */
export function randomUuid(randomness: Randomness): string {
  const hex = Buffer.from(randomness(16)).toString("hex");
  const variant = "89ab".charAt(Number.parseInt(hex.charAt(16), 16) & 3);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}
