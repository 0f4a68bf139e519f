/** The part of JSON Schema draft 2020-12 that the seed's schema uses; an unknown keyword is an error, not ignored. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

type Check = (
  argument: unknown,
  value: unknown,
  schema: JsonSchema,
  root: JsonSchema,
  at: string,
) => string[];

const annotations = new Set(["$schema", "$id", "$defs", "title", "description"]);

/** One line for each breach: where, and of which keyword. */
export function schemaErrors(
  schema: JsonSchema,
  value: unknown,
  root: JsonSchema = schema,
  at = "$",
): string[] {
  return Object.entries(schema).flatMap(([keyword, argument]) => {
    if (annotations.has(keyword)) return [];
    const check = checks[keyword];
    if (check === undefined) throw new Error(`keyword ${keyword} is not known here`);
    return check(argument, value, schema, root, at);
  });
}

/** A keyword that only looks at values of one kind and lets all others pass. */
function about<V>(
  guard: (value: unknown) => value is V,
  holds: (value: V, argument: never) => boolean,
): Check {
  return (argument, value, _schema, _root, at) =>
    !guard(value) || holds(value, argument as never) ? [] : [`${at}: ${JSON.stringify(argument)}`];
}

const isText = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => typeof value === "number";
const isList = (value: unknown): value is unknown[] => Array.isArray(value);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const kinds: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isObject,
  array: isList,
  string: isText,
  integer: Number.isInteger,
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
};

const checks: Readonly<Record<string, Check>> = {
  type: (kind, value, _schema, _root, at) => (kinds[String(kind)]?.(value) === true ? [] : [`${at}: type`]),
  const: (wanted, value, _schema, _root, at) => (value === wanted ? [] : [`${at}: const`]),
  enum: (wanted, value, _schema, _root, at) => ((wanted as unknown[]).includes(value) ? [] : [`${at}: enum`]),
  minimum: about(isNumber, (value, least: number) => value >= least),
  maximum: about(isNumber, (value, most: number) => value <= most),
  minLength: about(isText, (value, least: number) => value.length >= least),
  maxLength: about(isText, (value, most: number) => value.length <= most),
  pattern: about(isText, (value, pattern: string) => new RegExp(pattern, "u").test(value)),
  minItems: about(isList, (value, least: number) => value.length >= least),
  minProperties: about(isObject, (value, least: number) => Object.keys(value).length >= least),
  maxProperties: about(isObject, (value, most: number) => Object.keys(value).length <= most),
  required: about(isObject, (value, names: string[]) => names.every((name) => Object.hasOwn(value, name))),
  dependentRequired: about(isObject, (value, names: Record<string, string[]>) =>
    Object.entries(names).every(
      ([name, others]) => !Object.hasOwn(value, name) || others.every((other) => Object.hasOwn(value, other)),
    ),
  ),
  items: (inner, value, _schema, root, at) =>
    isList(value)
      ? value.flatMap((item, index) => schemaErrors(inner as JsonSchema, item, root, `${at}.${index}`))
      : [],
  properties: (inner, value, _schema, root, at) =>
    isObject(value)
      ? Object.entries(inner as Record<string, JsonSchema>).flatMap(([name, schema]) =>
          Object.hasOwn(value, name) ? schemaErrors(schema, value[name], root, `${at}.${name}`) : [],
        )
      : [],
  additionalProperties: (inner, value, schema, root, at) => {
    if (!isObject(value)) return [];
    const known = Object.keys(schema["properties"] ?? {});
    const others = Object.keys(value).filter((name) => !known.includes(name));
    if (inner === false) return others.map((name) => `${at}.${name}: unknown`);
    return others.flatMap((name) => schemaErrors(inner as JsonSchema, value[name], root, `${at}.${name}`));
  },
  propertyNames: (inner, value, _schema, root, at) =>
    isObject(value)
      ? Object.keys(value).flatMap((name) => schemaErrors(inner as JsonSchema, name, root, at))
      : [],
  anyOf: (options, value, _schema, root, at) => (fitting(options, value, root) > 0 ? [] : [`${at}: anyOf`]),
  oneOf: (options, value, _schema, root, at) => (fitting(options, value, root) === 1 ? [] : [`${at}: oneOf`]),
  not: (inner, value, _schema, root, at) =>
    schemaErrors(inner as JsonSchema, value, root).length > 0 ? [] : [`${at}: not`],
  $ref: (path, value, _schema, root, at) => {
    const name = String(path).replace(/^#\/\$defs\//, "");
    const target = (root["$defs"] as Record<string, JsonSchema>)[name];
    if (target === undefined) throw new Error(`${String(path)} refers to nothing`);
    return schemaErrors(target, value, root, at);
  },
};

function fitting(options: unknown, value: unknown, root: JsonSchema): number {
  return (options as JsonSchema[]).filter((option) => schemaErrors(option, value, root).length === 0).length;
}
