import { sep } from "node:path";
import type { Delivery } from "../../lib/workflow/deliver.ts";
import { escapeUntrusted } from "./escape.ts";
import type { AnswerHead, AnswerTail, NamedKeyFacts, ServerFacts } from "./json.ts";

/** One fact in one line: what it is about, and what is so. */
export function factLine(name: string, value: string): string {
  return `${name.padEnd(10)} ${escapeUntrusted(value)}\n`;
}

/** A server as people know it: its name, and its id where the name does not say it. */
export function serverText({ id, name }: ServerFacts): string {
  if (name === null || name === id) return id ?? "unknown";
  return id === null ? name : `${name} (${id})`;
}

/** A key by its file and what it is. */
export function keyText({ source, facts }: NamedKeyFacts): string {
  const shown = facts.sha256 === null ? "" : `, ${facts.sha256}`;
  return `${source} (RSA ${facts.bits}${shown})`;
}

/** A place by its kind, its name and what it is worth; a file below the current folder by its short path. */
export function deliveryText({ sink, locator, durable }: Delivery, cwd: string): string {
  const shown = locator?.startsWith(`${cwd}${sep}`) === true ? locator.slice(cwd.length + 1) : locator;
  const place = shown === null ? sink : `${sink} ${shown}`;
  return `${place} (${durable ? "durable" : "not durable"})`;
}

/** The facts that are known once a password is delivered. */
export function headText(head: AnswerHead, delivered: readonly Delivery[], cwd: string): string {
  let text =
    head.server.id === null && head.server.name === null ? "" : factLine("server", serverText(head.server));
  if (head.key !== null) text += factLine("key", keyText(head.key));
  if (head.suspicious !== null) text += factLine("suspicious", head.suspicious);
  for (const delivery of delivered) text += factLine("delivered", deliveryText(delivery, cwd));
  return text;
}

/** What became of the ciphertext; empty when nobody asked for that, or when it failed (the error tells). */
export function tailText({ cleared, changed, error }: AnswerTail): string {
  if (cleared !== true || error !== null) return "";
  return factLine("cleared", changed ? "yes, and seen to be gone" : "nothing was stored any more");
}
