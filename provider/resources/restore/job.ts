import { createHash } from "node:crypto";
import { type Creation, ownerIdFor, type Run, SETTLE_MS } from "../../creation";
import { instantOf, isoText } from "../../model/clock";
import { SnapshotsError } from "../../model/errors";
import type {
  ObservedRestore,
  PreparedRestore,
  RestoreOrder,
  RestorePlatform,
  RestoreSighting,
  RestoreTargetDefinition,
} from "../../model/restore";
import type { Scope } from "../../model/scope";
import type { JsonValue, Target } from "../../model/snapshot";
import type { Properties } from "../host";
import { targetInWords, titleOf } from "../in-words";
import { storedOwnerId } from "../request";
import { type Opened, type Session, textOf, timeoutMs, urnOf } from "../session";
import { bookkeepingOf, formatRestoreId } from "./state";

/** One restore, or the update that determines its outcome. */
export interface RestoreJob extends Opened {
  readonly session: Session;
  readonly inputs: Properties;
  readonly target: Target;
  readonly urn: string | undefined;
  readonly ownerId: string;
  /** Whether the state had the owner id before this run. */
  readonly isOwnerStored: boolean;
  readonly order: RestoreOrder;
  readonly restores: RestorePlatform;
  readonly targetDefinition: RestoreTargetDefinition;
  /** Time limit of the restore, in milliseconds. */
  readonly timeoutMs: number;
}

/** A restore, and since when this run has been watching it. */
export interface WatchedRestore extends ObservedRestore {
  /** Time when this run began to watch the target; left out if the platform shows nothing more of the restore. */
  readonly watchedSinceMs?: number;
}

/** Opens a restore for the given inputs; `stored` holds the resource's properties from the state. */
export function openJob(session: Session, inputs: Properties, stored: Properties = {}): RestoreJob {
  const opened = session.openFor(inputs);
  const { definition, platform, target } = opened;
  const targetDefinition = definition.restoreTargets[target.argument];
  const restores = platform.restores?.[target.argument];
  if (targetDefinition === undefined || restores === undefined) {
    throw new SnapshotsError(
      `[${definition.name}] restore ${targetInWords(definition, target)}: ${definition.cannot["restore"]}`,
      {
        kind: "unsupported",
      },
    );
  }
  const { snapshot, arguments: own } = targetDefinition;
  const options = Object.keys(own).filter((name) => name !== snapshot && inputs[name] !== undefined);
  const storedId = storedOwnerId(stored);
  return {
    ...opened,
    session,
    inputs,
    urn: urnOf(inputs),
    ownerId: ownerIdFor(storedId),
    isOwnerStored: storedId !== undefined,
    order: {
      target,
      snapshotId: textOf(inputs, snapshot) ?? "",
      options: Object.fromEntries(options.map((name) => [name, inputs[name] as JsonValue])),
    },
    restores,
    targetDefinition,
    timeoutMs: timeoutMs(inputs, "create", definition.createTimeoutMs),
  };
}

/** Resource id of the restore. */
export function idOf({ definition, order, ownerId }: RestoreJob): string {
  return formatRestoreId(definition.name, order, ownerId);
}

/** Refuses a restore if `confirm.before` has passed by the platform's clock. */
export function refuseLate(job: RestoreJob, aheadMs: number): void {
  const { before } = (job.inputs["confirm"] ?? {}) as Properties;
  const nowMs = job.session.host.clock.now() + aheadMs;
  if (nowMs <= (instantOf(before) ?? Number.NEGATIVE_INFINITY)) return;
  throw new SnapshotsError(
    `${titleOf(job)}: nothing is restored: confirm.before is ${String(before)}, and the platform's clock shows ` +
      `${isoText(nowMs)}. If it is still to be restored, write a later instant`,
    { kind: "invalid" },
  );
}

/** JSON of a value that doesn't depend on the order of its keys and ids. */
function canonical(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(canonical).sort();
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return entries.map(([name, member]) => [name, JSON.stringify(canonical(member))]);
}

/** Request fingerprint. A hash, since triggers may be secrets and the journal holds none. */
function requestHashOf({ definition, inputs, order }: RestoreJob): string {
  const { target, snapshotId, options } = order;
  const triggers = canonical(inputs["triggers"] ?? {});
  const request = [definition.name, target.kind, target.id, snapshotId, canonical(options), triggers];
  return createHash("sha256").update(JSON.stringify(request)).digest("hex");
}

/** Updates a restore from an observation of its target. */
function seenAs(item: WatchedRestore, seen: RestoreSighting, nowMs: number): WatchedRestore {
  const shown = { ...item, platformStatus: seen.platformStatus };
  if (seen.progress === "running") return { ...shown, status: "running" };
  if (seen.progress === "failed") return { ...shown, status: "failed" };
  if (seen.progress === "busy") return shown;
  const { watchedSinceMs = nowMs, ...settled } = shown;
  if (item.status === "running") {
    return { ...settled, status: "completed", completedAt: isoText(seen.serverTimeMs ?? nowMs) };
  }
  // An idle target doesn't prove the end of a restore that was never observed running: it may begin late.
  return nowMs - watchedSinceMs < SETTLE_MS ? { ...shown, watchedSinceMs } : settled;
}

