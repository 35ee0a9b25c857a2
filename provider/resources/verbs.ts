import type { CheckFailure } from "../model/input";
import type { Properties } from "./host";

/** Result of `check`: the inputs with their defaults, and all their problems. */
export interface Checked {
  readonly inputs: Properties;
  readonly failures: readonly CheckFailure[];
}

/**
 * Result of `diff`. `changes: false`: the meaning is the same. `changes: undefined`: the inputs differ, and the engine
 * shows the differences itself. `changes: true`: only the outputs require an update.
 */
export interface Diff {
  readonly changes?: boolean;
  readonly replaces?: readonly string[];
}

/** Result of `create`, which the engine stores. */
export interface Created {
  readonly id: string;
  readonly outs: Properties;
}

/** Result of `read`; undefined if the resource is to be dropped from the state. */
export type Read = { readonly id: string; readonly props: Properties; readonly inputs: Properties } | undefined;

/** Verbs of a resource, on plain data. */
export interface ResourceVerbs {
  check(olds: Properties, news: Properties): Checked;
  diff(id: string, olds: Properties, news: Properties): Diff;
  create(inputs: Properties): Promise<Created>;
  read(id: string, props: Properties): Promise<Read>;
  update(id: string, olds: Properties, news: Properties): Promise<Properties>;
  delete(id: string, props: Properties): Promise<void>;
}
