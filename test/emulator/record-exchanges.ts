// Puts the requests of recorded-exchanges.json to a real Keystone and Nova and writes down what they answer.
//
//   node test/emulator/record-exchanges.ts STATE [SERVER]      (Node 22.18 or later)
//
// STATE is the folder that test/nova/service/up.sh made; SERVER, the id of a server in project demo whose password is
// cleared first. Another server of that project must have one. Takes a minute, for the caches of the real service.
import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { loginAll, perform, type Cloud, type Exchange } from "./exchange.ts";

const [state = ".", fresh = ""] = process.argv.slice(2);
const text = readFileSync(`${state}/env`, "utf8");
const env = new Map(
  text.split("\n").map((line): [string, string] => {
    const [name = "", ...value] = line.split("=");
    return [name, value.join("=")];
  }),
);
const at = (name: string): string => env.get(name) ?? "";
const servers = readFileSync(`${state}/servers.jsonl`, "utf8").trim().split("\n");
const withPassword = servers
  .map((line) => JSON.parse(line) as { id: string; ciphertext: string })
  .find((row) => row.ciphertext !== "");

const password = at("OS_PASSWORD");
const cloud: Cloud = {
  roots: {
    keystone: at("OS_AUTH_URL").replace(/\/v3$/, ""),
    nova: at("NOVA_URL").replace(/\/v2\.1$/, ""),
    metadata: at("METADATA_URL"),
  },
  passwords: { demo: password, watcher: password, stranger: password, admin: at("ADMIN_PASSWORD") },
  metadataSecret: at("METADATA_SECRET"),
  values: new Map([
    ["server", withPassword?.id ?? ""],
    ["fresh", fresh],
    ["password", password],
  ]),
};

const file = new URL("recorded-exchanges.json", import.meta.url);
const table = JSON.parse(readFileSync(file, "utf8")) as Exchange[];
await loginAll(cloud);
const recorded: Exchange[] = [];
await perform(
  { method: "DELETE", service: "nova", path: "/v2.1/servers/{fresh}/os-server-password", as: "demo" },
  cloud,
);
await sleep(16_000); // the metadata service remembers a password for 15 seconds
for (const exchange of table) {
  await sleep(exchange.request.afterMs ?? 0);
  recorded.push({ ...exchange, response: await perform(exchange.request, cloud) });
}
writeFileSync(file, `${JSON.stringify(recorded, null, 2)}\n`);
