import type { Properties } from "../host";
import { type Session, urnOf } from "../session";
import { type Checked, checkSnapshot } from "./check";
import { type Created, createSnapshot } from "./create";
import { deleteSnapshot } from "./delete";
import { diffSnapshot, type SnapshotDiff } from "./diff";
import { readSnapshot, type SnapshotRead } from "./read";
import { updateSnapshot } from "./update";

/** The verbs of a resource, on plain data. */
export interface ResourceVerbs {
  check(olds: Properties, news: Properties): Checked;
  diff(id: string, olds: Properties, news: Properties): SnapshotDiff;
  create(inputs: Properties): Promise<Created>;
  read(id: string, props: Properties): Promise<SnapshotRead>;
  update(id: string, olds: Properties, news: Properties): Promise<Properties>;
  delete(id: string, props: Properties): Promise<void>;
}

/** The Snapshot resource in one process. */
export function snapshotResource(session: Session): ResourceVerbs {
  return {
    check: (olds, news) => checkSnapshot(olds, news, session.host.connections),
    diff(_id, olds, news) {
      const diff = diffSnapshot(olds, news);
      const urn = urnOf(news);
      // The create of the replacement is not told what it replaces.
      if (urn !== undefined && diff.replaces !== undefined && diff.replaces.length > 0) {
        session.replaced.set(urn, olds);
      }
      return diff;
    },
    create: (inputs) => createSnapshot(session, inputs),
    read: (id, props) => readSnapshot(session, id, props),
    update: (_id, olds, news) => updateSnapshot(session, olds, news),
    delete: (id, props) => deleteSnapshot(session, id, props),
  };
}
