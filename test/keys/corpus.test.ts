import { describe, expect, it } from "vitest";
import { recipes } from "../../keys-example/recipes.mjs";
import { openPassword } from "../../lib/crypto/decrypt-password.ts";
import { loadPrivateKey, type LoadKeyOptions } from "../../lib/keys/load.ts";
import { keyPem, vectors } from "../crypto/test-vectors.ts";
import { lacksTool } from "../tools.ts";
import { corpus, corpusPassphrase, missingTools, readCorpusFile, type CorpusFile } from "./corpus.ts";

const withoutOpenssl = lacksTool("openssl");
const files = withoutOpenssl ? [] : corpus();
const optionsFor = (file: CorpusFile): LoadKeyOptions =>
  file.recipe.encrypted ? { passphrase: corpusPassphrase } : {};

describe.skipIf(withoutOpenssl)("the corpus made with openssl, ssh-keygen and puttygen", () => {
  it.skipIf(missingTools.length > 0)("has at least 150 files of every container", () => {
    expect(files.length).toBeGreaterThanOrEqual(150);
    expect(new Set(files.map(({ recipe }) => recipe.container))).toEqual(
      new Set(recipes.map(({ container }) => container)),
    );
  });

  it.for(files)("$bits bits, $recipe.file", async (file) => {
    const expected = await loadPrivateKey(keyPem(file.bits));
    const key = await loadPrivateKey(readCorpusFile(file), optionsFor(file));
    expect(key.container).toBe(file.recipe.container);
    expect(key.fingerprints).toEqual(expected.fingerprints);
    const { ciphertext, message } = vectors.find(
      ({ bits, name }) => bits === file.bits && name === "unicode",
    )!;
    const opened = openPassword(Buffer.from(ciphertext, "base64"), key);
    expect(Buffer.from(opened.secret.bytes()).toString("base64")).toBe(message);
  });

  it.for(files.filter(({ recipe, bits }) => recipe.encrypted && bits === 1024))(
    "$recipe.file: a passphrase that is right but for its last letter is wrong",
    async (file) => {
      const passphrase = corpusPassphrase.slice(0, -1);
      await expect(loadPrivateKey(readCorpusFile(file), { passphrase })).rejects.toMatchObject({
        reason: "passphrase-wrong",
      });
    },
  );
});
