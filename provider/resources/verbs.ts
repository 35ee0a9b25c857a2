import type { CheckFailure } from "../model/input";
import type { Properties } from "./host";

/** What `check` answers: the inputs with their defaults, and everything that is wrong with them. */
export interface Checked {
  readonly inputs: Properties;
  readonly failures: readonly CheckFailure[];
}

/**
 * What `diff` answers. `changes: false`: equal meaning. `changes: undefined`: the inputs differ, and the engine shows
 * how by itself. `changes: true`: only the outputs ask for an update.
 */
export interface Diff {
  readonly changes?: boolean;
  readonly replaces?: readonly string[];
}

/** What the engine stores after a create. */
export interface Created {
  readonly id: string;
  readonly outs: Properties;
}

/** What a read shows; undefined when the resource is to leave the state. */
export type Read = { readonly id: string; readonly props: Properties; readonly inputs: Properties } | undefined;

/** The verbs of a resource, on plain data. */
export interface ResourceVerbs {
  check(olds: Properties, news: Properties): Checked;
  diff(id: string, olds: Properties, news: Properties): Diff;
  create(inputs: Properties): Promise<Created>;
  read(id: string, props: Properties): Promise<Read>;
  update(id: string, olds: Properties, news: Properties): Promise<Properties>;
  delete(id: string, props: Properties): Promise<void>;
}
