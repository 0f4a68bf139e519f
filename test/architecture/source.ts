import { posix } from "node:path";
import { parseSync } from "rolldown/utils";

/** What the rules want to know about one source file. */
export interface Source {
  /** Relative to the repository, with forward slashes. */
  readonly path: string;
  /** Every specifier imported or re-exported: static, type-only, dynamic and in `import("…")` types. */
  readonly specifiers: readonly string[];
  /** The files of ours among them. */
  readonly imports: readonly string[];
  /** Names used as free identifiers, and as properties of `globalThis`. */
  readonly identifiers: ReadonlySet<string>;
  /** Accesses `object.property`, with the object's text when it is a plain name, else `*`. */
  readonly members: ReadonlySet<string>;
  /** Names of methods called on anything, or taken for a later call by `bind`, `call` or `apply`. */
  readonly calls: ReadonlySet<string>;
  readonly exports: readonly string[];
  /** The module only re-exports names from other modules. */
  readonly reexportsOnly: boolean;
}

interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Parses TypeScript; throws on a syntax error, since a file that cannot be read proves nothing. */
export function parseSource(path: string, text: string): Source {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new SyntaxError(`${path}: ${errors[0]?.message}`);
  const found: Found = {
    specifiers: [],
    exports: [],
    identifiers: new Set(),
    members: new Set(),
    calls: new Set(),
  };
  const root: unknown = program;
  if (!isNode(root)) throw new TypeError("the parser's answer is not a tree");
  visit(root, found);
  const body = root["body"] as readonly Node[];
  return {
    path,
    ...found,
    imports: found.specifiers
      .filter((specifier) => specifier.startsWith("."))
      .map((specifier) => posix.join(posix.dirname(path), specifier)),
    reexportsOnly: body.every((node) => node.type === "ExportNamedDeclaration" && isNode(node["source"])),
  };
}

type Found = Record<"specifiers" | "exports", string[]> &
  Record<"identifiers" | "members" | "calls", Set<string>>;

function visit(node: Node, found: Found): void {
  // Import and export statements, import() and the type import("…") alike name their module so.
  const source = node["source"];
  if (isNode(source) && typeof source["value"] === "string") found.specifiers.push(source["value"]);
  if (node.type === "ExportDefaultDeclaration") found.exports.push("default");
  if (node.type === "ExportAllDeclaration") found.exports.push("*");
  if (node.type === "ExportSpecifier") found.exports.push(nameOf(node["exported"]));
  if (node.type === "ExportNamedDeclaration") found.exports.push(...declaredNames(node["declaration"]));
  if (node.type === "Identifier") found.identifiers.add(nameOf(node));
  if (node.type === "MemberExpression") {
    const property = propertyName(node);
    const object = nameOf(node["object"]);
    found.members.add(`${object}.${property}`);
    if (object === "globalThis") found.identifiers.add(property);
  }
  const callee = node["callee"];
  if (node.type === "CallExpression" && isNode(callee) && callee.type === "MemberExpression") {
    found.calls.add(propertyName(callee));
    const object = callee["object"];
    if (/^(bind|call|apply)$/.test(propertyName(callee)) && isNode(object)) {
      found.calls.add(propertyName(object));
    }
  }
  for (const [field, value] of Object.entries(node)) {
    // The name after a dot or before a colon is nobody's variable.
    if ((field === "property" || field === "key") && node["computed"] !== true) {
      if (isNode(value) && value.type === "Identifier" && node["shorthand"] !== true) continue;
    }
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (isNode(child)) visit(child, found);
    }
  }
}

/** `export function f`, `export interface I`, `export const a = 1, b = 2`. */
function declaredNames(declaration: unknown): string[] {
  if (!isNode(declaration)) return [];
  const several = declaration["declarations"];
  const declared: unknown[] = Array.isArray(several) ? several : [declaration];
  return declared.map((one) => (isNode(one) ? nameOf(one["id"]) : "*"));
}

function propertyName(member: Node): string {
  const property = member["property"];
  return member["computed"] === true && isNode(property) && typeof property["value"] === "string"
    ? property["value"]
    : nameOf(property);
}

function nameOf(value: unknown): string {
  if (!isNode(value)) return "*";
  const name = value["name"] ?? value["value"];
  return typeof name === "string" ? name : "*";
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
