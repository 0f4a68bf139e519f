import { createHash } from "node:crypto";
import { UsageError } from "../errors.ts";
import type { Seed, SeedServer, SeedUser } from "./seed.ts";
import { parseSshPublicKey } from "./ssh-public-key.ts";
import type { AccessKey, Domain, KeyPair, Project, Server, State, User } from "./state.ts";

/** Some seconds, as a real guest needs, but not the minutes. */
const defaultBootDelayMs = 2000;
/** Long enough that a read right after the DELETE still finds the ciphertext. */
const defaultClearDelayMs = 1000;
/** What Huawei Cloud puts on every bare metal server. */
const bareMetalTag = "__type_baremetal";

/**
 * Builds the cloud that a seed describes.
 *
 * Throws UsageError (ERR_USAGE) with the path of the field where a name is used twice or refers to nothing.
 */
export function buildState(seed: Seed, now: number): State {
  const projects = new Map<string, Project>();
  const users = new Map<string, User>();
  seed.users.forEach((user, index) => addUser(user, index, users, projects));
  const accessKeys = accessKeysOf(seed, users);
  const keyPairs = (seed.keyPairs ?? []).map((row, index): KeyPair => {
    const at = `keyPairs.${index}`;
    const key = parseSshPublicKey(row.publicKey);
    if (key === undefined)
      throw seedError(`${at}.publicKey`, "not a public key in OpenSSH's one-line format");
    return { number: index + 1, name: row.name, user: findUser(row.user, `${at}.user`, users), key };
  });
  keyPairs.forEach((pair, index) => {
    if (keyPairs.some((other, at) => at < index && other.name === pair.name && other.user === pair.user)) {
      throw seedError(`keyPairs.${index}.name`, "this user has a key pair of that name already");
    }
  });
  const servers = (seed.servers ?? []).map((row, index) => {
    if (seed.servers?.findIndex((other) => other.id === row.id) !== index) {
      throw seedError(`servers.${index}.id`, "another server has this id");
    }
    return makeServer(row, `servers.${index}`, { users, projects, keyPairs, now });
  });
  return {
    region: seed.region ?? "loopback-1",
    offersEcs: seed.catalog?.ecs ?? true,
    offersBms: seed.catalog?.bms ?? seed.catalog?.ecs ?? true,
    users: [...users.values()],
    accessKeys,
    projects: [...projects.values()],
    keyPairs,
    // Of servers made in the same moment the later row counts as the newer one.
    servers: servers.toReversed().sort((a, b) => b.created - a.created),
  };
}

/** A seed that contradicts itself. */
function seedError(path: string, problem: string): UsageError {
  return new UsageError(`seed: ${path}: ${problem}`);
}

/** Ids stay the same from run to run, so that scripts may hold on to them. */
function stableId(kind: string, ...parts: string[]): string {
  return createHash("sha256")
    .update(JSON.stringify([kind, ...parts]))
    .digest("hex")
    .slice(0, 32);
}

function domainNamed(name: string): Domain {
  return { id: name === "Default" ? "default" : stableId("domain", name), name };
}

function addUser(
  row: SeedUser,
  index: number,
  users: Map<string, User>,
  projects: Map<string, Project>,
): void {
  const domain = domainNamed(row.domain ?? "Default");
  const projectKey = JSON.stringify([domain.name, row.project]);
  const project = projects.get(projectKey) ?? {
    id: stableId("project", domain.name, row.project),
    name: row.project,
    domain,
  };
  projects.set(projectKey, project);
  const userKey = userKeyOf(row);
  const known = users.get(userKey);
  if (known === undefined) {
    users.set(userKey, {
      id: stableId("user", domain.name, row.name),
      name: row.name,
      domain,
      password: row.password,
      roles: new Map([[project.id, row.role]]),
      defaultProject: row.defaultProject === false ? undefined : project,
    });
    return;
  }
  if (known.password !== row.password)
    throw seedError(`users.${index}.password`, "differs from the same user's above");
  if (known.roles.has(project.id))
    throw seedError(`users.${index}.project`, "this user is in that project already");
  known.roles.set(project.id, row.role);
}

function userKeyOf(row: SeedUser): string {
  return JSON.stringify([row.domain ?? "Default", row.name]);
}

function accessKeysOf(seed: Seed, users: ReadonlyMap<string, User>): AccessKey[] {
  return seed.users.flatMap((row, index) => {
    const { accessKey, secretKey, securityToken } = row;
    const user = users.get(userKeyOf(row));
    if (accessKey === undefined || secretKey === undefined || user === undefined) return [];
    if (seed.users.findIndex((other) => other.accessKey === accessKey) !== index)
      throw seedError(`users.${index}.accessKey`, "another row has this access key");
    return { accessKey, secretKey, securityToken, user };
  });
}

function findUser(name: string | undefined, at: string, users: ReadonlyMap<string, User>): User {
  const all = [...users.values()];
  const found = name === undefined ? all[0] : all.find((user) => user.name === name);
  if (found === undefined) throw seedError(at, "no such user");
  return found;
}

interface Known {
  readonly users: ReadonlyMap<string, User>;
  readonly projects: ReadonlyMap<string, Project>;
  readonly keyPairs: readonly KeyPair[];
  readonly now: number;
}

function makeServer(row: SeedServer, at: string, known: Known): Server {
  const project = [...known.projects.values()].find(
    (one) => row.project === undefined || one.name === row.project,
  );
  if (project === undefined) throw seedError(`${at}.project`, "no user is in a project of this name");
  const keyPair =
    row.keyPair === undefined || row.keyPair === null
      ? undefined
      : known.keyPairs.find(
          (pair) => pair.name === row.keyPair && (row.user === undefined || pair.user.name === row.user),
        );
  if (typeof row.keyPair === "string" && keyPair === undefined)
    throw seedError(`${at}.keyPair`, "no such key pair");
  const kind = row.kind ?? "ecs";
  if (kind === "ecs" && row.clearDelayMs !== undefined)
    throw seedError(`${at}.clearDelayMs`, 'only for servers of kind "bms": the others clear at once');
  const tags = row.tags ?? [];
  const creator = row.user ?? [...known.users.values()].find((user) => user.roles.has(project.id))?.name;
  return {
    id: row.id,
    name: row.name,
    kind,
    os: row.os,
    status: row.status ?? "ACTIVE",
    project,
    user: keyPair?.user ?? findUser(creator, `${at}.user`, known.users),
    keyPair,
    metadata: row.metadata ?? {},
    tags: kind === "bms" && !tags.includes(bareMetalTag) ? [bareMetalTag, ...tags] : tags,
    created: row.created === undefined ? known.now : Date.parse(row.created),
    bootDelayMs: row.bootDelayMs ?? defaultBootDelayMs,
    password: row.password,
    clearDelayMs: row.clearDelayMs ?? defaultClearDelayMs,
    ciphertext: row.ciphertext ?? "",
    clearedAt: undefined,
  };
}
