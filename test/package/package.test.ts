import { cpSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testKey } from "../emulator/cloud.ts";
import { exampleFile, exampleKeys, type ExampleKey } from "../keys/examples.ts";
import { installPackage, repository, type InstalledPackage, type Outcome } from "./installed-package.ts";

const password = "CANARY-Fake-Passw0rd-7!";
const own = new URL(".", import.meta.url);
let installed: InstalledPackage;

beforeAll(async () => {
  installed = await installPackage();
});

afterAll(() => {
  installed.remove();
});

const node = async (...args: readonly string[]): Promise<Outcome> => installed.run(process.execPath, args);

describe("the library example", () => {
  const source = readFileSync(new URL("readme-example.mjs", own), "utf8");
  const example = /^\/\/ <readme-example>\n(.*)^\/\/ <\/readme-example>$/ms.exec(source)?.[1] ?? "";

  it("stands in README.md word for word", () => {
    expect(example.split("\n").length).toBeGreaterThan(20);
    expect(readFileSync(join(repository, "README.md"), "utf8")).toContain(example);
  });

  it("delivers the password, clears it, and shows that it is gone", async () => {
    const { privateKey, publicKey } = testKey(2048);
    installed.write("key.pem", privateKey.export({ type: "pkcs8", format: "pem" }));
    const server = { id: "11111111-1111-4111-8111-111111111111", name: "win-1", os: "Windows" };
    const seed = {
      schema: "winpw-emulator/1",
      users: [{ name: "demo", password: "not-a-secret-demo", role: "member", project: "demo" }],
      keyPairs: [{ name: "own", publicKey }],
      servers: [{ ...server, keyPair: "own", password, bootDelayMs: 0 }],
    };
    installed.write("seed.json", JSON.stringify(seed));
    installed.write("example.mjs", example);
    cpSync(new URL("emulated-run.mjs", own), join(installed.folder, "emulated-run.mjs"));

    const outcome = await node("emulated-run.mjs", "example.mjs");
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    const { code, stdout, requests } = JSON.parse(outcome.stdout) as {
      code: number;
      stdout: string;
      requests: string[];
    };
    expect(code).toBe(0);
    expect(stdout).toMatch(/^true SHA256:\S+\n$/);
    expect(readFileSync(join(installed.folder, "win-1.password"), "utf8")).toBe(password);
    const aboutPassword = requests.filter((line) => line.includes("/cloudservers/")).map(methodOf);
    expect(aboutPassword).toEqual(["GET", "GET", "DELETE", "GET"]);
  });
});

