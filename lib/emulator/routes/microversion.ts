import type { Call } from "../call.ts";

/** The newest microversion offered, that of Nova 26 (Zed). */
export const newestMinor = 93;

export type Microversion =
  | { readonly kind: "offered" | "not-offered"; readonly text: string; readonly minor: number }
  | { readonly kind: "malformed"; readonly text: string };

/** Reads `OpenStack-API-Version: compute 2.N`, else the older `X-OpenStack-Nova-API-Version: 2.N`; 2.1 when neither is sent. */
export function readMicroversion(call: Call): Microversion {
  const entries = (call.header("openstack-api-version") ?? "")
    .split(",")
    .map((entry) => entry.trim().split(/ +/));
  const compute = entries.find(([service]) => service?.toLowerCase() === "compute");
  const text = compute?.[1] ?? call.header("x-openstack-nova-api-version")?.trim() ?? "2.1";
  if (text === "latest") return { kind: "offered", text: `2.${newestMinor}`, minor: newestMinor };
  const match = /^([1-9]\d*)\.(0|[1-9]\d*)$/.exec(text);
  if (match === null) return { kind: "malformed", text };
  const minor = Number(match[2]);
  const offered = match[1] === "2" && minor >= 1 && minor <= newestMinor;
  return { kind: offered ? "offered" : "not-offered", text, minor };
}
