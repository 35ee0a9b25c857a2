import { unlessNotFound } from "../../http/not-found";
import { lookScope, poll } from "../../http/poll";
import type { Clock } from "../../model/clock";
import { isSnapshotsError, SnapshotsError } from "../../model/errors";
import type { Scope } from "../../model/scope";
import { lookFor, type Sight } from "./absence";

/** Deletion of one object: a snapshot, a snapshot schedule or a server backup. */
export interface Deletion<Found> {
  readonly sight: Sight<Found>;
  /** Sends the request; returns false if the service answers that there is nothing to delete. */
  request(): Promise<boolean>;
  /** The platform's word for the status in which a deletion is stuck; undefined while it is in progress. */
  stuckAt(found: Found): string | undefined;
}

/**
 * Deletes an object, retrying while the platform refuses temporarily. Returns once the object is gone: its absence is
 * proven, or the service reports it missing after accepting a request of this deletion.
 */
export async function deleteUntilGone<Found>(deletion: Deletion<Found>, clock: Clock, scope: Scope): Promise<void> {
  const { sight } = deletion;
  const failed = (what: string, cause: SnapshotsError | undefined): SnapshotsError =>
    new SnapshotsError(`[scp] delete ${sight.subject}: ${what}; run pulumi up or destroy again`, {
      kind: "timeout",
      cause,
    });
  let refusal: SnapshotsError | undefined;
  let refusedWith = "";
  const answered = await poll(
    async () => {
      try {
        if (await deletion.request()) return "accepted";
        const seen = await lookFor(sight, lookScope(scope, clock));
        if (seen.outcome === "gone") return "gone";
        if (seen.outcome === "found") {
          refusedWith = "the service answers 404 to the deletion, and shows it";
          return undefined;
        }
        throw new SnapshotsError(
          `[scp] delete ${sight.subject}: the service answers that it is not there, which does not prove it gone: ` +
            `${seen.reason}; ${seen.remedy}; if you know that it is gone, take the resource out of the state with ` +
            '"pulumi state delete <urn>"',
          { kind: "notFound" },
        );
      } catch (error) {
        // A 500 soon after a create is a race in the platform: a later retry succeeds.
        if (!isSnapshotsError(error, "unavailable", "timeout")) throw error;
        if (error.executed !== "no" || refusal === undefined) refusal = error;
        refusedWith = refusal.message;
        return undefined;
      }
    },
    clock,
    scope.deadlineMs,
  );
  if (answered === "gone") return;
  if (answered === undefined) throw failed(`the service refused it until the timeout (${refusedWith})`, refusal);
  const ended = await poll(
    async () => {
      // Once a deletion is accepted, a target that no longer exists means that the object is gone with it.
      const found = await unlessNotFound(sight.look(lookScope(scope, clock)));
      if (found === undefined) return { isGone: true, word: undefined };
      const word = deletion.stuckAt(found);
      return word === undefined ? undefined : { isGone: false, word };
    },
    clock,
    scope.deadlineMs,
  );
  if (ended?.isGone) return;
  throw failed(ended === undefined ? "it still exists" : `its status is now "${ended.word}"`, refusal);
}
