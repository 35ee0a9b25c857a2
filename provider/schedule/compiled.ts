/**
 * A schedule or retention in a platform's own words, or why the platform can't express it, with the nearest that it can.
 */
export type Compiled<Value> = { readonly compiled: Value } | { readonly problem: string };

/** Why a platform can't express it; undefined where it can. */
export function problemOf(result: Compiled<unknown>): string | undefined {
  return "problem" in result ? result.problem : undefined;
}

/**
 * Whether two values mean the same to a platform. What it can't express is like itself only, and so is absence.
 */
export function sameCompiled<Value>(
  compile: (value: Value) => Compiled<unknown>,
  one: Value | undefined,
  other: Value | undefined,
): boolean {
  if (one === undefined || other === undefined) return one === other;
  const meaning = (value: Value): string => {
    const result = compile(value);
    return JSON.stringify("compiled" in result ? result : { value });
  };
  return meaning(one) === meaning(other);
}
