const witnesses = [
  2n,
  3n,
  5n,
  7n,
  11n,
  13n,
  17n,
  19n,
  23n,
  29n,
  31n,
  37n,
  41n,
  43n,
  47n,
  53n,
  59n,
  61n,
  67n,
  71n,
];

/** The largest modulus that is factored here: it takes two seconds, and twice the length takes eight times as long. */
export const mostFactoringBits = 8192;

/**
 * The primes of an RSA modulus from its exponents alone, larger first (NIST SP 800-56B appendix C.1), or null when
 * the exponents do not fit the modulus. Each witness succeeds with a chance of one half for a sound key.
 */
export function primesFromExponents(n: bigint, e: bigint, d: bigint): readonly [bigint, bigint] | null {
  let odd = e * d - 1n;
  if (odd <= 0n || odd % 2n === 1n) return null;
  let halvings = 0;
  while (odd % 2n === 0n) {
    odd /= 2n;
    halvings += 1;
  }
  for (const witness of witnesses) {
    const factor = factorByWitness(witness, n, odd, halvings);
    if (factor === "unfit") return null;
    if (factor === null) continue;
    const other = n / factor;
    return factor > other ? [factor, other] : [other, factor];
  }
  return null;
}

function factorByWitness(witness: bigint, n: bigint, odd: bigint, halvings: number): bigint | "unfit" | null {
  let power = powerModulo(witness, odd, n);
  if (power === 1n || power === n - 1n) return null;
  for (let step = 0; step < halvings; step++) {
    const square = (power * power) % n;
    if (square === 1n) return greatestCommonDivisor(power - 1n, n);
    if (square === n - 1n) return null;
    power = square;
  }
  return "unfit"; // Fermat's condition fails, so e·d-1 is no multiple of the group's order.
}

function powerModulo(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

function greatestCommonDivisor(left: bigint, right: bigint): bigint {
  let [larger, smaller] = [left, right];
  while (smaller !== 0n) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}
