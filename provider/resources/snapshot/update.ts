import { parseSnapshotId } from "../../model/ids";
import { findDefinition } from "../../platforms";
import type { Properties } from "../host";
import { type Session, textOf, urnOf } from "../session";
import { resumeSnapshot } from "./create";
import { outputsOf, unfinishedOf } from "./state";

/** Goes on with an unfinished create; any other change is of the state alone and sends no request. */
export async function updateSnapshot(session: Session, olds: Properties, news: Properties): Promise<Properties> {
  const definition = findDefinition(news["platform"]);
  const held = definition === undefined ? {} : outputsOf(definition, olds);
  const unfinished = unfinishedOf(olds);
  return unfinished === undefined ? { ...news, ...held } : await resumeSnapshot(session, news, held, unfinished);
}

/** Forgets a Snapshot that the platform can't delete, and says what stays. */
export async function deleteSnapshot(session: Session, id: string, props: Properties): Promise<void> {
  const address = parseSnapshotId(id);
  const definition = findDefinition(props["platform"] ?? address?.platform);
  const urn = urnOf(props);
  if (urn !== undefined) await session.host.journal.settle(urn);
  if (props["status"] === "gone" || address === undefined || definition === undefined) return;
  const target = `${address.kind} ${address.target}`;
  const snapshotId = textOf(props, "snapshotId");
  const unfinished = unfinishedOf(props);
  const why = definition.delete ? 'deletionPolicy is "retain"' : definition.cannot["delete"];
  await session.host.warn(
    urn,
    snapshotId === undefined
      ? `forgotten: whether the request of ${unfinished?.requestedAt ?? address.segments[0]} has made a snapshot of ` +
          `${target} was never known; if it has, that one stays on ${definition.title} (${why})`
      : `forgotten, not deleted: snapshot ${snapshotId} of ${target} stays on ${definition.title} (${why})`,
  );
}
