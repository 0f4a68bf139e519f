import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { expect, it } from "vitest";
import { operations, type Operation } from "../../lib/clients/operations.ts";

const clients = new URL("../../lib/clients/", import.meta.url);
const page = fileURLToPath(new URL("../../docs/endpoints.md", import.meta.url));

const introduction = `# Endpoints

The endpoints that winpw knows, rendered from \`lib/clients/operations.ts\` by \`test/clients/endpoints-document.test.ts\`. Do not
edit this page: change the table in the source and run \`npx vitest run test/clients/endpoints-document.test.ts -u\`.

E is the ECS API of Huawei Cloud, N the OpenStack-native API (plain Nova too), B the bare metal API. \`{project_id}\` is left out where
a catalog's address leaves it out, as plain Nova's does. Logins are \`POST /v3/auth/tokens\` of the identity service; a ready token is
looked up there with GET where project or catalog are needed.
With an access key a project that is known by name is looked up with \`GET /v3/projects?name=\` (permission
\`iam:projects:listProjects\`).`;

const called = `## What winpw calls

These need the permission in the third column. Key pairs are looked up only to choose among locked keys or to explain a failure, so
a missing permission for \`os-keypairs\` never fails a run. Where there is a limit, winpw stays below it by waiting.`;

const known = `## What winpw knows but does not call

Rows of the table that no client uses.`;

// The table is the truth about paths; the sources of the clients are the truth about what is called.
const names = readdirSync(clients)
  .map((file) => readFileSync(new URL(file, clients), "utf8"))
  .flatMap((text) => [...text.matchAll(/\boperations\.(?!ts\b)(\w+)/g)].map(([, name = ""]) => name));
const inUse = new Set(names);

function table(rows: readonly Operation[]): string {
  const head = ["row", "request", "permission", "its newer name", "answers", "enterprise project", "limit"];
  const line = (columns: readonly string[]): string => `| ${columns.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map((row) => line(cells(row)))].join("\n");
}

function cells(operation: Operation): string[] {
  const { row, method, version, path, action, newerAction, success, enterpriseProject, perMinute } =
    operation;
  const request = `\`${method} /${version}/{project_id}/${path}\``;
  return [
    operation.deprecated === true ? `${row}, deprecated` : row,
    request,
    `\`${action}\``,
    newerAction === undefined ? "" : `\`${newerAction}\``,
    String(success),
    enterpriseProject ? "yes" : "no",
    perMinute === undefined ? "" : `${perMinute} a minute`,
  ];
}

function section(text: string, wanted: boolean): string {
  const rows = Object.entries<Operation>(operations).filter(([name]) => inUse.has(name) === wanted);
  return `${text}\n\n${table(rows.map(([, operation]) => operation))}`;
}

it("docs/endpoints.md is the table of operations", async () => {
  const text = [introduction, section(called, true), section(known, false)].join("\n\n");
  const formatted = await format(text, { ...(await resolveConfig(page)), parser: "markdown" });
  await expect(formatted).toMatchFileSnapshot(page);
});

it("some operations are called and some are not, so the page can tell", () => {
  expect(inUse.size).toBeGreaterThan(0);
  expect(Object.keys(operations)).toEqual(expect.arrayContaining([...inUse]));
  expect(inUse.size).toBeLessThan(Object.keys(operations).length);
});
