import { createHash } from "node:crypto";
import type { World } from "../call.ts";
import type { Project } from "../state.ts";

/** The service catalog as a token of this project shows it. */
export function catalogOf(world: World, project: Project): unknown[] {
  const { url, state } = world;
  const services = [
    { type: "identity", name: "keystone", url: `${url}/v3` },
    // Huawei Cloud's entries carry the project's id; plain Nova's, as installed today, do not.
    { type: "compute", name: "nova", url: state.offersEcs ? `${url}/v2.1/${project.id}` : `${url}/v2.1` },
    ...(state.offersEcs ? [{ type: "ecs", name: "ecs", url: `${url}/v1/${project.id}` }] : []),
    ...(state.offersBms ? [{ type: "bms", name: "bms", url: `${url}/v1/${project.id}` }] : []),
  ];
  return services.map((service) => ({
    endpoints: ["public", "internal", "admin"].map((face) => ({
      id: catalogId(service.type, face),
      interface: face,
      region_id: state.region,
      url: service.url,
      region: state.region,
    })),
    id: catalogId(service.type),
    type: service.type,
    name: service.name,
  }));
}

function catalogId(...parts: string[]): string {
  return createHash("sha256").update(parts.join(" ")).digest("hex").slice(0, 32);
}
