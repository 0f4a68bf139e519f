import { createHash } from "node:crypto";
import type { Server } from "../state.ts";

/** The flavor and image that every emulated server has. */
const flavorId = "s6.large.2";
const images = {
  Windows: { id: "00000000-0000-4000-8000-00000000000a", name: "Windows Server 2022 Standard 64bit" },
  Linux: { id: "00000000-0000-4000-8000-00000000000b", name: "Debian 12 64bit" },
} as const;

const vmStates: Readonly<Record<string, string>> = {
  ACTIVE: "active",
  SHUTOFF: "stopped",
  BUILD: "building",
  ERROR: "error",
};

/** What both APIs show of a server under the same names. */
function shared(server: Server): Record<string, unknown> {
  const created = new Date(server.created).toISOString();
  const seconds = created.replace(/\.\d+Z$/, "Z");
  return {
    id: server.id,
    name: server.name,
    status: server.status,
    tenant_id: server.project.id,
    user_id: server.user.id,
    hostId: createHash("sha224").update(server.project.id).digest("hex"),
    created: seconds,
    updated: seconds,
    accessIPv4: "",
    accessIPv6: "",
    "OS-DCF:diskConfig": "MANUAL",
    progress: server.status === "BUILD" ? 0 : 100,
    "OS-EXT-AZ:availability_zone": "az-1",
    config_drive: "",
    key_name: server.keyPair?.name ?? null,
    "OS-SRV-USG:launched_at": server.status === "BUILD" ? null : created.replace("Z", "000"),
    "OS-SRV-USG:terminated_at": null,
    "OS-EXT-STS:task_state": null,
    "OS-EXT-STS:vm_state": vmStates[server.status] ?? server.status.toLowerCase(),
    "OS-EXT-STS:power_state": server.status === "ACTIVE" ? 1 : 4,
    "os-extended-volumes:volumes_attached": [],
    addresses: {
      private: [
        {
          version: 4,
          addr: address(server),
          "OS-EXT-IPS:type": "fixed",
          "OS-EXT-IPS-MAC:mac_addr": "fa:16:3e:00:00:01",
        },
      ],
    },
  };
}

/** Always the same for one server; from 10.0.0.0/8. */
function address(server: Server): string {
  const [a, b, c] = createHash("sha256").update(server.id).digest();
  return `10.${a ?? 0}.${b ?? 0}.${c ?? 0}`;
}

/** Huawei Cloud puts the operating system into a server's metadata; Nova leaves it in the image. */
function huaweiMetadata(server: Server): Record<string, string> {
  const image = images[server.os];
  return { os_type: server.os, image_name: image.name, "metering.image_id": image.id, ...server.metadata };
}

/** A server as ECS v1 shows it. */
export function ecsServer(server: Server): unknown {
  return {
    ...shared(server),
    metadata: huaweiMetadata(server),
    flavor: { id: flavorId, name: flavorId, vcpus: "2", ram: "4096", disk: "0" },
    image: { id: images[server.os].id },
    tags: server.tags,
    sys_tags: [{ key: "_sys_enterprise_project_id", value: "0" }],
    enterprise_project_id: "0",
    locked: false,
    description: "",
    security_groups: [],
  };
}

/** A server as the bare metal API shows it. */
export function bmsServer(server: Server): unknown {
  return {
    ...bareMetal(server),
    metadata: {
      ...huaweiMetadata(server),
      chargingMode: "0",
      "metering.resourcetype": "hws.resource.type.pm",
      __bms_support_evs: "true",
    },
  };
}

/** A row of the bare metal list, whose metadata tells less: neither image nor operating system. */
export function bmsListedServer(server: Server): unknown {
  return { ...bareMetal(server), metadata: { chargingMode: "0", ...server.metadata } };
}

function bareMetal(server: Server): Record<string, unknown> {
  const flavor = "physical.s3.small";
  return {
    ...shared(server),
    flavor: {
      id: flavor,
      name: flavor,
      vcpus: "32",
      ram: "196608",
      disk: "600",
      gpus: [],
      asic_accelerators: [],
    },
    image: { id: images[server.os].id },
    host_status: "UP",
    tags: server.tags,
    sys_tags: [{ key: "_sys_enterprise_project_id", value: "0" }],
    enterprise_project_id: "0",
    locked: false,
    description: server.name,
    security_groups: [],
    "os:scheduler_hints": {},
  };
}

export interface NovaView {
  /** `http://127.0.0.1:PORT`. */
  readonly root: string;
  /** `/PROJECT` when the request's path had one, else empty. */
  readonly project: string;
  readonly minor: number;
  readonly huaweiMetadata: boolean;
}

export function novaLinks(server: Server, view: NovaView): unknown[] {
  return [
    { rel: "self", href: `${view.root}/v2.1${view.project}/servers/${server.id}` },
    { rel: "bookmark", href: `${view.root}${view.project}/servers/${server.id}` },
  ];
}

/** A server as Nova shows it. Of the later microversions' fields: locked (2.9), description (2.19), tags (2.26), flavor (2.47). */
export function novaServer(server: Server, view: NovaView): unknown {
  const bookmark = (kind: string, id: string): unknown => [
    { rel: "bookmark", href: `${view.root}${view.project}/${kind}/${id}` },
  ];
  const image = images[server.os].id;
  return {
    ...shared(server),
    metadata: view.huaweiMetadata ? huaweiMetadata(server) : server.metadata,
    image: { id: image, links: bookmark("images", image) },
    flavor:
      view.minor >= 47
        ? { vcpus: 2, ram: 4096, disk: 0, ephemeral: 0, swap: 0, original_name: flavorId, extra_specs: {} }
        : { id: flavorId, links: bookmark("flavors", flavorId) },
    links: novaLinks(server, view),
    ...(view.minor >= 9 ? { locked: false } : {}),
    ...(view.minor >= 19 ? { description: null } : {}),
    ...(view.minor >= 26 ? { tags: server.tags } : {}),
  };
}
