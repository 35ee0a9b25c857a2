import { createHash } from "node:crypto";
import { instantOf, isoText } from "../../model/clock";
import { messageOf, SnapshotsError } from "../../model/errors";
import type { PolicyStatus } from "../../model/policy";
import type { JsonValue, ObservedSnapshot, SnapshotList } from "../../model/snapshot";
import { type Properties, type Unfinished, UnfinishedError } from "../host";
import { type Session, snapshotKey, textOf, timeoutMs, urnOf } from "../session";
import { type Job, jobFor, resolveNoted, resumeFromJournal, take, waitUntilUsable } from "../snapshot/create";
import { inWords, unfinishedOf } from "../snapshot/state";
import { judge } from "./freshness";
import { retentionOf } from "./meaning";
import { goingInWords, simulateOn, withReasons } from "./pruning";
import {
  isFor,
  isRecorded,
  isSettled,
  newestRecordFirst,
  plainRecords,
  recordInWords,
  recordOf,
  recordsOf,
  referenceTo,
  type SnapshotRecord,
} from "./records";

/** How far this machine's clock and the platform's may be apart before a user is told. */
const SKEW_MS = 5 * 60_000;
const DELETE_TIMEOUT_MS = 15 * 60_000;
const MOST_NAMED = 5;

/** The mark of a policy that exists in a state only: of its URN at creation. */
export function markOf(urn: string | undefined): string {
  return createHash("sha256")
    .update(urn ?? "")
    .digest("hex")
    .slice(0, 8);
}

/** A scheduled time as a name can hold it: `20261121T0300Z`. */
function slotText(dueAt: string): string {
  return `${dueAt.slice(0, 16).replace(/[-:]/g, "")}Z`;
}

/** The create of the snapshot for a policy's slot, as that of a Snapshot whose triggers are the scheduled time. */
function jobOf(session: Session, inputs: Properties): Job {
  const { platform, connection, force, timeouts, dueAt = "" } = inputs;
  const urn = urnOf(inputs);
  const snapshotInputs: Record<string, JsonValue | undefined> = {
    platform,
    connection,
    force,
    timeouts,
    triggers: { dueAt },
    __urn: urn,
  };
  for (const argument of ["appId", "databaseId", "volumeId"]) snapshotInputs[argument] = inputs[argument];
  const given = Object.fromEntries(Object.entries(snapshotInputs).filter(([, value]) => value !== undefined));
  const job: Job = { ...jobFor(session, given as Properties), isForSlot: true };
  const name = job.definition.defaultName?.(urn?.split("::").at(-1) ?? "", slotText(String(dueAt)));
  return name === undefined ? job : { ...job, inputs: { ...job.inputs, name } };
}

function recordOfCreated(outs: Properties, slot: string | undefined): SnapshotRecord {
  const { sizeBytes, status } = outs;
  const [createdAt, sizeText] = [textOf(outs, "createdAt"), textOf(outs, "sizeText")];
  return recordOf(
    {
      snapshotId: textOf(outs, "snapshotId") ?? "",
      segments: [],
      status: status as ObservedSnapshot["status"],
      ...(createdAt === undefined ? {} : { createdAt }),
      ...(typeof sizeBytes === "number" ? { sizeBytes } : {}),
      ...(sizeText === undefined ? {} : { sizeText }),
      details: outs,
    },
    slot === undefined ? {} : { slot },
  );
}

function withRecord(records: readonly SnapshotRecord[], added: SnapshotRecord): SnapshotRecord[] {
  return newestRecordFirst([added, ...records.filter(({ id }) => id !== added.id)]);
}

/** The records as the platform's list shows them now. What is proven gone leaves them. */
async function synced(
  job: Job,
  records: readonly SnapshotRecord[],
  list: SnapshotList,
  dueAt: string | undefined,
): Promise<SnapshotRecord[]> {
  const nowMs = list.serverTimeMs ?? job.session.host.clock.now();
  const shown: SnapshotRecord[] = [];
  for (const record of records) {
    const listed = list.snapshots.find((snapshot) => isRecorded(record, snapshot));
    const isLate = nowMs - (instantOf(record.createdAt) ?? 0) < job.definition.listLagMs;
    const update = (snapshot: ObservedSnapshot): SnapshotRecord => ({ ...record, ...recordOf(snapshot, record) });
    if (listed !== undefined) {
      shown.push(update(listed));
    } else if (!isFor(record, dueAt)) {
      if (!list.complete || isLate) shown.push(record);
    } else {
      const observed = await job.platform.observe(job.target, referenceTo(record), job.scope);
      if (observed.outcome === "found") shown.push(update(observed.snapshot));
      if (observed.outcome === "gone") {
        await job.session.host.warn(
          job.urn,
          `snapshot ${recordInWords(record)}, which was taken for ${record.slot}, is gone from ${job.definition.title}: ` +
            `${observed.proof}. The next pulumi up takes another`,
        );
      }
      if (observed.outcome === "unproven") {
        await job.session.host.warn(
          job.urn,
          `snapshot ${recordInWords(record)} was not found, and that does not prove it gone: ${observed.reason}`,
        );
        shown.push(record);
      }
    }
  }
  return newestRecordFirst(shown);
}

