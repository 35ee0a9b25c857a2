import { parseCustomTimeout } from "../../model/duration";
import type { Properties } from "../host";
import { type Session, textOf, urnOf } from "../session";
import { addressOf, findMade } from "./read";
import { describe, referenceOf, unfinishedOf } from "./state";

const DELETE_TIMEOUT_MS = 15 * 60_000;

/**
 * Deletes a Snapshot where the platform can and the state says `deletionPolicy: "delete"`; else forgets it and says what
 * stays.
 */
export async function deleteSnapshot(session: Session, id: string, props: Properties): Promise<void> {
  const urn = urnOf(props);
  await deleteOrForget(session, id, props);
  if (urn !== undefined) await session.host.journal.settle(urn);
}

async function deleteOrForget(session: Session, id: string, props: Properties): Promise<void> {
  const { address, definition, target } = addressOf(id);
  const urn = urnOf(props);
  const what = `${target.kind} ${target.id}`;
  const unfinished = unfinishedOf(props);
  let snapshotId = textOf(props, "snapshotId");
  const isOwn = definition.delete && props["deletionPolicy"] === "delete" && props["adopted"] !== true;
  if (isOwn) {
    const { platform, scope } = session.open(definition.name, textOf(props, "connection"), urn);
    scope.deadlineMs = session.host.clock.now() + deleteTimeoutMs(props);
    const made = snapshotId === undefined ? await findMade(session, platform, target, props) : undefined;
    const reference = referenceOf(made === undefined ? props : { ...props, ...describe(made) });
    snapshotId = reference.snapshotId === "" ? undefined : reference.snapshotId;
    if (snapshotId !== undefined) {
      await platform.delete?.(target, reference, scope);
      return;
    }
  }
  const isSettled = snapshotId === undefined && urn !== undefined && session.chosen.has(urn);
  if (props["status"] === "gone" || isSettled) return;
  const why = !definition.delete
    ? definition.cannot["delete"]
    : props["adopted"] === true
      ? "it was adopted, not taken by this resource"
      : isOwn
        ? "nothing tells which one it would be"
        : 'deletionPolicy is "retain"';
  await session.host.warn(
    urn,
    snapshotId === undefined
      ? `forgotten: whether the request of ${unfinished?.requestedAt ?? address.segments[0]} has made a snapshot of ` +
          `${what} was never known; if it has, that one stays on ${definition.title} (${why})`
      : `forgotten, not deleted: snapshot ${snapshotId} of ${what} stays on ${definition.title} (${why})`,
  );
}

function deleteTimeoutMs(props: Properties): number {
  const timeouts = props["timeouts"];
  const text = typeof timeouts === "object" && timeouts !== null ? (timeouts as Properties)["delete"] : undefined;
  const parsed = typeof text === "string" ? parseCustomTimeout(text) : undefined;
  return parsed !== undefined && "milliseconds" in parsed ? parsed.milliseconds : DELETE_TIMEOUT_MS;
}
