import type { Properties } from "../host";
import type { Created } from "../verbs";

/** Snapshots or backups that remain on the platform after a policy is deleted. */
export interface Staying {
  /** Phrase such as `2 snapshots of this policy`. */
  readonly what: string;
  /** Whether somebody has to look after them from then on. */
  readonly needsPerson: boolean;
}

/** Operations of a policy; one implementation for each runner: the platform, `pulumi up`, or none (observed only). */
export interface PolicyRunner {
  create(inputs: Properties): Promise<Created>;
  /** Reads a policy; undefined when the platform confirms that it no longer exists. `isFirst`: the state is empty. */
  read(id: string, props: Properties, isFirst: boolean): Promise<Properties | undefined>;
  update(id: string, olds: Properties, news: Properties): Promise<Properties>;
  /** Deletes a policy or stops managing it; undefined if nothing remains, or if that was already reported. */
  delete(id: string, props: Properties): Promise<Staying | undefined>;
  /** Sentences about what the next `pulumi up` does beyond the diff. */
  ahead(olds: Properties, news: Properties): Promise<readonly string[]>;
}
