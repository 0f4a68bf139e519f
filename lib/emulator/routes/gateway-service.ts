import type { Answer } from "../answer.ts";
import type { Call, World } from "../call.ts";
import type { Caller } from "../state.ts";

/** One call that the gateway has let in. */
export interface GatewayCall {
  readonly call: Call;
  readonly world: World;
  readonly caller: Caller;
  /** The part of the path after the collection: a server's id, or `detail`. */
  readonly id: string;
}

/** An operation that a service has published. */
export interface PublishedOperation {
  readonly action: string;
  readonly role: "reader" | "member";
  readonly run: (work: GatewayCall) => Answer;
}

/** A service behind the gateway, and what it says in its own words. */
export interface GatewayService {
  /** By method and last part of the path: `GET (list)`, `GET (show)`, `DELETE os-server-password`, … */
  readonly operations: ReadonlyMap<string, PublishedOperation>;
  /** The project in the path is not the caller's. */
  otherProject(): Answer;
  /** The caller's roles do not hold the action. */
  forbidden(action: string, requestId: string): Answer;
}
