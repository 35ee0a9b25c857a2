import { unlessNotFound } from "../../http/not-found";
import { lookScope, poll } from "../../http/poll";
import type { Clock } from "../../model/clock";
import { isSnapshotsError, SnapshotsError } from "../../model/errors";
import type { Scope } from "../../model/scope";
import { lookFor, type Sight } from "./absence";

/** A deletion of one thing. */
export interface Deletion<Found> {
  readonly sight: Sight<Found>;
  /** Sends the request; false where the service answers that there is nothing to delete. */
  request(): Promise<boolean>;
  /** The platform's word for a state in which a deletion has got stuck; undefined while it goes on. */
  stuckAt(found: Found): string | undefined;
}

/**
 * Deletes something, asking again while the platform refuses for now, and returns when it is gone: the service says that
 * it is not there after it has accepted a request of this deletion, or the absence is proven.
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
        // 500 soon after a create is a race of the platform's: asking again later is what helps.
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
  if (answered === undefined) throw failed(`it was refused until the time was up (${refusedWith})`, refusal);
  const ended = await poll(
    async () => {
      // Once a deletion was accepted, a target that is not there itself has taken the thing along.
      const found = await unlessNotFound(sight.look(lookScope(scope, clock)));
      if (found === undefined) return { isGone: true, word: undefined };
      const word = deletion.stuckAt(found);
      return word === undefined ? undefined : { isGone: false, word };
    },
    clock,
    scope.deadlineMs,
  );
  if (ended?.isGone) return;
  throw failed(ended === undefined ? "it is still there" : `its status is now "${ended.word}"`, refusal);
}
