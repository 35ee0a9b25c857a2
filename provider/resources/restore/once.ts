import { createHash } from "node:crypto";
import { type JournalEntry, type Outcome, resumeRequest, waitUntilReady } from "../../creation";
import { instantOf } from "../../model/clock";
import { defined } from "../../model/defined";
import { messageOf, SnapshotsError } from "../../model/errors";
import type { PlatformDefinition } from "../../model/platform";
import type { ObservedRestore, RestorePlatform, RestoreStatus } from "../../model/restore";
import type { Target } from "../../model/snapshot";
import type { Properties } from "../host";
import { targetInWords, titleOf } from "../in-words";
import type { Session } from "../session";
import { addressOf } from "../snapshot/read";
import { cannotRestore, checkRestore } from "./check";
import { inTurn, mayHaveStarted, propertiesOf, requestRestore } from "./create";
import { openJob, type RestoreJob, runOf, type WatchedRestore } from "./job";

/** A restore requested outside of a program. */
export interface RestoreQuery {
  /** Resource id of a Snapshot; with `latest` as its last segment, the newest usable one. */
  readonly resourceId: string;
  /** Id of the target, repeated as a confirmation. */
  readonly confirm: string;
  readonly connection?: string;
  /** SnapShooter: ids of the files to restore; default: all files. */
  readonly files?: readonly string[];
  /**
   * Time of an earlier request for the same target whose outcome is unknown, ISO-8601. Confirms that this request did
   * not restore the target, so that another one may be sent. Matches only that request, so it allows only one restore.
   */
  readonly again?: string;
}

/** Callbacks of a restore outside of a program. */
export interface RestoreHooks {
  /** If aborted before the request is sent, prevents it; a request that was sent can't be stopped. */
  readonly signal?: AbortSignal;
  /** Called after the checks, with what will be overwritten, in words, and the snapshot's resource id. */
  prepared?(overwrites: string, resourceId: string): void;
  /** Called when the request is recorded and about to be sent. */
  sending?(): void;
  /** Called when the platform has accepted the request, or when an earlier run's request is watched instead. */
  watching?(): void;
  /** Receives the platform's word for the target's state at each observation. */
  seen?(platformStatus: string): void;
  /** Receives the result; the journal entry is kept until this resolves. */
  deliver?(result: RestoreResult): Promise<void>;
}

/** Result of a restore outside of a program. */
export interface RestoreResult {
  /** Resource id of the snapshot that was restored. */
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
  /** Overwritten data, in words. */
  readonly overwritten: string;
  /** True if an earlier run requested it and this run only determined the outcome of that request. */
  readonly resumed?: true;
}

/** Target of a resource id, and how the platform restores it. */
export interface Restorable {
  readonly definition: PlatformDefinition;
  readonly target: Target;
  /** Whether single files can be restored. */
  readonly takesFiles: boolean;
  /** Clause on what the platform shows of a restore after it has answered. */
  readonly shows: string;
}

/** Preview of a restore, from the platform's current state. */
export interface RestorePreview {
  /** Resource id of the snapshot, with `latest` resolved. */
  readonly resourceId: string;
  readonly overwrites: string;
  /** Warnings to show before the restore, as sentences. */
  readonly warnings: readonly string[];
  /** Time when an earlier run requested the same restore, if its outcome is unknown; ISO-8601 UTC. */
  readonly requestedAt?: string;
}

/** Latest possible `confirm.before`: a restore from the command line runs now, so it needs no limit. */
const NEVER = "9999-12-31T23:59:59Z";

/** Returns what a resource id names; throws if the platform's API can't restore it, with the way to do it by hand. */
export function restorable(resourceId: string): Restorable {
  const { definition, target } = addressOf(resourceId);
  const targetDefinition = definition.restoreTargets[target.argument];
  if (targetDefinition === undefined) {
    throw new SnapshotsError(cannotRestore(definition), { kind: "unsupported" });
  }
  const { arguments: own, shows } = targetDefinition;
  return { definition, target, takesFiles: own["files"] !== undefined, shows };
}

/**
 * Identity of restores outside of a program: one for each target. Until the outcome of a request is known, no other
 * request is sent for its target, for any snapshot or files.
 */
function identityOf({ definition, target }: Restorable): { readonly urn: string; readonly ownerId: string } {
  const urn = `urn:pulumi-snapshots:command-line::restore::${definition.name}/${target.kind}/${target.id}`;
  return { urn, ownerId: createHash("sha256").update(urn).digest("hex").slice(0, 12) };
}

