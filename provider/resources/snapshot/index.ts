import type { Properties } from "../host";
import { type Session, urnOf } from "../session";
import type { ResourceVerbs } from "../verbs";
import { checkSnapshot } from "./check";
import { createSnapshot } from "./create";
import { deleteSnapshot } from "./delete";
import { diffSnapshot } from "./diff";
import { addressOf, readSnapshot } from "./read";
import { updateSnapshot } from "./update";

/** The state holds the resource: what the journal kept for the case that it would not is done with. */
async function confirmStored(session: Session, urn: string | undefined, id: string): Promise<void> {
  // A note that stays is looked at again by the next run.
  if (urn !== undefined) await session.host.journal.confirm(urn, (made) => made.id === id).catch(() => undefined);
}

/** A state that an import has left with next to nothing, with what its id says. */
function withId(id: string, olds: Properties): Properties {
  if (olds["platform"] !== undefined) return olds;
  const { address, definition, target } = addressOf(id);
  const snapshotId = address.pending ? undefined : address.segments.at(-1);
  return {
    platform: definition.name,
    [target.argument]: target.id,
    deletionPolicy: "retain",
    ...(snapshotId === undefined ? {} : { snapshotId }),
    ...olds,
  };
}

/** The Snapshot resource in one process. */
export function snapshotResource(session: Session): ResourceVerbs {
  return {
    check(olds, news) {
      if (Object.keys(olds).length > 0) session.noteExisting(urnOf(news));
      return checkSnapshot(olds, news, session.host.connections);
    },
    diff(id, olds, news) {
      const known = withId(id, olds);
      // A create is not told what it replaces, and a delete not what else holds the snapshot.
      session.noteHeld(urnOf(news), known);
      void confirmStored(session, urnOf(news), id);
      return diffSnapshot(known, news);
    },
    create: (inputs) => createSnapshot(session, inputs),
    async read(id, props) {
      await confirmStored(session, urnOf(props), id);
      return readSnapshot(session, id, props);
    },
    update: (id, olds, news) => updateSnapshot(session, id, olds, news),
    delete: (id, props) => deleteSnapshot(session, id, withId(id, props)),
  };
}