/** The snapshots on the platform that settle the slot: where names tell, the policy's own; else those taken since. */
function listedForSlot(job: Job, list: SnapshotList, dueAt: string): ObservedSnapshot[] {
  const name = textOf(job.inputs, "name");
  return list.snapshots.filter(({ snapshotId, status, createdAt, details }) => {
    if (status !== "available" && status !== "running" && status !== "pending") return false;
    if (name === undefined) {
      return (instantOf(createdAt) ?? Number.NEGATIVE_INFINITY) >= (instantOf(dueAt) ?? Number.POSITIVE_INFINITY);
    }
    const isOthers = job.session.isHeldByOther(job.urn, snapshotKey(job.definition, job.target, snapshotId));
    return details["name"] === name && !isOthers;
  });
}

function findForSlot(job: Job, list: SnapshotList, dueAt: string): ObservedSnapshot | undefined {
  const candidates = listedForSlot(job, list, dueAt);
  return candidates.find(({ status }) => status === "available") ?? candidates[0];
}

/** What the state has for the slot, as it is now. A list that does not show it is no proof that there is none. */
async function findRecorded(
  job: Job,
  recorded: SnapshotRecord,
  list: SnapshotList,
  dueAt: string,
): Promise<ObservedSnapshot | undefined> {
  const listed = list.snapshots.find((snapshot) => isRecorded(recorded, snapshot));
  if (listed !== undefined) return listed;
  const observed = await job.platform.observe(job.target, referenceTo(recorded), job.scope);
  if (observed.outcome === "found") return observed.snapshot;
  if (observed.outcome === "gone") return findForSlot(job, list, dueAt);
  throw new SnapshotsError(
    `[${job.definition.name}] ${job.target.kind} ${job.target.id}: whether snapshot ${recordInWords(recorded)}, which was ` +
      `taken for ${dueAt}, is usable can't be seen: ${observed.reason}. No second one is taken; run pulumi up again later`,
    { kind: "notFound", executed: "no" },
  );
}

/** What a policy's update holds while it runs. */
interface Held {
  records: readonly SnapshotRecord[];
  /** A request whose end was not seen, with the slot that it was for. */
  pending?: { readonly unfinished: JsonValue; readonly slot: string } | undefined;
}

/** Sees to it that a usable snapshot of the slot exists, and that it is recorded. */
async function settleSlot(job: Job, held: Held, olds: Properties, before: SnapshotList, dueAt: string): Promise<void> {
  const record = (outs: Properties, slot: string): void => {
    held.records = withRecord(held.records, recordOfCreated(outs, slot));
  };
  const unfinished = unfinishedOf(olds);
  const resumed = unfinished === undefined ? await resumeFromJournal(job) : await resolveNoted(job, unfinished);
  if (resumed !== undefined) record(resumed.outs, textOf(olds, "unfinishedSlot") ?? dueAt);
  held.pending = undefined;
  if (isSettled(held.records, dueAt)) return;

  const recorded = held.records.find(
    (record) => isFor(record, dueAt) && record.status !== "failed" && record.status !== "gone",
  );
  const found =
    recorded === undefined ? findForSlot(job, before, dueAt) : await findRecorded(job, recorded, before, dueAt);
  if (found === undefined) {
    record((await take(job, before)).outs, dueAt);
    return;
  }
  const isOwn = recorded !== undefined || job.definition.defaultName !== undefined;
  const now: Unfinished = { requestedAt: isoText(job.session.host.clock.now()), known: [], knownComplete: false };
  const usable =
    found.status === "available"
      ? recordOf(found)
      : recordOfCreated((await waitUntilUsable(job, {}, found, now)).outs, dueAt);
  held.records = withRecord(held.records, { ...usable, slot: dueAt, ...(isOwn ? {} : { adopted: true }) });
  await job.session.host.inform(
    job.urn,
    `snapshot ${recordInWords(usable)} is there for ${dueAt}: no other one is taken${besides(job, found, before, dueAt)}`,
  );
}

