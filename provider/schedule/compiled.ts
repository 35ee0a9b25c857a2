/**
 * A schedule or retention in a platform's own form, or why the platform can't express it, with the nearest that it can.
 */
export type Compiled<Value> = { readonly compiled: Value } | { readonly problem: string };

/** Returns why a platform can't express a value; undefined if it can. */
export function problemOf(result: Compiled<unknown>): string | undefined {
  return "problem" in result ? result.problem : undefined;
}

/**
 * Whether two values mean the same to a platform. A value that it can't express, or absence, equals only itself.
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
