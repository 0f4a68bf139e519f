import { constants, publicEncrypt } from "node:crypto";
import type { Server } from "./state.ts";

/**
 * Encrypts as cloudbase-init does (cloudbaseinit/utils/crypt.py): RSAES-PKCS1-v1_5 to the server's key pair, in base64.
 *
 * Throws for a server without an ssh-rsa key pair and for a text too long for the key.
 */
export function encryptFor(server: Server, plaintext: Uint8Array): string {
  const key = server.keyPair?.key.rsa;
  if (key === undefined) throw new TypeError(`server ${server.id} has no ssh-rsa key pair to encrypt to`);
  return publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, plaintext).toString("base64");
}
