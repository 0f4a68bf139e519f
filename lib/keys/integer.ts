const wordBits = 64n;
const wordBytes = 8;

/** An unsigned big-endian number as a BigInt, built without a hexadecimal string that could not be wiped. */
export function integerFromBytes(bytes: Uint8Array): bigint {
  const padded = new Uint8Array(Math.ceil(bytes.length / wordBytes) * wordBytes);
  padded.set(bytes, padded.length - bytes.length);
  const view = new DataView(padded.buffer);
  let value = 0n;
  for (let offset = 0; offset < padded.length; offset += wordBytes) {
    value = (value << wordBits) | view.getBigUint64(offset);
  }
  padded.fill(0);
  return value;
}

/** A non-negative number as unsigned big-endian bytes without leading zeros; zero is one zero byte. */
export function integerToBytes(value: bigint): Uint8Array {
  const words: bigint[] = [];
  for (let rest = value; rest > 0n; rest >>= wordBits) words.unshift(BigInt.asUintN(64, rest));
  const bytes = new Uint8Array(Math.max(words.length, 1) * wordBytes);
  const view = new DataView(bytes.buffer);
  words.forEach((word, index) => {
    view.setBigUint64(index * wordBytes, word);
  });
  return withoutLeadingZeros(bytes);
}

/** A view of the number without its leading zero bytes; zero keeps one. */
export function withoutLeadingZeros(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  return bytes.subarray(start);
}

/** The number of significant bits of an unsigned big-endian number without leading zeros. */
export function bitLength(bytes: Uint8Array): number {
  const [first = 0] = bytes;
  return Math.max(bytes.length - 1, 0) * 8 + (32 - Math.clz32(first));
}

/** The inverse of `value` modulo `modulus` by the extended Euclidean algorithm, or null where there is none. */
export function inverseModulo(value: bigint, modulus: bigint): bigint | null {
  let [previous, current] = [modulus, value % modulus];
  let [previousFactor, factor] = [0n, 1n];
  while (current > 0n) {
    const quotient = previous / current;
    [previous, current] = [current, previous - quotient * current];
    [previousFactor, factor] = [factor, previousFactor - quotient * factor];
  }
  if (previous !== 1n) return null;
  return previousFactor < 0n ? previousFactor + modulus : previousFactor;
}
