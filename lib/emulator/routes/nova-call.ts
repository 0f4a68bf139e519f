import { json, type Answer } from "../answer.ts";
import type { Call, World } from "../call.ts";
import type { Caller } from "../state.ts";
import type { NovaView } from "./server-views.ts";

/** One call of Nova's API, let in and understood. */
export interface NovaCall {
  readonly call: Call;
  readonly world: World;
  readonly caller: Caller;
  readonly view: NovaView;
  /** The server id or key pair name in the path. */
  readonly id: string;
}

const names = {
  400: "badRequest",
  403: "forbidden",
  404: "itemNotFound",
  406: "computeFault",
} as const;

/** Nova's shape of an error: one object named after the kind. */
export function novaFault(code: keyof typeof names, message: string): Answer {
  return json(
    code,
    { [names[code]]: { code, message } },
    { "Content-Type": "application/json; charset=UTF-8" },
  );
}