/** The others that could settle the slot: one of them may be what a run took that nothing has noted. */
function besides(job: Job, chosen: ObservedSnapshot, list: SnapshotList, dueAt: string): string {
  const others = listedForSlot(job, list, dueAt).filter(({ snapshotId }) => snapshotId !== chosen.snapshotId);
  const more = others.length > MOST_NAMED ? ` and ${others.length - MOST_NAMED} more` : "";
  return others.length === 0 ? "" : `; also there: ${others.slice(0, MOST_NAMED).map(inWords).join(", ")}${more}`;
}

/** Deletes what the retention does not keep; resolves to the ids that went. A deletion that fails is told, and stays due. */
async function prune(job: Job, held: Held, inputs: Properties, nowMs: number) {
  const retention = retentionOf(inputs);
  const done: { pruned: string[]; pruneQueue: string[] } = { pruned: [], pruneQueue: [] };
  if (retention === undefined || job.platform.delete === undefined) return done;
  const { host } = job.session;
  const isForeign = ({ id }: SnapshotRecord): boolean =>
    job.session.isHeldByOther(job.urn, snapshotKey(job.definition, job.target, id));
  const simulation = simulateOn(retention, held.records, isForeign, nowMs);
  held.records = withReasons(held.records, simulation);
  const queued = simulation.queued.map(({ id }) => id);
  for (const { id, because } of simulation.pruned) {
    const record = held.records.find((each) => each.id === id);
    if (record === undefined) continue;
    const scope = job.session.scope(job.urn, timeoutMs(inputs, "delete", DELETE_TIMEOUT_MS));
    try {
      await job.platform.delete(job.target, referenceTo(record), scope);
    } catch (error) {
      done.pruneQueue.push(id);
      await host.warn(
        job.urn,
        `snapshot ${recordInWords(record)} was to go (${because}) and is not deleted: ${messageOf(error)}. The next ` +
          "pulumi up tries again",
      );
      continue;
    }
    done.pruned.push(id);
    held.records = held.records.filter((each) => each.id !== id);
    await host.inform(job.urn, `deleted snapshot ${recordInWords(record)}: ${because}`);
  }
  done.pruneQueue.push(...queued);
  return done;
}

function freshOuts(inputs: Properties, held: Held, list: SnapshotList, nowMs: number): Properties {
  const recorded = held.records.map(({ id, ...record }) => ({ snapshotId: id, ...record }));
  return { ...judge(inputs, [...list.snapshots, ...recorded], nowMs) };
}

function outsOf(inputs: Properties, urn: string | undefined, held: Held, olds: Properties, nowMs: number): Properties {
  const { pending } = held;
  return {
    ...inputs,
    runBy: "up",
    policyId: textOf(olds, "policyId") ?? markOf(urn),
    createdAt: textOf(olds, "createdAt") ?? isoText(nowMs),
    status: statusOf(inputs, pending !== undefined),
    snapshots: plainRecords(held.records),
    ...(pending === undefined ? {} : { unfinished: pending.unfinished, unfinishedSlot: pending.slot }),
  };
}

function statusOf(inputs: Properties, isPending: boolean): PolicyStatus {
  return isPending ? "pending" : inputs["suspended"] === true ? "suspended" : "active";
}

/**
 * Runs a policy once: a usable snapshot for the scheduled time that has passed last, then what the retention deletes.
 * Where the snapshot is not usable yet, or not known, nothing is deleted and the next up goes on.
 */
