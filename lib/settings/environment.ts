/** Environment variables by name; an empty value means unset. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The value of the first of these variables that is set; an empty one is not. */
export type ReadVariable = (...names: readonly string[]) => string | undefined;

/** Reads variables of an environment. */
export function variablesOf(environment: Environment): ReadVariable {
  return (...names) => {
    for (const name of names) {
      const value = environment[name];
      if (value !== undefined && value !== "") return value;
    }
    return undefined;
  };
}
