import { expect, it } from "vitest";
import { bcryptPbkdf } from "../../lib/keys/bcrypt-pbkdf.ts";

// Made with bcrypt-pbkdf 1.0.2 from npm, a port of OpenBSD's code that shares nothing with ours.
it.for([
  [
    1,
    32,
    "fake passphrase",
    "sixteen bytes ok",
    "82f3d54956ac2bbd5475e8b202bbf89533f5d6ec5f0b28de2439501340bfe5e6",
  ],
  [
    1,
    64,
    "fake passphrase",
    "sixteen bytes ok",
    "823ff3e0d52149045687acf42bccbdfb54ca758ee8fdb2d902c0bb05f8e3954c3302f529d6e5ec815f9a0b8928b8de0a24e33925508b13b940a7bf8fe5aae610",
  ],
  [
    2,
    40,
    "fälschung",
    "short",
    "aeeb8816a7b0147f30087b2de2efca25b756e77af2b73026ec1eaec91c21f9b09668cf3ee1aba099",
  ],
  [
    3,
    48,
    "x",
    "a salt that is longer than a block of SHA-512, which has 128 bytes, so that it takes more than one round of the compression function",
    "27bd12b2ebcdcb6db4034aa40e3b3b7be36a61248c351ed1230cf757872b1cf6f518397deada3be06692993498b02232",
  ],
  [4, 33, "fake", "s", "fd449d7e068d12298887b0d5c889d260f9d80606677776e2ed92210ad8d7766070"],
  [2, 1, "fake", "salt", "d9"],
] as const)("%s rounds, %s bytes", ([rounds, length, passphrase, salt, derived]) => {
  const actual = bcryptPbkdf(Buffer.from(passphrase), Buffer.from(salt), rounds, length);
  expect(Buffer.from(actual).toString("hex")).toBe(derived);
});
