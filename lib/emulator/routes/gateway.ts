import { json, type Answer } from "../answer.ts";
import type { Call, World } from "../call.ts";
import { bms } from "./bms.ts";
import { ecs } from "./ecs.ts";
import type { Caller } from "../state.ts";
import type { GatewayService } from "./gateway-service.ts";

/** Huawei Cloud's API gateway and the services behind it, `/v1/{project_id}/{collection}/…`. */
export function gateway(call: Call, world: World): Answer {
  const requestId = Buffer.from(world.randomness(16)).toString("hex");
  const answer = route(call, world, requestId);
  return { ...answer, headers: { ...answer.headers, "X-Request-Id": requestId } };
}

function route(call: Call, world: World, requestId: string): Answer {
  const [version, projectId, collection, id = "", sub, ...rest] = call.segments;
  const service = version === "v1" ? serviceOf(collection, world) : undefined;
  const name = sub ?? (id === "detail" ? "(list)" : "(show)");
  const operation =
    id !== "" && rest.length === 0 ? service?.operations.get(`${call.method} ${name}`) : undefined;
  const refuse = (status: number, code: string, message: string): Answer =>
    json(status, { error_msg: message, error_code: code, request_id: requestId });
  if (service === undefined || operation === undefined) {
    return refuse(404, "APIGW.0101", "The API does not exist or has not been published in the environment");
  }
  const caller = call.signer ?? holder(call, world, refuse);
  if ("status" in caller) return caller;
  if (caller.project?.id !== projectId) return service.otherProject();
  if (!caller.roles.includes(operation.role)) return service.forbidden(operation.action, requestId);
  return operation.run({ call, world, caller, id });
}

/** Whose token a call carries, or a refusal. */
function holder(
  call: Call,
  world: World,
  refuse: (status: number, code: string, message: string) => Answer,
): Caller | Answer {
  const text = call.header("x-auth-token");
  if (text === undefined) {
    return refuse(401, "APIGW.0301", "Incorrect IAM authentication information: x-auth-token not found");
  }
  if (world.tokens.isExpired(text)) return refuse(401, "APIGW.0307", "The token must be updated");
  return (
    world.tokens.find(text) ??
    refuse(401, "APIGW.0301", "Incorrect IAM authentication information: decrypt token fail")
  );
}

function serviceOf(collection: string | undefined, { state }: World): GatewayService | undefined {
  if (collection === "cloudservers" && state.offersEcs) return ecs;
  return collection === "baremetalservers" && state.offersBms ? bms : undefined;
}
