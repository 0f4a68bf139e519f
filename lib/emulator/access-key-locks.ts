import type { AccessKey } from "./state.ts";

const lockAfter = 5; // failures in a row
const lockedMs = 5 * 60_000;

/** How often each access key failed in a row, and until when it is locked, in milliseconds since the epoch. */
export class AccessKeyLocks {
  readonly #failures = new Map<AccessKey, number>();
  readonly #lockedUntil = new Map<AccessKey, number>();

  isLocked(key: AccessKey, now: number): boolean {
    return now < (this.#lockedUntil.get(key) ?? 0);
  }

  failed(key: AccessKey, now: number): void {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures % lockAfter);
    if (failures === lockAfter) this.#lockedUntil.set(key, now + lockedMs);
  }

  succeeded(key: AccessKey): void {
    this.#failures.delete(key);
  }
}
