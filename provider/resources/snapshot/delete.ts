import { candidatesOf } from "../../creation";
import { messageOf } from "../../model/errors";
import { until } from "../../model/scope";
import type { Properties } from "../host";
import { inParentheses, shortList, targetInWords } from "../in-words";
import { requestOf, storedOwnerId } from "../request";
import { DELETE_TIMEOUT_MS, keyOf, type Session, textOf, timeoutMs, urnOf } from "../session";
import { verdictOf } from "../verification";
import { openJob, runOf } from "./job";
import { addressOf } from "./read";
import { whyKept } from "./rows";
import { inWords, referenceOf } from "./state";

/** Longest time that a destroy looks for a snapshot that a request may have taken. */
const LOOK_MS = 20_000;

/**
 * Deletes a Snapshot if the platform can and the state has `deletionPolicy: "delete"`; otherwise stops managing it and
 * reports what stays. Deletes only a snapshot that an answer or the owner id proves to be this resource's, and never
 * one that another resource manages.
 */
export async function deleteSnapshot(session: Session, id: string, props: Properties): Promise<void> {
  const { address, definition, target } = addressOf(id);
  const urn = urnOf(props);
  const snapshotId = textOf(props, "snapshotId");
  const request = requestOf(props);
  const what = targetInWords(definition, target);
  const key = keyOf(props) ?? "";
  const isDeletable = definition.delete && props["deletionPolicy"] === "delete" && props["adopted"] !== true;
  const verdict = verdictOf(props);
  // Verification may be wrong: only a destroy deletes a snapshot that failed it.
  const isSpared = verdict?.outcome === "broken" && session.isReplaced(urn);
  const mayDelete = isDeletable && props["inferred"] !== true && !isSpared;
  const isKept = session.isHeldByReplacement(urn, key);
  const isDeleted = snapshotId !== undefined && !isKept && (await release(session, props, key));

  if (snapshotId === undefined) {
    if (urn === undefined || !session.chosen.has(urn)) {
      await session.host.warn(
        urn,
        `dropped from the state: the outcome of the request of ${request?.requestedAt ?? address.segments[0]} is unknown; ` +
          (await whatItMayHaveTaken(session, props)),
      );
    }
  } else if (mayDelete && !isKept) {
    const holder = await session.holders.deleteUnlessHeld(urn, key, async () => {
      const { platform, scope } = session.open(definition.name, textOf(props, "connection"), urn, target);
      const deadlineMs = session.host.clock.now() + timeoutMs(props, "delete", DELETE_TIMEOUT_MS);
      await platform.delete?.(target, referenceOf(props), { ...scope, deadlineMs });
    });
    if (holder !== undefined) {
      await session.host.warn(
        urn,
        `not deleted: snapshot "${snapshotId}" of ${what} stays on ${definition.title} because ${holder} manages it, too; ` +
          "unless that resource is deleted in the same run, nothing will delete the snapshot",
      );
    } else if (props["status"] !== "gone") {
      await session.host.inform(urn, `deleted snapshot "${snapshotId}" of ${what}`);
    }
  } else if (props["status"] !== "gone" && !isDeleted && !session.isHeldElsewhere(urn, key)) {
    // A warning only if the user may want to delete the snapshot.
    const { warn, inform } = session.host;
    const tell = isDeletable ? warn : inform;
    const why =
      isDeletable && isSpared
        ? `it failed verification: ${verdict.because}; a replacement deletes no snapshot because of that, delete it there yourself`
        : whyKept(definition, props);
    await tell(urn, `kept on ${definition.title}: snapshot "${snapshotId}" of ${what}${inParentheses(why)}`);
  }
  await settleDeleted(session, id, props);
}

/**
 * Releases the snapshot of a resource that leaves the state. Returns true if the resource that took it left the state
 * earlier in this run, so that the snapshot was deleted now, with its last manager.
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
      `deleted snapshot "${textOf(props, "snapshotId")}": the resource that took it is deleted in this run, too`,
    );
  }
  return isDeleted;
}

/** Clause on what a request with an unknown outcome may have taken; names ids if the platform's list can be read. */
async function whatItMayHaveTaken(session: Session, props: Properties, request = requestOf(props)): Promise<string> {
  const unknown = "a snapshot that it took would not be in any stack";
  if (request === undefined) return unknown;
  try {
    const job = until(openJob(session, props, props), session.host.clock.now() + LOOK_MS);
    const { definition } = job;
    const found = await candidatesOf(runOf(job), request);
    return found.length === 0
      ? `${definition.title} lists nothing that it may have taken so far`
      : `it may have taken ${shortList(found.map(inWords))}, which would not be in any stack: ` +
          `adopt: "${found[0]?.snapshotId}" manages it`;
  } catch (error) {
    return `${unknown} (its list can't be read: ${messageOf(error)})`;
  }
}

/** Removes the journal entry of a deleted resource; reports it first if it is another request of that resource. */
async function settleDeleted(session: Session, id: string, props: Properties): Promise<void> {
  const urn = urnOf(props);
  if (urn === undefined) return;
  const { journal, warn } = session.host;
  const ownerId = storedOwnerId(props);
  try {
    const entry = await journal.find(urn, ownerId);
    // A replacement records its own request under the same URN before the old resource is deleted.
    const isReplacement = entry?.made !== undefined && entry.made.id !== id;
    if (entry === undefined || isReplacement) return;
    if (entry.made === undefined && entry.request.requestedAt !== requestOf(props)?.requestedAt) {
      await warn(
        urn,
        `an earlier run was stopped after it had requested a snapshot at ${entry.request.requestedAt}; ` +
          (await whatItMayHaveTaken(session, props, entry.request)),
      );
    }
    await journal.settle(urn, entry.ownerId);
  } catch (error) {
    await warn(urn, `the journal on this machine still holds a request that has ended: ${messageOf(error)}`);
  }
}
