import { lookScope, poll } from "../../http/poll";
import type { Clock } from "../../model/clock";
import { isSnapshotsError, SnapshotsError } from "../../model/errors";
import type { Scope } from "../../model/scope";

/** What a look at something that is being deleted has shown, once it is over. */
export type DeletionEnd =
  | { readonly gone: true }
  | { readonly gone: false; readonly platformStatus: string | undefined };

/** Deletes something, asking again while the platform refuses for now, and returns when it is gone. */
export async function deleteUntilGone(
  deletion: {
    /** What it is, for error messages. */
    readonly subject: string;
    request(): Promise<void>;
    /** Undefined while the deletion goes on. */
    look(scope: Scope): Promise<DeletionEnd | undefined>;
  },
  clock: Clock,
  scope: Scope,
): Promise<void> {
  let refusal: SnapshotsError | undefined;
  const accepted = await poll(
    async () => {
      try {
        await deletion.request();
        return true;
      } catch (error) {
        // 500 soon after a create is a race of the platform's: asking again later is what helps.
        if (!isSnapshotsError(error, "unavailable", "timeout")) throw error;
        if (error.executed !== "no" || refusal === undefined) refusal = error;
        return undefined;
      }
    },
    clock,
    scope.deadlineMs,
  );
  const ended = accepted && (await poll(() => deletion.look(lookScope(scope, clock)), clock, scope.deadlineMs));
  if (ended?.gone) return;
  const state =
    ended !== undefined
      ? `its status is now "${ended.platformStatus}"`
      : accepted
        ? "it is still there"
        : `it was refused until the time was up (${refusal?.message})`;
  throw new SnapshotsError(`[scp] delete ${deletion.subject}: ${state}; run pulumi up or destroy again`, {
    kind: "timeout",
    cause: refusal,
  });
}
