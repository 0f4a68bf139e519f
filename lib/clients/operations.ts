import type { HttpMethod } from "../http/message.ts";

/** The three dialects in which clouds offer server passwords. */
export type Api = "v1" | "v2.1" | "bms";

/** Which service of the catalog serves a path. */
export type Service = "ecs" | "compute" | "bms";

/** One endpoint, as its documentation states it. */
export interface Operation {
  /** The row of the endpoint table: E = ECS v1, N = OpenStack-native v2.1 (plain Nova too), B = bare metal v1. */
  readonly row: string;
  readonly method: HttpMethod;
  readonly service: Service;
  /** Version segment of the path, before the project id. */
  readonly version: "v1" | "v2.1";
  /** Below version and project; `{name}` stands for one percent-encoded segment. */
  readonly path: string;
  /** The permission that a policy must allow, by its classic name. */
  readonly action: string;
  /** The newer name of the same permission, where it differs. */
  readonly newerAction?: string;
  /** Rights granted through an enterprise project suffice. */
  readonly enterpriseProject: boolean;
  /** What a success looks like. Bodies are read by rule: an empty one means done, whatever the 2xx status. */
  readonly success: 200 | 202 | 204;
  /** Documented limit of requests per minute and tenant. */
  readonly perMinute?: number;
  /** Works, but its documentation says to use another. */
  readonly deprecated?: true;
}

/** The names of the endpoints. */
export type OperationName =
  | "ecsResetPassword"
  | "ecsShowResetFlag"
  | "ecsShowPassword"
  | "ecsDeletePassword"
  | "ecsBatchResetPassword"
  | "nativeResetPassword"
  | "nativeShowPassword"
  | "nativeDeletePassword"
  | "bmsResetPassword"
  | "bmsShowResetFlag"
  | "bmsShowPassword"
  | "bmsDeletePassword"
  | "ecsListServers"
  | "ecsShowServer"
  | "bmsListServers"
  | "bmsShowServer"
  | "nativeListServers"
  | "nativeShowServer"
  | "nativeShowKeyPair";

function ecs(
  row: string,
  method: HttpMethod,
  path: string,
  success: 200 | 204,
  action: string,
  newerAction?: string,
): Operation {
  const names = newerAction === undefined ? { action } : { action, newerAction };
  return { row, method, service: "ecs", version: "v1", path, ...names, enterpriseProject: true, success };
}

function native(
  row: string,
  method: HttpMethod,
  path: string,
  success: 200 | 204,
  action: string,
): Operation {
  return {
    row,
    method,
    service: "compute",
    version: "v2.1",
    path,
    action,
    enterpriseProject: false,
    success,
  };
}

function bms(
  row: string,
  method: HttpMethod,
  path: string,
  success: 200 | 202 | 204,
  action: string,
  perMinute: number,
  newerAction?: string,
): Operation {
  const names = newerAction === undefined ? { action } : { action, newerAction };
  return {
    row,
    method,
    service: "bms",
    version: "v1",
    path,
    ...names,
    enterpriseProject: true,
    success,
    perMinute,
  };
}

/**
 * Every endpoint that this package knows: the single source of paths, success statuses and permissions.
 *
 * Sources: Huawei Cloud ECS API reference, "Password management" (E, N); BMS API reference, "Password management" (B);
 * OpenStack Compute API reference, "Servers password", "Keypairs", "Servers" (N, where Nova itself names the policies
 * os_compute_api:os-server-password:show and :clear).
 */
export const operations: Readonly<Record<OperationName, Operation>> = {
  ecsResetPassword: ecs(
    "E1",
    "PUT",
    "cloudservers/{server_id}/os-reset-password",
    204,
    "ecs:cloudServers:resetServerPwd",
  ),
  ecsShowResetFlag: ecs(
    "E2",
    "GET",
    "cloudservers/{server_id}/os-resetpwd-flag",
    200,
    "ecs:cloudServers:get",
    "ecs:cloudServers:showResetPasswordFlag",
  ),
  ecsShowPassword: ecs(
    "E3",
    "GET",
    "cloudservers/{server_id}/os-server-password",
    200,
    "ecs:cloudServers:get",
    "ecs:cloudServers:showServerPassword",
  ),
  ecsDeletePassword: ecs(
    "E4",
    "DELETE",
    "cloudservers/{server_id}/os-server-password",
    204,
    "ecs:cloudServers:deletePassword",
  ),
  ecsBatchResetPassword: ecs(
    "E5",
    "PUT",
    "cloudservers/os-reset-passwords",
    200,
    "ecs:cloudServers:resetServerPwd",
  ),
  nativeResetPassword: {
    ...native("N1", "PUT", "servers/{server_id}/os-reset-password", 204, "ecs:cloudServers:resetServerPwd"),
    deprecated: true,
  },
  nativeShowPassword: native(
    "N2",
    "GET",
    "servers/{server_id}/os-server-password",
    200,
    "ecs:serverPasswords:manage",
  ),
  nativeDeletePassword: native(
    "N3",
    "DELETE",
    "servers/{server_id}/os-server-password",
    204,
    "ecs:serverPasswords:manage",
  ),
  bmsResetPassword: bms(
    "B1",
    "PUT",
    "baremetalservers/{server_id}/os-reset-password",
    204,
    "bms:servers:resetServerPwd",
    50,
  ),
  bmsShowResetFlag: bms(
    "B2",
    "GET",
    "baremetalservers/{server_id}/os-resetpwd-flag",
    200,
    "bms:servers:get",
    500,
    "bms:servers:showResetPasswordFlag",
  ),
  bmsShowPassword: bms(
    "B3",
    "GET",
    "baremetalservers/{server_id}/os-server-password",
    200,
    "bms:servers:get",
    50,
  ),
  bmsDeletePassword: bms(
    "B4",
    "DELETE",
    "baremetalservers/{server_id}/os-server-password",
    202,
    "bms:servers:deletePassword",
    50,
  ),
  ecsListServers: ecs("E-list", "GET", "cloudservers/detail", 200, "ecs:cloudServers:list"),
  ecsShowServer: ecs("E-show", "GET", "cloudservers/{server_id}", 200, "ecs:cloudServers:get"),
  bmsListServers: bms("B-list", "GET", "baremetalservers/detail", 200, "bms:servers:list", 500),
  bmsShowServer: bms("B-show", "GET", "baremetalservers/{server_id}", 200, "bms:servers:get", 1000),
  nativeListServers: native("N-list", "GET", "servers", 200, "ecs:servers:list"),
  nativeShowServer: native("N-show", "GET", "servers/{server_id}", 200, "ecs:servers:get"),
  nativeShowKeyPair: native("N-keypair", "GET", "os-keypairs/{keypair_name}", 200, "ecs:serverKeypairs:get"),
};

/** The path of an operation below version and project, its parameters percent-encoded. */
export function operationPath(operation: Operation, parameters: Readonly<Record<string, string>>): string {
  return operation.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = parameters[name];
    // A dot segment would be resolved away by the URL parser and so address another resource.
    if (value === undefined || value === "" || value === "." || value === "..") {
      throw new TypeError(`the path parameter ${name} is missing or unusable`);
    }
    return encodeURIComponent(value);
  });
}
