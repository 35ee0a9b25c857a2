import { messageOf, SnapshotsError } from "../../model/errors";
import type { PlatformDefinition } from "../../model/platform";
import type { RestoreStatus } from "../../model/restore";
import type { Target } from "../../model/snapshot";
import type { Properties } from "../host";
import type { Session } from "../session";
import { addressOf } from "../snapshot/read";
import { checkRestore } from "./check";
import { inTurn, mayHaveStarted, propertiesOf, requestRestore } from "./create";
import { openJob } from "./job";

/** A restore that a person asks for outside of a program. */
export interface RestoreQuery {
  /** A Snapshot's resource id; with `latest` for its last segment the newest usable one. */
  readonly resourceId: string;
  /** The target's id once more. */
  readonly confirm: string;
  readonly connection?: string;
  /** SnapShooter: the ids of the files to restore; left out, all of them. */
  readonly files?: readonly string[];
}

/** What a restore outside of a program came to. */
export interface RestoreResult {
  /** The resource id of the snapshot that was restored. */
  readonly resourceId: string;
  /** The platform's own id of the restore, where it has one. */
  readonly restoreId?: string;
  readonly status: RestoreStatus;
  /** The platform's own word for the status, where it has one. */
  readonly platformStatus?: string;
  /** ISO-8601 UTC. */
  readonly startedAt: string;
  /** ISO-8601 UTC. */
  readonly completedAt?: string;
  /** What was overwritten, in words. */
  readonly overwritten: string;
}

/** The latest instant that can be written: who types the target's id means now. */
const NEVER = "9999-12-31T23:59:59Z";

async function newestOf(session: Session, definition: PlatformDefinition, target: Target, query: RestoreQuery) {
  const { platform, scope } = session.open(definition.name, query.connection, undefined);
  const { snapshots } = await platform.list(target, scope);
  const newest = snapshots.find(({ status }) => status === "available");
  if (newest !== undefined) return newest.snapshotId;
  throw new SnapshotsError(`[${definition.name}] ${target.kind} ${target.id} has no usable snapshot to restore`, {
    kind: "notFound",
  });
}

/**
 * Restores a snapshot once, as a Restore does, without a state: nothing keeps it from being restored again. Throws where
 * the platform does not show that it has accepted the restore, or shows that it has failed.
 */
export async function restoreSnapshot(session: Session, query: RestoreQuery): Promise<RestoreResult> {
  const { address, definition, target } = addressOf(query.resourceId);
  const { snapshot } = definition.restoreTargets[target.argument] ?? {};
  const named = address.segments.at(-1) ?? "";
  const isLatest = snapshot !== undefined && named === "latest";
  const snapshotId = isLatest ? await newestOf(session, definition, target, query) : named;
  const wanted: Properties = {
    platform: definition.name,
    ...(query.connection === undefined ? {} : { connection: query.connection }),
    [target.argument]: target.id,
    ...(snapshot === undefined ? {} : { [snapshot]: snapshotId }),
    ...(query.files === undefined ? {} : { files: query.files }),
    confirm: { target: query.confirm, before: NEVER },
  };
  const { host } = session;
  const { inputs, failures } = checkRestore({}, wanted, host.connections, host.clock.now());
  if (failures.length > 0) {
    throw new SnapshotsError(failures.map(({ property, reason }) => `${property}: ${reason}`).join("; "), {
      kind: "invalid",
    });
  }
  return inTurn(openJob(session, inputs), async (job) => {
    const outcome = await requestRestore(job);
    const subject = `${target.kind} ${target.id}`;
    const check = `Check ${subject} on ${definition.title} before you restore again`;
    if (outcome.outcome === "unknown") {
      throw new SnapshotsError(`${mayHaveStarted(job, outcome)}. ${check}`, {
        kind: "unavailable",
        cause: outcome.cause,
      });
    }
    const { item, request } = outcome;
    if (outcome.outcome === "unfinished") {
      const said = outcome.cause === undefined ? `its status is "${item.platformStatus}"` : messageOf(outcome.cause);
      const end = item.status === "failed" ? "has failed" : "was accepted, and its end was not seen";
      throw new SnapshotsError(
        `[${definition.name}] ${subject}: the restore of ${snapshotId} ${end}: ${said}. ${check}`,
        {
          kind: item.status === "failed" ? "unexpectedAnswer" : "timeout",
          cause: outcome.cause,
        },
      );
    }
    return {
      resourceId: isLatest ? query.resourceId.replace(/[^/]*$/, encodeURIComponent(snapshotId)) : query.resourceId,
      ...propertiesOf(item, request.requestedAt),
      overwritten: request.labels?.["overwritten"] ?? "",
    };
  });
}
