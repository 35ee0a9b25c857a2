import { type Session, urnOf } from "../session";
import type { ResourceVerbs } from "../verbs";
import { checkRestore } from "./check";
import { createRestore, resumeRestore } from "./create";
import { deleteRestore } from "./delete";
import { diffRestore } from "./diff";
import { readRestore } from "./read";
import { bookkeepingOf } from "./state";

/** The Restore resource in one process. */
export function restoreResource(session: Session): ResourceVerbs {
  /** Removes the resource's journal entry, which is not needed once the state has the resource. */
  async function confirmStored(urn: string | undefined, id: string): Promise<void> {
    // The next run tries again to remove an entry that stays.
    if (urn !== undefined) await session.host.journal.confirm(urn, (made) => made.id === id).catch(() => undefined);
  }

  return {
    check(olds, news) {
      const urn = urnOf(news);
      if (Object.keys(olds).length > 0) session.recordExisting(urn);
      const { host } = session;
      const { inputs, failures, warnings } = checkRestore(olds, news, host.connections, host.clock.now());
      for (const warning of warnings) void host.warn(urn, warning);
      return { inputs, failures };
    },
    diff(id, olds, news) {
      // The engine doesn't pass the replaced resource to a create. A Restore doesn't manage its snapshot.
      session.recordStored(urnOf(news), bookkeepingOf(olds));
      void confirmStored(urnOf(news), id);
      return diffRestore(olds, news);
    },
    create: (inputs) => createRestore(session, inputs),
    async read(id, props) {
      await confirmStored(urnOf(props), id);
      return readRestore(session, id, props);
    },
    update: (_id, olds, news) => resumeRestore(session, news, olds),
    delete: (_id, props) => deleteRestore(session, props),
  };
}
