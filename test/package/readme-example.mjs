/// <reference types="node" />
// The example of README.md, which holds exactly what stands between the two markers; a test runs it and compares.
// <readme-example>
import { readFile, writeFile } from "node:fs/promises";
import { createClient, keystoneAuthorizer, loadPrivateKey, readPassword } from "winpw";

const key = await loadPrivateKey(await readFile("key.pem"));
const client = createClient({
  api: "v1", // or "v2.1", which every OpenStack has
  authorizer: keystoneAuthorizer({
    authUrl: process.env.OS_AUTH_URL,
    userName: process.env.OS_USERNAME,
    userDomainName: process.env.OS_USER_DOMAIN_NAME,
    password: process.env.OS_PASSWORD,
    projectName: process.env.OS_PROJECT_NAME,
  }),
});

const result = await readPassword({
  client,
  serverId: "11111111-1111-4111-8111-111111111111",
  keys: [key],
  clear: true,
  // Put the password where it belongs. If this throws, nothing is deleted.
  deliver: async (secret) => {
    const password = secret.bytes();
    try {
      await writeFile("win-1.password", password, { flag: "wx", mode: 0o600, flush: true });
    } finally {
      password.fill(0);
    }
    return { sink: "file", locator: "win-1.password", durable: true };
  },
});
console.log(result.cleared, result.key.sha256);
// </readme-example>
