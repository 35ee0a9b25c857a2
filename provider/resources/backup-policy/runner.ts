import type { Properties } from "../host";
import type { Created } from "../verbs";

/** What stays on the platform when a policy goes. */
export interface Staying {
  /** A phrase: `2 snapshots of this policy`. */
  readonly what: string;
  /** Whether a person has to see to it from then on. */
  readonly needsPerson: boolean;
}

/** What a policy does, by whoever runs it: its platform, every `pulumi up`, or somebody else. */
export interface PolicyRunner {
  create(inputs: Properties): Promise<Created>;
  /** Reads a policy; undefined when the platform confirms that it no longer exists. `isFirst`: nothing is stored yet. */
  read(id: string, props: Properties, isFirst: boolean): Promise<Properties | undefined>;
  update(id: string, olds: Properties, news: Properties): Promise<Properties>;
  /** Ends what the policy does; undefined where nothing stays, or where that is reported already. */
  delete(id: string, props: Properties): Promise<Staying | undefined>;
  /** What the next up does beside what the comparison shows, as sentences. */
  ahead(olds: Properties, news: Properties): Promise<readonly string[]>;
}