async function newestOf(session: Session, what: Restorable, connection: string | undefined) {
  const { definition, target } = what;
  const { platform, scope } = session.open(definition.name, connection, undefined);
  const { snapshots } = await platform.list(target, scope);
  const newest = snapshots.find(({ status }) => status === "available");
  if (newest !== undefined) return newest.snapshotId;
  throw new SnapshotsError(`${titleOf(what)} has no usable snapshot to restore`, {
    kind: "notFound",
  });
}

/** A query that was checked, with its job and journal entry. */
interface Opened {
  readonly job: RestoreJob;
  readonly resourceId: string;
  /** Journal entry of an earlier run for the same target whose result was not delivered. */
  readonly entry: JournalEntry | undefined;
}

async function open(session: Session, query: RestoreQuery): Promise<Opened> {
  const what = restorable(query.resourceId);
  const { definition, target } = what;
  const { snapshot = "" } = definition.restoreTargets[target.argument] ?? {};
  const { urn, ownerId } = identityOf(what);
  const named = addressOf(query.resourceId).address.segments.at(-1) ?? "";
  const inputsFor = (snapshotId: string): Properties => {
    const wanted: Properties = {
      platform: definition.name,
      ...defined({ connection: query.connection }),
      [target.argument]: target.id,
      [snapshot]: snapshotId,
      ...defined({ files: query.files }),
      confirm: { target: query.confirm, before: NEVER },
      __urn: urn,
    };
    const { host } = session;
    const { inputs, failures } = checkRestore({}, wanted, host.connections, host.clock.now());
    if (failures.length === 0) return inputs;
    throw new SnapshotsError(failures.map(({ property, reason }) => `${property}: ${reason}`).join("; "), {
      kind: "invalid",
    });
  };
  // Reports all problems of the arguments before sending any request.
  let inputs = inputsFor(named);
  let { resourceId } = query;
  const entry = await session.host.journal.find(urn, ownerId);
  if (named === "latest") {
    // The same command resumes its earlier request, even if another snapshot is the newest by now.
    const recorded = query.again === undefined ? entry?.request.labels?.["snapshotId"] : undefined;
    const newest = recorded ?? (await newestOf(session, what, query.connection));
    inputs = inputsFor(newest);
    resourceId = resourceId.replace(/[^/]*$/, encodeURIComponent(newest));
  }
  const job = openJob(session, inputs, { ownerId });
  return { job, resourceId, entry };
}

/** Refuses a second restore while the outcome of an earlier request is unknown. */
function refuseSecond({ job, entry }: Opened, again: string | undefined): void {
  const refuse = (reason: string): never => {
    throw new SnapshotsError(`${titleOf(job)}: nothing is restored: ${reason}`, { kind: "conflict" });
  };
  if (entry === undefined) {
    if (again === undefined) return;
    refuse(
      `--again ${again} names a request whose outcome is unknown, and this machine has recorded none for this target. ` +
        "Leave it out",
    );
  } else if (again !== undefined) {
    if (instantOf(again) === instantOf(entry.request.requestedAt)) return;
    refuse(`the request whose outcome is unknown is that of ${entry.request.requestedAt}, and --again is ${again}`);
  } else if (entry.requestHash !== runOf(job).what.requestHash) {
    const what = entry.request.labels?.["snapshotId"] ?? "another snapshot";
    refuse(
      `an earlier run requested the restore of ${what} or of other files of it at ${entry.request.requestedAt}, and its ` +
        `outcome was not seen. Run that command again, or check the target: ${onPurpose(entry.request.requestedAt)}`,
    );
  }
}

/** Clause on how to request another restore on purpose. */
function onPurpose(requestedAt: string): string {
  return `if it was not restored, add --again ${requestedAt} to restore it`;
}

/** Wraps a job's requests to the platform with hooks. */
function hooked({ job, resourceId }: Opened, hooks: RestoreHooks): RestoreJob {
  const { restores, scope } = job;
  const { look } = restores;
  const watched: RestorePlatform = {
    async prepare(order, looking) {
      const prepared = await restores.prepare(order, looking);
      hooks.prepared?.(prepared.overwrites, resourceId);
      return {
        ...prepared,
        async send(sending): Promise<ObservedRestore> {
          const restore = await prepared.send(sending);
          hooks.watching?.();
          return restore;
        },
      };
    },
    ...(look && {
      async look(target, looking) {
        const sighting = await look(target, looking);
        hooks.seen?.(sighting.platformStatus);
        return sighting;
      },
    }),
  };
  return {
    ...job,
    restores: watched,
    scope: {
      ...scope,
      async beforeChange() {
        await scope.beforeChange?.();
        if (hooks.signal?.aborted) {
          throw new SnapshotsError(`${titleOf(job)}: nothing is restored: stopped before the request left`, {
            kind: "invalid",
          });
        }
        hooks.sending?.();
      },
    },
  };
}

