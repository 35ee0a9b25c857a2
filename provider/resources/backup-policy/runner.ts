import type { Properties } from "../host";
import type { Created } from "../verbs";

/** What a policy does, by whoever runs it: its platform, every `pulumi up`, or somebody else. */
export interface PolicyRunner {
  create(inputs: Properties): Promise<Created>;
  /** Reads a policy; undefined when the platform confirms that it no longer exists. `isFirst`: nothing is stored yet. */
  read(id: string, props: Properties, isFirst: boolean): Promise<Properties | undefined>;
  update(id: string, olds: Properties, news: Properties): Promise<Properties>;
  /** Ends what the policy does; a phrase says what stays, undefined where that is reported already. */
  delete(id: string, props: Properties): Promise<string | undefined>;
  /** What the next up does beside what the comparison shows, as sentences. */
  ahead(olds: Properties, news: Properties): Promise<readonly string[]>;
}
