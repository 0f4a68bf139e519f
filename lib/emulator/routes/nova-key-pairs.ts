import { json, type Answer } from "../answer.ts";
import type { KeyPair } from "../state.ts";
import { novaFault, type NovaCall } from "./nova-call.ts";

/** Key pairs belong to a user: another user's are not there, whatever project both are in. */
function own({ world, caller }: NovaCall): KeyPair[] {
  return world.state.keyPairs.filter((pair) => pair.user === caller.user);
}

/** `type` came with microversion 2.2. */
function view(pair: KeyPair, minor: number, more: Readonly<Record<string, unknown>> = {}): unknown {
  return {
    name: pair.name,
    public_key: pair.key.line,
    fingerprint: pair.key.fingerprint,
    ...more,
    ...(minor >= 2 ? { type: "ssh" } : {}),
  };
}

/** GET /os-keypairs: each row is wrapped once more than elsewhere. */
export function listKeyPairs(work: NovaCall): Answer {
  return json(200, { keypairs: own(work).map((pair) => ({ keypair: view(pair, work.view.minor) })) });
}

/** GET /os-keypairs/{name}; `?user_id=`, for admins, came with 2.10. */
export function showKeyPair(work: NovaCall): Answer {
  const { world, caller, id } = work;
  const asked = work.view.minor >= 10 ? work.call.query.get("user_id") : null;
  const userId = asked ?? caller.user.id;
  if (userId !== caller.user.id && !caller.roles.includes("admin")) {
    return novaFault(403, "Policy doesn't allow os_compute_api:os-keypairs:show to be performed.");
  }
  const pair = world.state.keyPairs.find((one) => one.name === id && one.user.id === userId);
  if (pair === undefined) return novaFault(404, `Keypair ${id} not found for user ${userId}`);
  const more = {
    user_id: pair.user.id,
    created_at: new Date(world.startedAt).toISOString().replace("Z", "000"),
    deleted: false,
    deleted_at: null,
    id: pair.number,
    updated_at: null,
  };
  return json(200, { keypair: view(pair, work.view.minor, more) });
}
