import type { SshPublicKey } from "./ssh-public-key.ts";

export type Role = "admin" | "member" | "reader";

/** Each role with the ones it implies, in the order Keystone lists them. */
export const impliedRoles: Readonly<Record<Role, readonly Role[]>> = {
  reader: ["reader"],
  member: ["reader", "member"],
  admin: ["reader", "member", "admin"],
};

export interface Domain {
  readonly id: string;
  readonly name: string;
}

export interface Project {
  readonly id: string;
  readonly name: string;
  readonly domain: Domain;
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly domain: Domain;
  readonly password: string;
  /** By project id. */
  readonly roles: Map<string, Role>;
  /** The scope of a login that asks for none. */
  readonly defaultProject: Project | undefined;
}

/** What a user signs requests with. */
export interface AccessKey {
  readonly accessKey: string;
  readonly secretKey: string;
  /** Of a temporary key: every request must carry it. */
  readonly securityToken: string | undefined;
  readonly user: User;
}

/** On whose behalf a call is made, by token or by signature. */
export interface Caller {
  readonly user: User;
  /** Undefined for an unscoped token, or where the signer has no role. */
  readonly project: Project | undefined;
  /** The roles in that project, with those they imply. */
  readonly roles: readonly Role[];
}

export interface KeyPair {
  readonly number: number;
  readonly name: string;
  readonly user: User;
  readonly key: SshPublicKey;
}

export interface Server {
  readonly id: string;
  readonly name: string;
  /** Virtual, or bare metal. */
  readonly kind: "ecs" | "bms";
  readonly os: "Windows" | "Linux";
  readonly status: string;
  readonly project: Project;
  readonly user: User;
  readonly keyPair: KeyPair | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  /** Milliseconds since the epoch. */
  readonly created: number;
  readonly bootDelayMs: number;
  /** What the guest will use instead of a random password. */
  readonly password: string | undefined;
  /** From an accepted DELETE of the bare metal API until the ciphertext is gone. */
  readonly clearDelayMs: number;
  /** What os-server-password answers; empty when there is none. */
  ciphertext: string;
  /** When an accepted DELETE takes effect, in milliseconds since the epoch; undefined when none is under way. */
  clearedAt: number | undefined;
}

/** Everything the emulated cloud knows. */
export interface State {
  readonly region: string;
  /** The catalog has an `ecs` service, as Huawei Cloud's; without it the cloud looks like plain Nova. */
  readonly offersEcs: boolean;
  /** The catalog has a `bms` service. */
  readonly offersBms: boolean;
  readonly users: readonly User[];
  readonly accessKeys: readonly AccessKey[];
  readonly projects: readonly Project[];
  readonly keyPairs: readonly KeyPair[];
  /** Newest first, as Nova lists them. */
  readonly servers: readonly Server[];
}
