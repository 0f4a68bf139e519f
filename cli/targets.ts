import type { Client } from "../lib/clients/client.ts";
import { NotFoundError, UsageError } from "../lib/errors.ts";

/** A server that was found. */
export interface Target {
  readonly id: string;
  /** Null when it was given by id and so never looked up. */
  readonly name: string | null;
}

// What Nova and Huawei Cloud give servers; such an operand needs no look-up.
const uuid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/**
 * The server that an operand means: an id, or an exact name.
 *
 * Throws `NotFoundError` when there is none, or with the candidates when several have the name. The operand is not
 * repeated unless a service knows it as a server.
 */
export async function resolveTarget(client: Client, operand: string, signal: AbortSignal): Promise<Target> {
  if (operand === "") throw new UsageError("the name of the server is empty");
  if (uuid.test(operand)) return { id: operand, name: null };
  const found = await client.findServersByName(operand, { signal });
  const [first] = found;
  if (first === undefined) return byId(client, operand, signal);
  if (found.length === 1) return { id: first.id, name: first.name };
  const candidates = found.map((server) => server.id);
  throw new NotFoundError(`${found.length} servers have this name`, { candidates });
}

/** Some clouds give ids of another form; no id is a dot segment, which a URL could not carry. */
async function byId(client: Client, id: string, signal: AbortSignal): Promise<Target> {
  if (id === "." || id === "..") throw new NotFoundError("no server has this name or id");
  try {
    const server = await client.showServer(id, { signal });
    return { id: server.id, name: server.name };
  } catch (error) {
    if (error instanceof NotFoundError)
      throw new NotFoundError("no server has this name or id", { requestId: error.requestId });
    throw error;
  }
}
