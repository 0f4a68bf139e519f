import { blowfishConstants } from "./blowfish-constants.ts";

const wordsOfP = 18;
const wordsOfS = 1024;
const keyWords = 16;
const noSalt = 2 * keyWords;

/**
 * Two Blowfish states, worked on side by side: the part of the cipher that bcrypt uses.
 *
 * Each round waits for four table look-ups of the round before. Two independent states fill that time, which makes
 * this a third faster than one after the other and as fast as native code that does one. Arrays hold the words of
 * the first state, then those of the second.
 */
export class BlowfishPair {
  readonly #initial = doubled(blowfishConstants());
  readonly #p: Int32Array = this.#initial.p.slice();
  readonly #s: Int32Array = this.#initial.s.slice();
  readonly #halves = new Int32Array(4);
  readonly #noSalt = new Int32Array(noSalt);

  /** Back to the digits of pi. */
  reset(): void {
    this.#p.set(this.#initial.p);
    this.#s.set(this.#initial.s);
  }

  wipe(): void {
    for (const words of [this.#p, this.#s, this.#halves]) words.fill(0);
  }

  /** Blowfish's key schedule. The key has 16 words for each state. */
  expand(key: Int32Array): void {
    this.expandSalted(key, this.#noSalt);
  }

  /** bcrypt's key schedule. Key and salt have 16 words for each state. */
  expandSalted(key: Int32Array, salt: Int32Array): void {
    const p = this.#p;
    for (let index = 0; index < wordsOfP; index++) {
      p[index] = word(p, index) ^ word(key, index % keyWords);
      p[wordsOfP + index] = word(p, wordsOfP + index) ^ word(key, keyWords + (index % keyWords));
    }
    this.#halves.fill(0);
    replace(p, this.#s, this.#halves, { target: p, lane: wordsOfP, salt, saltStart: 0 });
    replace(p, this.#s, this.#halves, { target: this.#s, lane: wordsOfS, salt, saltStart: wordsOfP });
  }

  /** Encrypts the words of both states in place, in blocks of two words (ECB). */
  encrypt(words: Int32Array): void {
    const lane = words.length / 2;
    const start = new Int32Array(noSalt);
    for (let index = 0; index < lane; index += 2) {
      const block = Int32Array.of(word(words, index), word(words, index + 1));
      const other = Int32Array.of(word(words, lane + index), word(words, lane + index + 1));
      const target = new Int32Array(4);
      start.set(block);
      start.set(other, keyWords);
      this.#halves.fill(0);
      replace(this.#p, this.#s, this.#halves, { target, lane: 2, salt: start, saltStart: 0 });
      words.set(target.subarray(0, 2), index);
      words.set(target.subarray(2), lane + index);
    }
  }
}

interface Replacement {
  /** The words to overwrite. */
  readonly target: Int32Array;
  /** How many of them belong to one state. */
  readonly lane: number;
  readonly salt: Int32Array;
  /** Which word of the salt comes first; the salt repeats. */
  readonly saltStart: number;
}

// The hot loop: overwrites the target with the successive encryptions of the halves, each first mixed with salt. The
// look-ups are written out four times, since calls would cost a fifth of a whole derivation until they are compiled.
function replace(p: Int32Array, s: Int32Array, halves: Int32Array, work: Replacement): void {
  const { target, lane, salt, saltStart } = work;
  let left = halves[0] ?? 0;
  let right = halves[1] ?? 0;
  let left2 = halves[2] ?? 0;
  let right2 = halves[3] ?? 0;
  for (let index = 0; index < lane; index += 2) {
    const at = (saltStart + index) % keyWords;
    left ^= (salt[at] ?? 0) ^ (p[0] ?? 0);
    right ^= salt[at + 1] ?? 0;
    left2 ^= (salt[keyWords + at] ?? 0) ^ (p[wordsOfP] ?? 0);
    right2 ^= salt[keyWords + at + 1] ?? 0;
    for (let round = 1; round < 17; round += 2) {
      right ^=
        ((((s[left >>> 24] ?? 0) + (s[256 + ((left >>> 16) & 0xff)] ?? 0)) ^
          (s[512 + ((left >>> 8) & 0xff)] ?? 0)) +
          (s[768 + (left & 0xff)] ?? 0)) ^
        (p[round] ?? 0);
      right2 ^=
        ((((s[1024 + (left2 >>> 24)] ?? 0) + (s[1280 + ((left2 >>> 16) & 0xff)] ?? 0)) ^
          (s[1536 + ((left2 >>> 8) & 0xff)] ?? 0)) +
          (s[1792 + (left2 & 0xff)] ?? 0)) ^
        (p[18 + round] ?? 0);
      left ^=
        ((((s[right >>> 24] ?? 0) + (s[256 + ((right >>> 16) & 0xff)] ?? 0)) ^
          (s[512 + ((right >>> 8) & 0xff)] ?? 0)) +
          (s[768 + (right & 0xff)] ?? 0)) ^
        (p[round + 1] ?? 0);
      left2 ^=
        ((((s[1024 + (right2 >>> 24)] ?? 0) + (s[1280 + ((right2 >>> 16) & 0xff)] ?? 0)) ^
          (s[1536 + ((right2 >>> 8) & 0xff)] ?? 0)) +
          (s[1792 + (right2 & 0xff)] ?? 0)) ^
        (p[19 + round] ?? 0);
    }
    const swap = right ^ (p[17] ?? 0);
    right = left;
    left = swap;
    const swap2 = right2 ^ (p[35] ?? 0);
    right2 = left2;
    left2 = swap2;
    target[index] = left;
    target[index + 1] = right;
    target[lane + index] = left2;
    target[lane + index + 1] = right2;
  }
  halves[0] = left;
  halves[1] = right;
  halves[2] = left2;
  halves[3] = right2;
}

function word(words: Int32Array, index: number): number {
  return words[index] ?? 0;
}

function doubled(constants: { readonly p: Int32Array; readonly s: Int32Array }): {
  readonly p: Int32Array;
  readonly s: Int32Array;
} {
  return {
    p: Int32Array.of(...constants.p, ...constants.p),
    s: Int32Array.of(...constants.s, ...constants.s),
  };
}
