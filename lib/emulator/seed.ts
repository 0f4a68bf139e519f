/** One grant: this user has this role in this project. Rows with the same name and domain are one user with several projects. */
export interface SeedUser {
  readonly name: string;
  readonly password: string;
  readonly role: "admin" | "member" | "reader";
  readonly project: string;
  /** Domain name; `Default` when absent. */
  readonly domain?: string | undefined;
  /** false: a login that asks for no scope gets an unscoped token. */
  readonly defaultProject?: boolean | undefined;
  /** What the user may sign requests with instead of logging in; both or neither. */
  readonly accessKey?: string | undefined;
  readonly secretKey?: string | undefined;
  /** Of a temporary access key: every signed request must carry it. */
  readonly securityToken?: string | undefined;
}

/** A key pair as Nova keeps it; it belongs to one user (the first of the seed when absent). */
export interface SeedKeyPair {
  readonly name: string;
  /** One line in OpenSSH's format, of any key type. */
  readonly publicKey: string;
  readonly user?: string | undefined;
}

/** A server, and what its guest does after boot. */
export interface SeedServer {
  readonly id: string;
  readonly name: string;
  /** `bms`: bare metal, which its own API and Nova show and ECS does not; `ecs` when absent. */
  readonly kind?: "ecs" | "bms" | undefined;
  readonly os: "Windows" | "Linux";
  readonly keyPair?: string | null | undefined;
  /** From the emulator's start until the guest posts its password. */
  readonly bootDelayMs?: number | undefined;
  /** Bare metal only: from an accepted DELETE of its password until that is gone. */
  readonly clearDelayMs?: number | undefined;
  /** Used by the guest instead of a random one. */
  readonly password?: string | undefined;
  /** Stored from the start, exactly as it stands here. */
  readonly ciphertext?: string | undefined;
  readonly status?: string | undefined;
  /** The creator: the key pair's owner, else the project's first user, when absent. */
  readonly user?: string | undefined;
  /** The first user's project when absent. */
  readonly project?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** `key=value` or `key`. */
  readonly tags?: readonly string[] | undefined;
  /** ISO 8601 with a zone; the emulator's start when absent. */
  readonly created?: string | undefined;
}

/** Text, or bytes that need not be text, in base64. */
export type SeedPlaintext = string | { readonly base64: string };

/** What to do to the stored ciphertext on its way out. */
export interface SeedCiphertextFault {
  /** Bytes kept from the start. */
  readonly truncateTo?: number | undefined;
  /** Answered instead, as it stands. */
  readonly replaceWith?: string | undefined;
  /** Index of a bit, counted from the first byte's highest. */
  readonly flipBit?: number | undefined;
}

/** One misbehaviour; exactly one kind a row, of which delayMs alone may accompany another. */
export interface SeedFault {
  /** `*` or absent: any. */
  readonly method?: string | undefined;
  /** Without the query; `*` stands for anything but a slash, `**` for anything. */
  readonly path: string;
  /** Which matching call, from 1; absent: every one. */
  readonly call?: number | undefined;
  readonly delayMs?: number | undefined;
  readonly status?: number | undefined;
  /** With status: text as it stands, anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly reset?: true | undefined;
  readonly resetAfter?: true | undefined;
  /** Bytes of the body that are sent before the connection ends. */
  readonly cut?: number | undefined;
  readonly ciphertext?: SeedCiphertextFault | undefined;
  readonly plaintext?: SeedPlaintext | undefined;
  readonly ignore?: true | undefined;
  readonly redirect?: { readonly location: string; readonly status?: number | undefined } | undefined;
}

/** The cloud to emulate, `winpw-emulator/1`; its JSON Schema is seed.schema.json beside this file. */
export interface Seed {
  readonly schema: "winpw-emulator/1";
  readonly region?: string | undefined;
  readonly tokenLifetimeMs?: number | undefined;
  /**
   * `ecs: false` leaves the ECS API out, so that the cloud looks like plain Nova; `bms` decides about the bare metal
   * API, which otherwise is there when ECS is.
   */
  readonly catalog?: { readonly ecs?: boolean | undefined; readonly bms?: boolean | undefined } | undefined;
  readonly users: readonly SeedUser[];
  readonly keyPairs?: readonly SeedKeyPair[] | undefined;
  readonly servers?: readonly SeedServer[] | undefined;
  readonly faults?: readonly SeedFault[] | undefined;
}
