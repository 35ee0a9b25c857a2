import { lookScope, poll } from "../http/poll";
import { defined } from "../model/defined";
import { messageOf, SnapshotsError } from "../model/errors";
import { lagEndMs } from "./search";
import type { CreateRequest, Outcome, Run } from "./types";

/** An item that is known to be the result of a request. */
export interface Claimed<Item> {
  readonly item: Item;
  readonly request: CreateRequest;
  /** True if it was identified by the list or the journal, not by an answer that named it. */
  readonly isInferred: boolean;
}

/** Removes the journal entry of a run's resource; only warns if it can't be removed. */
export async function settle(run: Run<unknown>): Promise<void> {
  const { urn, ownerId } = run.what;
  if (urn === undefined) return;
  await run.journal
    .settle(urn, ownerId)
    .catch((error: unknown) =>
      run.warn(`the journal on this machine still holds a request that has ended: ${messageOf(error)}`),
    );
}

/** Records what was created until it is known to be in the state: the engine may be killed before it stores it. */
async function recordMade<Item>(run: Run<Item>, { item, request, isInferred }: Claimed<Item>): Promise<void> {
  const { urn, ownerId, requestHash, isStored, describe, recordTaken } = run.what;
  const { id, uniqueKey } = describe(item);
  recordTaken(uniqueKey);
  if (urn === undefined) return;
  if (isStored) return settle(run);
  const made = { id, snapshotKey: uniqueKey, ...(isInferred ? { isInferred } : {}) };
  await run.journal
    .note({ urn, ownerId, requestHash, request, made })
    .catch((error: unknown) =>
      run.warn(`the journal on this machine could not record what was created: ${messageOf(error)}`),
    );
}

/** Waits until an item is ready and passes verification. Every outcome includes the item, for the state to store. */
export async function waitUntilReady<Item>(run: Run<Item>, claimed: Claimed<Item>): Promise<Outcome<Item>> {
  const { what, clock, scope } = run;
  const { request, isInferred } = claimed;
  const { title, noun, describe } = what;
  let item = claimed.item;
  const isWaiting = (): boolean => describe(item).progress === "waiting";
  const unfinished = (reason: string, cause?: unknown): Outcome<Item> => ({
    outcome: "unfinished",
    item,
    request,
    isInferred,
    reason: `${title}: ${noun} ${describe(item).words} ${reason}`,
    ...defined({ cause }),
  });
  // A run that is killed while it waits must leave a record of what it created.
  if (isWaiting() && !what.isStored) await recordMade(run, claimed);
  try {
    await poll(
      async () => {
        if (!isWaiting()) return true;
        const sighting = await what.observe(item, lookScope(scope, clock));
        if (sighting.outcome === "gone" && clock.now() >= lagEndMs(run, request)) {
          throw new SnapshotsError(`it no longer exists: ${sighting.reason}`, { kind: "notFound" });
        }
        if (sighting.outcome === "found") item = sighting.item;
        return isWaiting() ? undefined : true;
      },
      clock,
      scope.deadlineMs,
    );
  } catch (error) {
    await recordMade(run, { item, request, isInferred });
    return unfinished(
      `was created, and whether it is ready can't be determined: ${messageOf(error)}. It is in the state: run pulumi up again`,
      error,
    );
  }
  await recordMade(run, { item, request, isInferred });
  const { progress, status } = describe(item);
  if (progress === "ready") {
    const { item: proven, doubt } = (await what.prove?.(item, scope)) ?? { item };
    item = proven;
    if (doubt === undefined) return { outcome: "ready", item, request, isInferred };
    return describe(item).progress === "failed"
      ? unfinished(`failed verification: ${doubt}. ${what.advice("failed")}`)
      : unfinished(
          `could not be verified: ${doubt}. It is in the state: run pulumi up again, which verifies the same one and ` +
            "does not request another",
        );
  }
  if (progress === "failed") return unfinished(`has failed, its status is "${status}". ${what.advice(progress)}`);
  return progress === "ended"
    ? unfinished(`has ended with the status "${status}", which is not a documented success. ${what.advice(progress)}`)
    : unfinished(
        `is not ready yet, its status is "${status}". It is in the state: run pulumi up again, which continues to wait ` +
          "and does not request another",
      );
}
