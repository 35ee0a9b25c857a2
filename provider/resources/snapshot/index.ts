import { defined } from "../../model/defined";
import { messageOf } from "../../model/errors";
import { isMissing } from "../check";
import type { Properties } from "../host";
import { keysOf, type Session, urnOf } from "../session";
import type { ResourceVerbs } from "../verbs";
import { checkSnapshot } from "./check";
import { createSnapshot } from "./create";
import { deleteSnapshot } from "./delete";
import { diffSnapshot, isUndecided } from "./diff";
import { addressOf, readSnapshot } from "./read";
import { creationAhead, reportGone, updateAhead } from "./rows";
import { updateSnapshot } from "./update";

/** Removes the resource's journal entry, which is not needed once the state has the resource. */
async function confirmStored(session: Session, urn: string | undefined, id: string): Promise<void> {
  // The next run tries again to remove an entry that stays.
  if (urn !== undefined) await session.host.journal.confirm(urn, (made) => made.id === id).catch(() => undefined);
}

/** Records on this machine what a resource has adopted, so that runs that don't compare it don't delete it either. */
async function noteAdopted(session: Session, props: Properties): Promise<void> {
  const urn = urnOf(props);
  if (urn === undefined || props["adopted"] !== true || props["status"] === "gone") return;
  await session.holders.noteAdopted(urn, keysOf(props));
}

async function dropAdopted(session: Session, props: Properties): Promise<void> {
  const urn = urnOf(props);
  if (urn !== undefined && props["adopted"] === true) await session.holders.dropAdopted(urn, keysOf(props));
}

/** Completes an almost empty state, as an import leaves it, with the facts from its id. */
function withId(id: string, olds: Properties): Properties {
  if (olds["platform"] !== undefined) return olds;
  const { address, definition, target } = addressOf(id);
  const snapshotId = address.pending ? undefined : address.segments.at(-1);
  return {
    platform: definition.name,
    [target.argument]: target.id,
    deletionPolicy: "retain",
    ...defined({ snapshotId }),
    ...olds,
  };
}

/** The Snapshot resource in one process. */
export function snapshotResource(session: Session): ResourceVerbs {
  return {
    check(olds, news) {
      const isNew = Object.keys(olds).length === 0;
      if (!isNew) session.recordExisting(urnOf(news));
      const checked = checkSnapshot(olds, news, session.host.connections);
      // The diff already reported a replacement, unless the new resource may adopt a snapshot.
      const isSaid =
        session.replacedBy(urnOf(news)) !== undefined && isMissing(news["adopt"]) && isMissing(news["reuseWithin"]);
      if (isNew && !isSaid && checked.failures.length === 0) {
        session.announceAhead(urnOf(news), creationAhead(checked.inputs));
      }
      return checked;
    },
    diff(id, olds, news) {
      const known = withId(id, olds);
      // The engine passes neither the replaced resource to a create, nor other managers of the snapshot to a delete.
      session.recordStored(urnOf(news), known);
      void confirmStored(session, urnOf(news), id);
      void noteAdopted(session, known).catch(() => undefined);
      const diff = diffSnapshot(known, news);
      session.announceAhead(urnOf(news), updateAhead(known, news, diff));
      const isReplaced = (diff.replaces ?? []).length > 0;
      const stays = known["status"] === "gone" && !isReplaced;
      // An up that fails because of it reports it in its error.
      if (stays && (session.isPreview || !isUndecided(known, news))) void reportGone(session, { ...known, ...news });
      return diff;
    },
    async create(inputs) {
      const created = await createSnapshot(session, inputs);
      await noteAdopted(session, created.outs).catch((error: unknown) =>
        session.host.warn(
          urnOf(inputs),
          `this machine can't note that the snapshot was adopted (${messageOf(error)}): a run that does not compare this ` +
            "resource may delete it, such as pulumi destroy --target of the resource that took it",
        ),
      );
      return created;
    },
    async read(id, props) {
      await confirmStored(session, urnOf(props), id);
      const read = await readSnapshot(session, id, props);
      const isGone = read === undefined || read.props["status"] === "gone";
      await (isGone ? dropAdopted(session, props) : noteAdopted(session, read.props)).catch(() => undefined);
      return read;
    },
    async update(id, olds, news) {
      const outs = await updateSnapshot(session, id, olds, news);
      if (urnOf(olds) !== urnOf(outs)) {
        // Renamed by an alias: from now on the state has it under the new URN.
        await noteAdopted(session, outs).catch(() => undefined);
        await dropAdopted(session, olds).catch(() => undefined);
      }
      return outs;
    },
    delete: (id, props) => deleteSnapshot(session, id, withId(id, props)),
  };
}