/** Determines the outcome of an earlier run's request for the same restore; sends no new one. */
async function resume(job: RestoreJob, { request, made }: JournalEntry): Promise<Outcome<WatchedRestore>> {
  const run = runOf(job);
  const item = made === undefined ? undefined : run.what.recall(made);
  if (item !== undefined) return waitUntilReady(run, { item, request, isInferred: made?.isInferred === true });
  return (await resumeRequest(run, request)) ?? { outcome: "unknown", request, reason: "" };
}

/** Returns the result of a restore whose end is known; throws if the outcome is unknown or the restore has failed. */
function resultOf({ job, resourceId, entry }: Opened, outcome: Outcome<WatchedRestore>): RestoreResult {
  const { definition, target, order } = job;
  const subject = targetInWords(definition, target);
  const { request } = outcome;
  if (outcome.outcome === "unknown") {
    throw new SnapshotsError(
      `${mayHaveStarted(job, outcome)}. It is not requested again. Check ${subject} on ${definition.title}: ` +
        onPurpose(request.requestedAt),
      { kind: "unavailable", cause: outcome.cause },
    );
  }
  const { item } = outcome;
  if (outcome.outcome === "unfinished") {
    const said = outcome.cause === undefined ? `its status is "${item.platformStatus}"` : messageOf(outcome.cause);
    const hasFailed = item.status === "failed";
    const end = hasFailed ? "has failed" : "was accepted, and its end was not seen";
    const todo = hasFailed
      ? `Check ${subject} on ${definition.title} before you restore again`
      : `Run the same command again, which only looks; or check ${subject} on ${definition.title}: ${onPurpose(request.requestedAt)}`;
    throw new SnapshotsError(`${titleOf(job)}: the restore of ${order.snapshotId} ${end}: ${said}. ${todo}`, {
      kind: hasFailed ? "unexpectedAnswer" : "timeout",
      cause: outcome.cause,
    });
  }
  return {
    resourceId,
    ...propertiesOf(item, request.requestedAt),
    overwritten: request.labels?.["overwritten"] ?? "",
    ...(entry === undefined ? {} : { resumed: true }),
  };
}

/** Returns what a restore would overwrite. Changes nothing; throws if the restore would be refused. */
export async function previewRestore(session: Session, query: Omit<RestoreQuery, "confirm">): Promise<RestorePreview> {
  const opened = await open(session, { ...query, confirm: restorable(query.resourceId).target.id });
  refuseSecond(opened, query.again);
  const { job, resourceId, entry } = opened;
  if (entry !== undefined && query.again === undefined) {
    const { requestedAt, labels } = entry.request;
    return { resourceId, overwrites: labels?.["overwritten"] ?? "", warnings: [], requestedAt };
  }
  const { overwrites, warnings = [] } = await job.restores.prepare(job.order, job.scope);
  return { resourceId, overwrites, warnings };
}

/**
 * Restores a snapshot once, as a Restore does, but with this machine's journal in place of a state: a request with an
 * unknown outcome is watched, and not sent again unless `again` names it. Throws if the platform does not show that it
 * has accepted the restore, or shows that the restore has failed.
 */
export async function restoreSnapshot(
  session: Session,
  query: RestoreQuery,
  hooks: RestoreHooks = {},
): Promise<RestoreResult> {
  const found = await open(session, query);
  refuseSecond(found, query.again);
  // With `again`, the next request's journal entry replaces that of the earlier one.
  const entry = query.again === undefined ? found.entry : undefined;
  return inTurn(hooked(found, hooks), async (job) => {
    if (entry !== undefined) hooks.watching?.();
    const outcome = entry === undefined ? await requestRestore(job) : await resume(job, entry);
    const { journal } = session.host;
    const { urn = "", ownerId } = runOf(job).what;
    if (outcome.outcome === "unfinished" && outcome.item.status === "failed") await journal.settle(urn, ownerId);
    const result = resultOf({ ...found, job, entry }, outcome);
    await hooks.deliver?.(result);
    await journal.settle(urn, ownerId);
    return result;
  });
}
