const shortestPadding = 8; // non-zero bytes, RFC 8017 section 7.2.1 step 2
const prefixLength = 2; // 00 02

/**
 * Decodes an EME-PKCS1-v1_5 block, `00 02 PS 00 M` with at least eight non-zero bytes of PS, and returns a copy
 * of M, or null for any fault whatsoever (RFC 8017 section 7.2.2 step 3).
 *
 * The whole block is read on every path and all faults end in the same null, so that a caller cannot tell them
 * apart. This is not a claim of constant time: JavaScript gives no such promise.
 */
export function decodeEmePkcs1v15(block: Uint8Array): Uint8Array | null {
  const [first, blockType] = block;
  let faults = (first ?? 1) | ((blockType ?? 0) ^ 2);
  let separator = 0;
  for (let index = prefixLength; index < block.length; index++) {
    const isSeparator = block[index] === 0 && separator === 0;
    separator = isSeparator ? index : separator;
  }
  // Index 0 can never be the separator, so it also stands for "none found".
  faults |= separator < prefixLength + shortestPadding ? 1 : 0;
  return faults === 0 ? Uint8Array.from(block.subarray(separator + 1)) : null;
}
