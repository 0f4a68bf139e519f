import { constants, createPrivateKey, privateDecrypt, type KeyObject } from "node:crypto";
import { fingerprintsOf, type KeyFingerprints, type RsaPublicHalf } from "./fingerprint.ts";
import { withoutLeadingZeros } from "./integer.ts";
import {
  checkedModulusBits,
  encodeCheckedKey,
  wipeComponents,
  type RsaComponents,
} from "./rsa-components.ts";

export type { KeyFingerprints } from "./fingerprint.ts";

/** The ciphertext is no number below the modulus: made for another key, or damaged. Never leaves the library. */
export class CiphertextOutOfRange extends Error {
  override readonly name = "CiphertextOutOfRange";
}

/** Where a private key came from. */
export interface KeyOrigin {
  /** The stable id of the container format, such as `pkcs8-pem` or `openssh`. */
  readonly container: string;
  /** The container was protected by a passphrase. */
  readonly encrypted: boolean;
}

/** An RSA private key that passed its self-check; the private numbers stay inside node:crypto. */
export class RsaPrivateKey {
  readonly container: string;
  readonly modulusBits: number;
  /** The length of every ciphertext for this key: the modulus length in bytes, rounded up. */
  readonly modulusBytes: number;
  readonly encrypted: boolean;
  readonly #key: KeyObject;
  readonly #publicHalf: RsaPublicHalf;

  constructor(key: KeyObject, publicHalf: RsaPublicHalf, origin: KeyOrigin) {
    this.#key = key;
    this.#publicHalf = publicHalf;
    this.container = origin.container;
    this.encrypted = origin.encrypted;
    this.modulusBits = checkedModulusBits(publicHalf.n);
    this.modulusBytes = publicHalf.n.length;
  }

  /** Both fingerprints of the public half's SSH blob. */
  get fingerprints(): KeyFingerprints {
    return fingerprintsOf(this.#publicHalf);
  }

  /**
   * RSADP without any padding (RFC 8017 section 5.1.2): exactly `modulusBytes` in and out; the caller wipes the
   * result. Throws {@link CiphertextOutOfRange} for a value that is not below the modulus, and `TypeError` for
   * another length.
   */
  rawDecrypt(ciphertext: Uint8Array): Uint8Array {
    if (ciphertext.length !== this.modulusBytes)
      throw new TypeError("the ciphertext is not as long as the modulus");
    if (Buffer.compare(ciphertext, this.#publicHalf.n) >= 0) {
      throw new CiphertextOutOfRange("the ciphertext is not below the modulus");
    }
    // With padding, OpenSSL 3.2 and later answers a wrong key with random text instead of an error.
    return privateDecrypt({ key: this.#key, padding: constants.RSA_NO_PADDING }, ciphertext);
  }
}

/**
 * Makes a key from the numbers of a container after checking that they belong together; the numbers are wiped.
 *
 * Throws `BadKeyError` "damaged" or "key-size".
 */
export async function makeRsaPrivateKey(
  components: RsaComponents,
  origin: KeyOrigin,
): Promise<RsaPrivateKey> {
  let der: Uint8Array | undefined;
  try {
    der = await encodeCheckedKey(components);
    const publicHalf = {
      n: Uint8Array.from(withoutLeadingZeros(components.n)),
      e: Uint8Array.from(withoutLeadingZeros(components.e)),
    };
    const key = createPrivateKey({
      key: Buffer.from(der.buffer, der.byteOffset, der.length),
      format: "der",
      type: "pkcs1",
    });
    return new RsaPrivateKey(key, publicHalf, origin);
  } finally {
    der?.fill(0);
    wipeComponents(components);
  }
}
