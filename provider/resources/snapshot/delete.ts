import { messageOf } from "../../model/errors";
import type { Properties } from "../host";
import { DELETE_TIMEOUT_MS, keyOf, type Session, textOf, timeoutMs, urnOf } from "../session";
import { addressOf } from "./read";
import { referenceOf, unfinishedOf } from "./state";

/**
 * Deletes a Snapshot where the platform can and the state says `deletionPolicy: "delete"`; else forgets it and says what
 * stays. It deletes only what it surely took, and nothing that another resource manages by now.
 */
export async function deleteSnapshot(session: Session, id: string, props: Properties): Promise<void> {
  const { address, definition, target } = addressOf(id);
  const urn = urnOf(props);
  const snapshotId = textOf(props, "snapshotId");
  const unfinished = unfinishedOf(props);
  const what = `${target.kind} ${target.id}`;
  const key = keyOf(props) ?? "";
  const mayDelete = definition.delete && props["deletionPolicy"] === "delete" && props["adopted"] !== true;
  const isKept = session.isHeldByReplacement(urn, key);
  const isDeleted = snapshotId !== undefined && !isKept && (await release(session, props, key));

  if (snapshotId === undefined) {
    if (urn === undefined || !session.chosen.has(urn)) {
      const why = definition.delete ? "nothing tells which one it would be" : definition.cannot["delete"];
      await session.host.warn(
        urn,
        `forgotten: whether the request of ${unfinished?.requestedAt ?? address.segments[0]} has made a snapshot of ` +
          `${what} was never known; if it has, that one stays on ${definition.title} (${why})`,
      );
    }
  } else if (mayDelete && !isKept) {
    const holder = await session.holders.deleteUnlessHeld(urn, key, async () => {
      const { platform, scope } = session.open(definition.name, textOf(props, "connection"), urn);
      scope.deadlineMs = session.host.clock.now() + timeoutMs(props, "delete", DELETE_TIMEOUT_MS);
      await platform.delete?.(target, referenceOf(props), scope);
    });
    if (holder !== undefined) {
      await session.host.warn(
        urn,
        `not deleted: snapshot ${snapshotId} of ${what} stays on ${definition.title} because ${holder} manages it, too; ` +
          "unless that resource goes in the same run, nothing deletes the snapshot any more",
      );
    }
  } else if (props["status"] !== "gone" && !isDeleted && !session.isHeldElsewhere(urn, key)) {
    const why = !definition.delete
      ? definition.cannot["delete"]
      : props["adopted"] === true
        ? "it was adopted, not taken by this resource"
        : 'deletionPolicy is "retain"';
    await session.host.warn(
      urn,
      `forgotten, not deleted: snapshot ${snapshotId} of ${what} stays on ${definition.title} (${why})`,
    );
  }
  await settleDeleted(session, urn, id, unfinished?.requestedAt);
}

/**
 * Lets go of the snapshot of a resource that leaves the state. True where the resource that took it has left the state
 * before, in this run, so that the snapshot was deleted with the last one that managed it.
 */
async function release(session: Session, props: Properties, key: string): Promise<boolean> {
  const urn = urnOf(props);
  if (urn === undefined) return false;
  const { holders, host } = session;
  holders.release(urn, key);
  if (props["adopted"] === true) {
    await holders
      .dropAdopted(urn, [key])
      .catch((error: unknown) =>
        host.warn(urn, `this machine still notes that the resource manages its snapshot: ${messageOf(error)}`),
      );
  }
  const isDeleted = await holders.deleteWithheld(urn, key);
  if (isDeleted) {
    await host.inform(
      urn,
      `deleted snapshot ${textOf(props, "snapshotId")}: the resource that took it goes in this run, too`,
    );
  }
  return isDeleted;
}

/** Settles what the journal holds of a resource that is gone; another request of it is told before it is forgotten. */
async function settleDeleted(
  session: Session,
  urn: string | undefined,
  id: string,
  requestedAt: string | undefined,
): Promise<void> {
  if (urn === undefined) return;
  const { journal, warn } = session.host;
  try {
    const intent = await journal.find(urn);
    // A replacement has noted its own request under the same URN, and the old one is deleted after it.
    const isReplacement = intent?.made !== undefined && intent.made.id !== id;
    if (intent === undefined || isReplacement) return;
    if (intent.made === undefined && intent.unfinished.requestedAt !== requestedAt) {
      await warn(
        urn,
        `an earlier run was stopped after it had asked for a snapshot at ${intent.unfinished.requestedAt}; if it was ` +
          "made, it exists and is in no state",
      );
    }
    await journal.settle(urn);
  } catch (error) {
    await warn(urn, `the journal of this machine still holds a request that has ended: ${messageOf(error)}`);
  }
}