export function runOnce(session: Session, id: string, inputs: Properties, olds: Properties): Promise<Properties> {
  const job = jobOf(session, inputs);
  const { clock, warn } = session.host;
  return session.oneAtATime(job.definition, job.target, async () => {
    // Waiting for the creates before this one is not the platform's time.
    const createMs = timeoutMs(inputs, "create", job.definition.createTimeoutMs);
    const isFirst = Object.keys(olds).length === 0;
    job.scope.deadlineMs = clock.now() + (isFirst ? createMs : timeoutMs(inputs, "update", createMs));
    const dueAt = textOf(inputs, "dueAt");
    const known = recordsOf(olds);
    const before = await job.platform.list(job.target, job.scope, known.map(referenceTo));
    const aheadMs = (before.serverTimeMs ?? clock.now()) - clock.now();
    if (Math.abs(aheadMs) > SKEW_MS) {
      await warn(
        job.urn,
        `this machine's clock shows ${isoText(clock.now())} and ${job.definition.title}'s ${isoText(clock.now() + aheadMs)}: ` +
          "which scheduled time has passed is worked out by this machine's; set it right",
      );
    }
    const pending = olds["unfinished"];
    const held: Held = {
      records: await synced(job, known, before, dueAt),
      pending: pending === undefined ? undefined : { unfinished: pending, slot: textOf(olds, "unfinishedSlot") ?? "" },
    };
    const isActive = inputs["suspended"] !== true;
    if (isActive && dueAt !== undefined) {
      try {
        await settleSlot(job, held, olds, before, dueAt);
      } catch (error) {
        if (!(error instanceof UnfinishedError)) throw error;
        throw unfinishedRun(job, id, inputs, olds, held, before, error);
      }
    }
    const nowMs = clock.now() + aheadMs;
    const pruned = isActive
      ? await prune(job, held, inputs, nowMs)
      : { pruned: [], pruneQueue: olds["pruneQueue"] ?? [] };
    return { ...outsOf(inputs, job.urn, held, olds, nowMs), ...freshOuts(inputs, held, before, nowMs), ...pruned };
  });
}

/** What the state holds of a run whose snapshot is not usable yet, not known yet, or has failed. */
function unfinishedRun(
  job: Job,
  id: string,
  inputs: Properties,
  olds: Properties,
  held: Held,
  before: SnapshotList,
  error: UnfinishedError,
): UnfinishedError {
  const made = error.properties;
  const dueAt = textOf(inputs, "dueAt") ?? "";
  if (textOf(made, "snapshotId") !== undefined) {
    held.records = withRecord(held.records, recordOfCreated(made, held.pending?.slot ?? dueAt));
    held.pending = undefined;
  } else if (made["unfinished"] !== undefined) {
    held.pending = { unfinished: made["unfinished"], slot: held.pending?.slot ?? dueAt };
  }
  const nowMs = before.serverTimeMs ?? job.session.host.clock.now();
  const { pruneQueue = [] } = olds;
  const outs = { ...outsOf(inputs, job.urn, held, olds, nowMs), ...freshOuts(inputs, held, before, nowMs) };
  return new UnfinishedError(id, { ...outs, pruned: [], pruneQueue }, error.reason, { cause: error });
}

/** Reads what a policy that every up runs has on the platform; a slot whose snapshot is proven gone is due again. */
export async function readRun(session: Session, props: Properties): Promise<Properties> {
  const job = jobOf(session, props);
  const dueAt = textOf(props, "dueAt");
  const known = recordsOf(props);
  const list = await job.platform.list(job.target, job.scope, known.map(referenceTo));
  const records = await synced(job, known, list, dueAt);
  const nowMs = list.serverTimeMs ?? session.host.clock.now();
  const isGone = known.some((record) => isFor(record, dueAt)) && !records.some((record) => isFor(record, dueAt));
  const { dueAt: _due, fresh: _fresh, lastSnapshotAt: _at, lastSnapshotId: _id, pruneQueue, ...others } = props;
  return {
    ...others,
    status: statusOf(props, props["unfinished"] !== undefined),
    ...(dueAt === undefined || isGone ? {} : { dueAt }),
    ...freshOuts(props, { records }, list, nowMs),
    snapshots: plainRecords(records),
    pruneQueue: (Array.isArray(pruneQueue) ? pruneQueue : []).filter((id) =>
      records.some((record) => record.id === id),
    ),
  };
}

/** What an up would delete by what the state knows, as sentences. */
export function pruningAhead(olds: Properties, news: Properties, nowMs: number): string[] {
  const retention = retentionOf(news);
  if (retention === undefined || news["suspended"] === true) return [];
  const records = recordsOf(olds);
  const next: SnapshotRecord = { id: "", status: "available", createdAt: isoText(nowMs) };
  const isDue = textOf(news, "dueAt") !== undefined && !isSettled(records, news["dueAt"]);
  const simulation = simulateOn(retention, isDue ? [next, ...records] : records, () => false, nowMs);
  return goingInWords("pulumi up deletes", simulation, records);
}
