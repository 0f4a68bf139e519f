import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { SuspectError } from "../../lib/errors.ts";
import { bundleOf, readCiphertexts, type Bundle } from "../../lib/workflow/bundle.ts";
import { ciphertextFacts } from "../../lib/workflow/deliver.ts";
import { everythingShown } from "../http/rejection.ts";

const bytes = Buffer.alloc(128, 0x5a);
const ciphertext = bytes.toString("base64");
const sha256 = createHash("sha256").update(bytes).digest("hex");
const server = { api: "v1", region: "r1", projectId: "p", id: "s", name: "win-1" };
const alone = { ciphertext, server: null, keyPair: null };

const bundle = (changes: Partial<Bundle> = {}): Bundle => ({
  ...bundleOf(ciphertext, {
    server,
    keyPair: { name: "ops", fingerprint: "00:11" },
    ciphertext: ciphertextFacts(bytes),
    fetchedAt: Date.UTC(2030, 0, 2, 3, 4, 5, 6),
  }),
  ...changes,
});

function refusal(text: string): string {
  try {
    readCiphertexts(text);
  } catch (error) {
    expect(error).toBeInstanceOf(SuspectError);
    expect(everythingShown(error)).not.toContain("CANARY");
    return String(error);
  }
  return expect.fail("nothing was thrown");
}

it("a bundle holds what is needed to decrypt it elsewhere", () => {
  expect(bundle()).toEqual({
    schema: "winpw-bundle/1",
    fetchedAt: "2030-01-02T03:04:05.006Z",
    server,
    keyPair: { name: "ops", fingerprint: "00:11" },
    ciphertext,
    ciphertextSha256: sha256,
  });
});

it("a JSON string is the ciphertext itself", () => {
  expect(readCiphertexts(JSON.stringify(ciphertext))).toEqual([alone]);
});

describe("the ciphertext in", () => {
  const wrapped = ciphertext.replace(/.{64}/g, "$&\r\n");
  const keyPair = { name: "k", fingerprint: "SHA256:x" };

  it.for<[string, string, unknown]>([
    ["bare base64", ciphertext, [alone]],
    ["bare base64 in lines", `\n ${wrapped}\n`, [{ ...alone, ciphertext: wrapped.trim() }]],
    ["an empty text", " \n", [{ ...alone, ciphertext: "" }]],
    ["an answer of OpenStack and Huawei Cloud", JSON.stringify({ password: ciphertext }), [alone]],
    ["an empty answer", '{"password": ""}', [{ ...alone, ciphertext: "" }]],
    ["a null answer", '{"password": null}', [{ ...alone, ciphertext: "" }]],
    [
      "an answer of AWS",
      JSON.stringify({ InstanceId: "i-1", PasswordData: ciphertext, Timestamp: "2030" }),
      [alone],
    ],
    ["an answer over several lines", JSON.stringify({ password: ciphertext }, null, 2), [alone]],
    [
      "a list of answers",
      JSON.stringify([{ password: ciphertext }, { PasswordData: "" }]),
      [alone, { ...alone, ciphertext: "" }],
    ],
    ["a bundle", JSON.stringify(bundle({ keyPair })), [{ ciphertext, server, keyPair }]],
    [
      "bundles line by line, with empty lines and Windows line ends",
      `${JSON.stringify(bundle())}\r\n\r\n${JSON.stringify(bundle({ server: { ...server, id: "t" } }))}\r\n`,
      [
        { ciphertext, server, keyPair: { name: "ops", fingerprint: "00:11" } },
        { ciphertext, server: { ...server, id: "t" }, keyPair: { name: "ops", fingerprint: "00:11" } },
      ],
    ],
    [
      "answers and bundles mixed",
      `{"password":"${ciphertext}"}\n${JSON.stringify(bundle())}`,
      [alone, { ciphertext, server, keyPair: { name: "ops", fingerprint: "00:11" } }],
    ],
    [
      "a bundle whose other fields are not as they should be",
      JSON.stringify({ ciphertext, server: { id: 7, name: ["x"], extra: 1 }, keyPair: "k" }),
      [
        {
          ciphertext,
          server: { api: null, region: null, projectId: null, id: null, name: null },
          keyPair: null,
        },
      ],
    ],
  ])("%s", ([, text, expected]) => {
    expect(readCiphertexts(text)).toEqual(expected);
  });

  it("a bundle wins over a field of another form beside it", () => {
    expect(readCiphertexts(JSON.stringify({ password: "other", ciphertext }))).toEqual([alone]);
  });
});

describe("the digest of a bundle", () => {
  it("is compared over the bytes, in either case, however the text is wrapped", () => {
    const wrapped = ciphertext.replace(/.{60}/g, "$&\n");
    const changes = { ciphertext: wrapped, ciphertextSha256: sha256.toUpperCase() };
    expect(readCiphertexts(JSON.stringify(bundle(changes)))).toMatchObject([{ ciphertext: wrapped }]);
  });

  it.for<[string, Partial<Bundle>]>([
    ["of another ciphertext", { ciphertextSha256: "0".repeat(64) }],
    ["empty", { ciphertextSha256: "" }],
    ["of a ciphertext that lost its end", { ciphertext: ciphertext.slice(0, -4) }],
    ["of a ciphertext that is no base64", { ciphertext: `${ciphertext.slice(0, -2)}!!` }],
    ["of a ciphertext that was emptied", { ciphertext: "" }],
    ["of a ciphertext with one character changed", { ciphertext: `A${ciphertext.slice(1)}` }],
  ])("that is %s: damaged", ([, changes]) => {
    expect(refusal(JSON.stringify(bundle(changes)))).toMatch(/digest/);
  });

  it("may be left out", () => {
    const { ciphertextSha256: _digest, ...rest } = bundle();
    expect(readCiphertexts(JSON.stringify(rest))).toMatchObject([{ ciphertext }]);
  });
});

describe("what holds no ciphertext", () => {
  it.for([
    ["an object without one", '{"CANARY":1}'],
    ["a number for one", '{"password":17}'],
    ["an object for one", '{"ciphertext":{"a":"CANARY"}}'],
    ["a list for one", '{"PasswordData":["CANARY"]}'],
    ["a list with a hole", `[{"password":"${ciphertext}"},null]`],
  ] as const)("%s is suspect", ([, text]) => {
    expect(refusal(text)).toMatch(/neither password nor PasswordData nor ciphertext/);
  });

  it.for([
    ["a line torn at the end", `${JSON.stringify(bundle())}\n${JSON.stringify(bundle()).slice(0, -20)}`, 2],
    ["a line torn in the middle", `{"password":"x"}\n{"pass\n{"password":"y"}`, 2],
    ["a torn object", '{"password":"CANARY', 1],
    ["bare base64 after an object", `{"password":"x"}\n${ciphertext}`, 2],
  ] as const)("%s is suspect, and the line is named", ([, text, line]) => {
    expect(refusal(text)).toMatch(new RegExp(`line ${line} .*not complete JSON`));
  });
});
