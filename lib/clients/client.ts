import type { KeyPairDirectory } from "./key-pairs.ts";
import type { Api } from "./operations.ts";
import type { ServerPasswords } from "./server-passwords.ts";
import type { ServerDirectory } from "./servers.ts";

/** One cloud's servers in one project, whatever the API. */
export interface Client extends ServerPasswords, ServerDirectory, KeyPairDirectory {
  readonly api: Api;
}
