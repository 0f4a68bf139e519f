import type { Secret } from "../../lib/secret.ts";
import type { Delivery } from "../../lib/workflow/deliver.ts";

/** A place that takes passwords. */
export interface Sink {
  /** Looks whether it could take one, before anything is asked of a cloud. Throws `UsageError`, `NotDeliveredError`. */
  check(): void;
  /** Takes one. Resolves when it has arrived, durably where it says so. Throws `NotDeliveredError`. */
  deliver(secret: Secret): Promise<Delivery>;
}