/** Marks a restore as watched from now on, unless it has ended or the platform shows nothing of it. */
export function watched(job: RestoreJob, restore: ObservedRestore): WatchedRestore {
  const isOver = restore.status === "completed" || restore.status === "failed";
  return job.restores.look === undefined || isOver
    ? restore
    : { ...restore, watchedSinceMs: job.session.host.clock.now() };
}

function progressOf({ status, watchedSinceMs }: WatchedRestore): "waiting" | "ready" | "failed" {
  if (status === "failed") return "failed";
  return watchedSinceMs === undefined ? "ready" : "waiting";
}

/**
 * Converts the job into a run of `provider/creation`, bounded by `scope`. Only a prepared restore can be sent: a run
 * that resumes an earlier request can't send another.
 */
export function runOf(
  job: RestoreJob,
  { isStored = false, prepared, scope = job.scope }: RunOptions = {},
): Run<WatchedRestore> {
  const { session, definition, target, urn, order, restores } = job;
  const { clock, journal, warn } = session.host;
  const isShown = restores.look !== undefined;
  const held = bookkeepingOf(session.replacedBy(urn) ?? {});
  const what: Creation<WatchedRestore> = {
    urn,
    ownerId: job.ownerId,
    isOwnerStored: job.isOwnerStored,
    isStored,
    requestHash: requestHashOf(job),
    ...(prepared === undefined ? {} : { labels: { overwritten: prepared.overwrites, snapshotId: order.snapshotId } }),
    noun: "restore",
    title: titleOf(job),
    listLagMs: isShown ? definition.listLagMs : 0,
    answerMs: isShown ? (definition.createAnswerMs ?? 0) : 0,
    workMs: Number.POSITIVE_INFINITY,
    timeoutMs: job.timeoutMs,
    // The same request is never sent again, however old it is: `confirm.before` limits it.
    recoverWithinMs: Number.POSITIVE_INFINITY,
    ambiguity: "refuse",
    unprovable: `it may have started, and ${job.targetDefinition.shows}`,
    advice: () => adviceFor(job),
    remedy: () => "a change of triggers requests another one",
    async list(listing) {
      if (restores.look === undefined) return { items: [], complete: false, aheadMs: 0 };
      const seen = await restores.look(target, listing);
      const running: WatchedRestore = { status: "running", platformStatus: seen.platformStatus };
      return {
        items: seen.progress === "running" ? [watched(job, running)] : [],
        // An idle target may have been restored before this observation.
        complete: false,
        aheadMs: (seen.serverTimeMs ?? clock.now()) - clock.now(),
      };
    },
    async send(sending) {
      if (prepared === undefined) throw new TypeError("only a prepared restore is requested");
      return { item: watched(job, await prepared.send(sending)) };
    },
    async observe(item, looking) {
      if (restores.look === undefined) return { outcome: "found", item };
      return { outcome: "found", item: seenAs(item, await restores.look(target, looking), clock.now()) };
    },
    isComparable: () => true,
    fits: () => true,
    match: (_request, [item]) => (item === undefined ? { outcome: "none" } : { outcome: "one", item, others: [] }),
    describe: (item) => ({
      key: item.restoreId ?? "running",
      id: idOf(job),
      uniqueKey: JSON.stringify([definition.name, "restore", job.ownerId, item.restoreId ?? null]),
      words: `of ${order.snapshotId}`,
      status: item.platformStatus ?? item.status,
      progress: progressOf(item),
      bearsOwner: false,
    }),
    recall({ snapshotKey }) {
      const restoreId: unknown = (JSON.parse(snapshotKey) as readonly unknown[]).at(-1);
      return watched(job, { status: "accepted", ...(typeof restoreId === "string" ? { restoreId } : {}) });
    },
    isHeld: (entry) =>
      (entry.ownerId !== undefined && entry.ownerId === storedOwnerId(held)) ||
      (entry.made !== undefined && session.isReplacedUnseen(urn)),
    isHeldByOther: () => false,
    recordTaken: () => undefined,
  };
  return { what, clock, journal, scope, warn: (message) => warn(urn, message) };
}

/** Options that differ between runs of one job. */
interface RunOptions {
  /** Whether the state already has the resource. */
  readonly isStored?: boolean;
  readonly prepared?: PreparedRestore;
  readonly scope?: Scope;
}

/** Advice for a restore that has failed, as a sentence. */
export function adviceFor({ definition, target }: RestoreJob): string {
  return (
    `It is not requested again: check ${targetInWords(definition, target)} on ${definition.title}; a change of triggers restores ` +
    "once more"
  );
}
