import type { WinpwErrorCode } from "../lib/errors.ts";

/** Every exit code, by name; 128 plus the number for signals. */
export const exitCodes = {
  OK: 0,
  INTERNAL: 1,
  USAGE: 2,
  NOT_READY: 3,
  AUTH: 4,
  NOT_FOUND: 5,
  WRONG_KEY: 6,
  BAD_KEY: 7,
  UNAVAILABLE: 8,
  TIMEOUT: 9,
  PARTIAL: 10,
  REFUSED: 11,
  NOT_DELIVERED: 12,
  NOT_VERIFIED: 13,
  SUSPECT: 15,
} as const;

/** The exit code of each error code. */
export const exitCodeOf: Readonly<Record<WinpwErrorCode, number>> = {
  ERR_USAGE: exitCodes.USAGE,
  ERR_NOT_READY: exitCodes.NOT_READY,
  ERR_AUTH: exitCodes.AUTH,
  ERR_NOT_FOUND: exitCodes.NOT_FOUND,
  ERR_WRONG_KEY: exitCodes.WRONG_KEY,
  ERR_BAD_KEY: exitCodes.BAD_KEY,
  ERR_UNAVAILABLE: exitCodes.UNAVAILABLE,
  ERR_TIMEOUT: exitCodes.TIMEOUT,
  ERR_REFUSED: exitCodes.REFUSED,
  ERR_NOT_DELIVERED: exitCodes.NOT_DELIVERED,
  ERR_NOT_VERIFIED: exitCodes.NOT_VERIFIED,
  ERR_SUSPECT: exitCodes.SUSPECT,
};