describe("as a module", () => {
  it("can be required, and is then the same module as when it is imported", async () => {
    installed.write(
      "required.cjs",
      `const required = require("winpw");
       import("winpw").then((imported) => {
         const other = Object.keys(imported).filter((name) => imported[name] !== required[name]);
         console.log(required.version, other.length, typeof require("winpw/emulator").startEmulator);
       });`,
    );
    const { version } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as {
      version: string;
    };
    const { code, stdout } = await node("required.cjs");
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${version} 0 function\n` });
  });

  it("throws errors that can be told apart", async () => {
    installed.write(
      "errors.mjs",
      `import { BadKeyError, createClient, decryptPassword, loadPrivateKey, tokenAuthorizer, WinpwError } from "winpw";
       const tell = (error) => console.log(error instanceof WinpwError, error instanceof BadKeyError, error.code, error.name);
       await loadPrivateKey("this is no key").catch(tell);
       try { decryptPassword("%", undefined); } catch (error) { tell(error); }
       const authorizer = tokenAuthorizer({ token: "not-a-secret-token" });
       const endpoint = "http://192.0.2.1/v2.1";
       try { createClient({ api: "v2.1", authorizer, endpoint, projectId: "p" }); } catch (error) { tell(error); }`,
    );
    const { code, stdout, stderr } = await node("errors.mjs");
    expect({ code, stderr, lines: stdout.trim().split("\n") }).toEqual({
      code: 0,
      stderr: "",
      lines: [
        "true true ERR_BAD_KEY BadKeyError",
        "true false ERR_SUSPECT SuspectError",
        "true false ERR_REFUSED RefusedError",
      ],
    });
  });
});

describe("its types", () => {
  const consumer = `
    import { WrongKeyError, createClient, keystoneAuthorizer, loadPrivateKey, readPassword } from "winpw";
    import type { Deliver, ReadResult, RsaPrivateKey, WinpwErrorCode } from "winpw";
    import { startEmulator, type Seed } from "winpw/emulator";

    export async function run(pem: Uint8Array, seed: Seed, signal: AbortSignal): Promise<ReadResult> {
      const emulator = await startEmulator({ seed, log: (line: string) => void line.length });
      const key: RsaPrivateKey = await loadPrivateKey(pem, { passphrase: async () => "not-a-secret" });
      const deliver: Deliver = async (secret, { serverId }) => {
        const text: string = secret.reveal();
        return { sink: "vault", locator: serverId + text.length, durable: true };
      };
      const authorizer = keystoneAuthorizer({ authUrl: emulator.url, userId: "id", password: "not-a-secret" });
      const client = createClient({ api: "v2.1", authorizer });
      return readPassword({ client, serverId: "id", keys: [key], deliver, signal });
    }

    export const codeOf = (error: WrongKeyError): WinpwErrorCode => error.code;`;

  const compile = async (file: string, module: string, resolution: string): Promise<Outcome> => {
    const types = join(repository, "node_modules", "@types");
    const tsc = join(repository, "node_modules", "typescript", "bin", "tsc");
    const how = ["--noEmit", "--strict", "--skipLibCheck", "false", "--target", "es2023"];
    const where = [
      "--module",
      module,
      "--moduleResolution",
      resolution,
      "--typeRoots",
      types,
      "--types",
      "node",
    ];
    return node(tsc, ...how, ...where, file);
  };

  const resolutions = [
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ] as const;

  it.for(resolutions)(
    "compile in a strict project, module %s, resolution %s",
    async ([module, resolution]) => {
      installed.write("consumer.ts", consumer);
      expect(await compile("consumer.ts", module, resolution)).toEqual({ code: 0, stdout: "", stderr: "" });
    },
  );

  it.for(resolutions)("find a mistake, module %s, resolution %s", async ([module, resolution]) => {
    installed.write("mistake.ts", consumer.replace("secret.reveal()", "secret"));
    const { code, stdout } = await compile("mistake.ts", module, resolution);
    expect(code).not.toBe(0);
    expect(stdout).toMatch(/mistake\.ts.*Type 'Secret' is not assignable to type 'string'/);
  });
});

describe("its program", () => {
  const inFolder = (): string => join(installed.folder, "node_modules", "winpw", "dist", "cli", "main.cjs");

  it.skipIf(process.platform === "win32")("is what npx starts", async () => {
    const { version } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as {
      version: string;
    };
    const outcome = await installed.run("npx", ["--no", "--", "winpw", "--version"]);
    expect({ code: outcome.code, stdout: outcome.stdout }).toEqual({ code: 0, stdout: `${version}\n` });
  });

  // The last tests: no dependency is left from here on.
  describe("without the dependencies", () => {
    beforeAll(() => {
      const modules = join(installed.folder, "node_modules");
      for (const name of readdirSync(modules)) {
        if (name !== "winpw") rmSync(join(modules, name), { recursive: true });
      }
      expect(readdirSync(modules)).toEqual(["winpw"]);
    });

    const needing: readonly (readonly [string, string])[] = [
      ["nothing", "keys/pkcs8.pem"],
      ["sshpk", "keys/openssh-aes256-ctr"],
      ["hash-wasm", "keys/putty-v3-argon2id.ppk"],
      ["node-forge", "keys/pkcs12-rc2-40.p12"],
    ];

    it.for(needing)("opens a key that needs %s", async ([, file]) => {
      const key = exampleKeys.find((one) => one.file === file);
      if (key === undefined) throw new Error(`keys-example has no ${file}`);
      const { code, stdout } = await decrypt(key);
      expect({ code, stdout }).toEqual({ code: 0, stdout: key.password });
    });

    it("talks HTTP: a port where nothing listens is unavailable, not a missing module", async () => {
      const cloud = {
        OS_AUTH_URL: "http://127.0.0.1:9/v3",
        OS_USERNAME: "demo",
        OS_PASSWORD: "not-a-secret",
      };
      const scope = { OS_USER_DOMAIN_NAME: "Default", OS_PROJECT_NAME: "demo" };
      const args = [inFolder(), "clear", "11111111-1111-4111-8111-111111111111", "--yes", "--timeout", "1"];
      const { code, stderr } = await installed.run(process.execPath, args, { ...cloud, ...scope });
      expect(stderr).toMatch(/^winpw: error ERR_(UNAVAILABLE|TIMEOUT): /);
      expect([8, 9]).toContain(code);
    });

    async function decrypt(key: ExampleKey): Promise<Outcome> {
      installed.write("key", exampleFile(key.file));
      installed.write("ciphertext", exampleFile(key.ciphertext));
      const env = key.passphrase === null ? {} : { WINPW_PASSPHRASE: key.passphrase };
      return installed.run(process.execPath, [inFolder(), "decrypt", "ciphertext", "--key", "key"], env);
    }
  });
});

function methodOf(request: string): string {
  return request.split(" ")[0] ?? "";
}
