/**
 * A schedule or retention in a platform's own words, or why the platform can't express it, with the nearest that it can.
 */
export type Compiled<Value> = { readonly compiled: Value } | { readonly problem: string };
