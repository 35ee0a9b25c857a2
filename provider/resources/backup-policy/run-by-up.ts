import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { type CreateRequest, create, resumeFromJournal, resumeRequest, waitUntilReady } from "../../creation";
import { instantOf, isoText } from "../../model/clock";
import { isSnapshotsError, messageOf, SnapshotsError } from "../../model/errors";
import type { PolicyStatus } from "../../model/policy";
import type { JsonValue, ObservedSnapshot, SnapshotList } from "../../model/snapshot";
import { findDefinition } from "../../platforms";
import { type Properties, UnfinishedError } from "../host";
import { requestOf } from "../request";
import { type Session, snapshotKey, targetOf, textOf, timeoutMs, urnOf } from "../session";
import { cannotCreate, handOver } from "../snapshot/create";
import { listingOf, openJob, runOf, type SnapshotJob } from "../snapshot/job";
import { inWords } from "../snapshot/state";
import { judge } from "./freshness";
import { retentionOf } from "./meaning";
import { goingInWords, simulateOn, withReasons } from "./pruning";
import {
  isFor,
  isRecorded,
  isSettled,
  isSettledInState,
  newestRecordFirst,
  plainRecords,
  recordInWords,
  recordOf,
  recordsOf,
  referenceTo,
  type SnapshotRecord,
  withoutTimesAhead,
} from "./records";

const MOST_NAMED = 5;
/** How long a run waits for a scheduled time that this machine's clock has reached and the platform's has not. */
const SLOT_WAIT_MS = 10 * 60_000;
/** How long the deletions of one run may take together unless `customTimeouts.update` allows more. */
const PRUNE_TIMEOUT_MS = 2 * 60_000;

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

/** The scheduled time at the end of a name. */
function slotOf(name: string): string | undefined {
  const parts = /-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)Z$/.exec(name);
  return parts === null ? undefined : `${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}:${parts[5]}:00.000Z`;
}

/**
 * The description that a policy's own snapshots are given. The owner id tells them from those of another stack's policy
 * with the same URN; version 0.1 wrote the policy's id only.
 */
function markText(policyId: string, ownerId: string): string {
  return `${MARK}${policyId} ${ownerId}`;
}

const MARK = "BackupPolicy ";

/** The create of the snapshot for a policy's slot, as that of a Snapshot without triggers. */
function jobOf(session: Session, inputs: Properties, olds: Properties): PolicyJob {
  const { platform, connection, force, timeouts } = inputs;
  const urn = urnOf(inputs);
  const dueAt = textOf(inputs, "dueAt") ?? "";
  const snapshotInputs: Record<string, JsonValue | undefined> = { platform, connection, force, timeouts, __urn: urn };
  for (const argument of ["appId", "databaseId", "volumeId"]) snapshotInputs[argument] = inputs[argument];
  const given = Object.fromEntries(Object.entries(snapshotInputs).filter(([, value]) => value !== undefined));
  const { mark: _mark, ...job } = openJob(session, given as Properties, olds);
  const policyId = policyIdOf(urn, olds);
  const isFirst = Object.keys(olds).length === 0;
  const limitMs = isFirst ? job.timeoutMs : timeoutMs(inputs, "update", job.timeoutMs);
  const own = { ...job, ambiguity: "nearest", slot: dueAt, policyId, timeoutMs: limitMs } as const;
  const name = job.definition.defaultName?.(urn?.split("::").at(-1) ?? "", slotText(dueAt));
  if (name === undefined) return { ...own, labels: { slot: dueAt } };
  return {
    ...own,
    inputs: { ...job.inputs, name },
    labels: { slot: dueAt, name },
    isNameOwn: true,
    mark: markText(policyId, job.ownerId),
  };
}

/** The create of the snapshot for a policy's slot. */
interface PolicyJob extends SnapshotJob {
  readonly slot: string;
  readonly policyId: string;
}

/** The id of a policy that exists in a state only: its mark, kept while the policy lives. */
export function policyIdOf(urn: string | undefined, olds: Properties): string {
  return textOf(olds, "policyId") ?? markOf(urn);
}

/** The snapshot that the outputs of a Snapshot show. */
function snapshotOf(outs: Properties): ObservedSnapshot {
  const { sizeBytes, status } = outs;
  const [createdAt, sizeText] = [textOf(outs, "createdAt"), textOf(outs, "sizeText")];
  return {
    snapshotId: textOf(outs, "snapshotId") ?? "",
    segments: [],
    status: status as ObservedSnapshot["status"],
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(typeof sizeBytes === "number" ? { sizeBytes } : {}),
    ...(sizeText === undefined ? {} : { sizeText }),
    details: outs,
  };
}

/** What was only inferred to be this policy's settles its slot, and no retention deletes it. */
function recordOfCreated(outs: Properties, slot: string): SnapshotRecord {
  return recordOf(snapshotOf(outs), { slot, ...(outs["inferred"] === true ? { adopted: true } : {}) });
}

function withRecord(records: readonly SnapshotRecord[], added: SnapshotRecord): SnapshotRecord[] {
  return newestRecordFirst([added, ...records.filter(({ id }) => id !== added.id)]);
}

/** The records as the platform's list shows them now, with what a run has made that did not live to record it. */
async function synced(
  job: PolicyJob,
  properties: Properties,
  list: SnapshotList,
  dueAt: string | undefined,
): Promise<SnapshotRecord[]> {
  const { host } = job.session;
  const nowMs = list.serverTimeMs ?? host.clock.now();
  const records = withoutTimesAhead(recordsOf(properties), nowMs);
  const shown: SnapshotRecord[] = [];
  const lost: SnapshotRecord[] = [];
  const listedAs = (record: SnapshotRecord) => list.snapshots.find((snapshot) => isRecorded(record, snapshot));
  // None of them at all: the connection may be for another region by now, which only a look at one of them tells.
  const [newest] = records;
  const isBlank = newest !== undefined && records.every((record) => listedAs(record) === undefined);
  if (isBlank) await job.platform.observe(job.target, referenceTo(newest), job.scope);
  for (const record of records) {
    const listed = listedAs(record);
    const isLate = nowMs - (instantOf(record.createdAt) ?? 0) < job.definition.listLagMs;
    const update = (snapshot: ObservedSnapshot): SnapshotRecord => ({ ...record, ...recordOf(snapshot, record) });
    if (listed !== undefined) {
      shown.push(update(listed));
    } else if (!isFor(record, dueAt)) {
      (!list.complete || isLate ? shown : lost).push(record);
    } else {
      const observed = await job.platform.observe(job.target, referenceTo(record), job.scope);
      if (observed.outcome === "found") shown.push(update(observed.snapshot));
      if (observed.outcome === "gone") {
        await host.warn(
          job.urn,
          `snapshot ${recordInWords(record)}, which was taken for ${record.slot}, is gone from ${job.definition.title}: ` +
            `${observed.proof}. Another one is due`,
        );
      }
      if (observed.outcome === "unproven") {
        await host.warn(
          job.urn,
          `snapshot ${recordInWords(record)} was not found, and that does not prove it gone: ${observed.reason}`,
        );
        shown.push(record);
      }
    }
  }
  if (lost.length > 0) {
    const what = lost.length === 1 ? "an older snapshot" : `${lost.length} older snapshots`;
    await host.warn(
      job.urn,
      `${what} of this policy ${lost.length === 1 ? "is" : "are"} gone from ${job.definition.title} (expired or deleted): ` +
        lost.map(recordInWords).join(", "),
    );
  }
  return newestRecordFirst([...shown, ...unrecorded(job, properties, list)]);
}

/** What bears this policy's mark, was taken since the policy was made, and is in no record. */
function unrecorded(job: PolicyJob, properties: Properties, list: SnapshotList): SnapshotRecord[] {
  const records = recordsOf(properties);
  const sinceMs = instantOf(properties["createdAt"]);
  const { mark } = job;
  if (mark === undefined || sinceMs === undefined) return [];
  return list.snapshots.flatMap((snapshot) => {
    const { details, createdAt } = snapshot;
    const slot = typeof details["name"] === "string" ? slotOf(details["name"]) : undefined;
    const isOwn = details["description"] === mark && (instantOf(createdAt) ?? 0) >= sinceMs;
    const isKnown = records.some((record) => isRecorded(record, snapshot)) || isHeldByOther(job, snapshot.snapshotId);
    return slot !== undefined && isOwn && !isKnown ? [recordOf(snapshot, { slot })] : [];
  });
}

function isHeldByOther(job: PolicyJob, snapshotId: string): boolean {
  return job.session.isHeldByOther(job.urn, snapshotKey(job.definition, job.target, snapshotId));
}

/** The snapshots on the platform that settle the slot: where names tell, the policy's own; else those taken since. */
function listedForSlot(job: PolicyJob, list: SnapshotList, dueAt: string): ObservedSnapshot[] {
  const { name } = job.inputs;
  return list.snapshots.filter(({ snapshotId, status, createdAt, details }) => {
    if (name === undefined) {
      const isSince =
        (instantOf(createdAt) ?? Number.NEGATIVE_INFINITY) >= (instantOf(dueAt) ?? Number.POSITIVE_INFINITY);
      return isSince && (status === "available" || status === "running" || status === "pending");
    }
    // Another policy may have the same name.
    const { description } = details;
    const isMarked = typeof description === "string" && description.startsWith(MARK);
    const isMeant = !isMarked || description.split(" ")[1] === job.policyId;
    return (
      details["name"] === name && isMeant && status !== "failed" && status !== "gone" && !isHeldByOther(job, snapshotId)
    );
  });
}

function findForSlot(job: PolicyJob, list: SnapshotList, dueAt: string): ObservedSnapshot | undefined {
  const candidates = listedForSlot(job, list, dueAt);
  return candidates.find(({ status }) => status === "available") ?? candidates[0];
}

/** What the state has for the slot, as it is now. A list that does not show it is no proof that there is none. */
async function findRecorded(
  job: PolicyJob,
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
  /** The note of a request whose end was not seen. */
  unfinished?: JsonValue | undefined;
}

/** What came of a request whose outcome an earlier run did not learn, with the slot that it was for. */
async function resumed(job: PolicyJob, olds: Properties): Promise<{ outs: Properties; slot: string } | undefined> {
  const stored = requestOf(olds);
  const run = runOf(job);
  const outcome = stored === undefined ? await resumeFromJournal(run) : await resumeRequest(run, stored);
  if (outcome === undefined) return undefined;
  return { outs: handOver(job, outcome).outs, slot: outcome.request.labels?.["slot"] ?? job.slot };
}

/** Makes sure that a usable snapshot of the slot exists and is recorded; returns the list that it was decided by. */
async function settleSlot(job: PolicyJob, held: Held, olds: Properties, first: Seen, dueAt: string): Promise<Seen> {
  const { clock, inform } = job.session.host;
  const earlier = await resumed(job, olds);
  if (earlier !== undefined) held.records = withRecord(held.records, recordOfCreated(earlier.outs, earlier.slot));
  held.unfinished = undefined;
  if (isSettled(held.records, dueAt)) return first;
  // What was listed before a wait is out of date.
  const seen = earlier === undefined && requestOf(olds) === undefined ? first : await lookAt(job);
  const before = seen.list;

  const recorded = held.records.find(
    (record) => isFor(record, dueAt) && record.status !== "failed" && record.status !== "gone",
  );
  const found =
    recorded === undefined ? findForSlot(job, before, dueAt) : await findRecorded(job, recorded, before, dueAt);
  if (found === undefined) {
    if (job.platform.create === undefined) throw cannotCreate(job);
    const { outs } = handOver(job, await create(runOf(job), listingOf(before, seen.atMs)));
    held.records = withRecord(held.records, recordOfCreated(outs, dueAt));
    return seen;
  }
  const known = held.records.find((record) => isRecorded(record, found));
  const isOwn = known === undefined ? isMarkedOwn(job, found) : known.adopted !== true;
  const nowText = isoText(clock.now());
  const request: CreateRequest = { requestedAt: nowText, endedAt: nowText, known: [], knownComplete: false };
  const wait = async () =>
    handOver(job, await waitUntilReady(runOf(job), { item: found, request, isInferred: !isOwn }));
  const usable = found.status === "available" ? found : snapshotOf((await wait()).outs);
  const { createdAt } = known ?? {};
  held.records = withRecord(held.records, {
    ...recordOf(usable, createdAt === undefined ? {} : { createdAt }),
    slot: dueAt,
    ...(isOwn ? {} : { adopted: true }),
  });
  const shown = recordInWords(recordOf(usable));
  const others = besides(job, found, before, dueAt);
  await inform(job.urn, `snapshot ${shown} is there for ${dueAt}: no other one is taken${others}`);
  return seen;
}

/** Whether the platform shows that this policy took a snapshot. */
function isMarkedOwn({ mark }: PolicyJob, { details }: ObservedSnapshot): boolean {
  return mark !== undefined && details["description"] === mark;
}

/** A list, with this machine's time when it came. */
interface Seen {
  readonly list: SnapshotList;
  readonly atMs: number;
}

async function lookAt(job: PolicyJob, known: readonly SnapshotRecord[] = []): Promise<Seen> {
  const list = await job.platform.list(job.target, job.scope, known.map(referenceTo));
  return { list, atMs: job.session.host.clock.now() };
}

/** The others that could settle the slot: one of them may be what a run took that nothing has noted. */
function besides(job: PolicyJob, chosen: ObservedSnapshot, list: SnapshotList, dueAt: string): string {
  const others = listedForSlot(job, list, dueAt).filter(({ snapshotId }) => snapshotId !== chosen.snapshotId);
  const more = others.length > MOST_NAMED ? ` and ${others.length - MOST_NAMED} more` : "";
  return others.length === 0 ? "" : `; also there: ${others.slice(0, MOST_NAMED).map(inWords).join(", ")}${more}`;
}

/** What a run has deleted, and what it leaves to later ones: ids. */
interface Pruned {
  readonly pruned: string[];
  readonly pruneQueue: string[];
}

/**
 * Deletes what the retention does not keep. A deletion that fails is reported, and stays due; the first one that takes
 * too long is the last one of the run.
 */
async function prune(job: PolicyJob, held: Held, inputs: Properties, nowMs: number): Promise<Pruned> {
  const retention = retentionOf(inputs);
  const done: Pruned = { pruned: [], pruneQueue: [] };
  if (retention === undefined || job.platform.delete === undefined) return done;
  const { host } = job.session;
  const holderOf = await job.session.holders.lookup(job.urn).catch((error: unknown) => messageOf(error));
  const simulation = simulateOn(
    retention,
    held.records,
    ({ id }) => typeof holderOf !== "string" && holderOf(snapshotKey(job.definition, job.target, id)) !== undefined,
    nowMs,
  );
  held.records = withReasons(held.records, simulation);
  const queued = simulation.queued.map(({ id }) => id);
  const going = simulation.pruned.flatMap(({ id, because }) => {
    const record = held.records.find((each) => each.id === id);
    return record === undefined ? [] : [{ record, because }];
  });
  if (typeof holderOf === "string" && going.length > 0) {
    await host.warn(job.urn, `nothing is deleted: ${holderOf}`);
    return { pruned: [], pruneQueue: [...going.map(({ record }) => record.id), ...queued] };
  }
  const scope = job.session.scope(job.urn, Math.max(PRUNE_TIMEOUT_MS, timeoutMs(inputs, "update", PRUNE_TIMEOUT_MS)));
  for (const [index, { record, because }] of going.entries()) {
    host.announce(job.urn, `deleting snapshot ${recordInWords(record)}, ${index + 1} of ${going.length}`);
    try {
      await job.platform.delete(job.target, referenceTo(record), scope);
    } catch (error) {
      const isOver = isSnapshotsError(error, "timeout") || host.clock.now() >= scope.deadlineMs;
      const left = isOver ? going.slice(index) : [{ record, because }];
      done.pruneQueue.push(...left.map((each) => each.record.id));
      const others = left.length === 1 ? "" : `, nor are ${left.length - 1} more for lack of time`;
      await host.warn(
        job.urn,
        `snapshot ${recordInWords(record)} was to go (${because}) and is not deleted${others}: ${messageOf(error)}. The ` +
          "next pulumi up tries again",
      );
      if (isOver) break;
      continue;
    }
    done.pruned.push(record.id);
    held.records = held.records.filter((each) => each.id !== record.id);
    await host.inform(job.urn, `deleted snapshot ${recordInWords(record)}: ${because}`);
  }
  done.pruneQueue.push(...queued);
  return done;
}

function freshOuts(inputs: Properties, held: Held, list: SnapshotList, nowMs: number): Properties {
  const recorded = held.records.map(({ id, ...record }) => ({ snapshotId: id, ...record }));
  return { ...judge(inputs, [...list.snapshots, ...recorded], nowMs) };
}

function outsOf(
  { urn, ownerId }: PolicyJob,
  inputs: Properties,
  held: Held,
  olds: Properties,
  nowMs: number,
): Properties {
  const { unfinished } = held;
  return {
    ...inputs,
    runBy: "up",
    policyId: policyIdOf(urn, olds),
    ownerId,
    createdAt: textOf(olds, "createdAt") ?? isoText(nowMs),
    status: statusOf(inputs, unfinished !== undefined),
    snapshots: plainRecords(held.records),
    ...(unfinished === undefined ? {} : { unfinished }),
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
  const job = jobOf(session, inputs, olds);
  const { clock } = session.host;
  return session.oneAtATime(job.definition, job.target, async () => {
    // Waiting for the creates before this one is not the platform's time.
    job.scope.deadlineMs = clock.now() + job.timeoutMs;
    const dueAt = textOf(inputs, "dueAt");
    let seen = await lookAt(job, recordsOf(olds));
    const aheadMs = (seen.list.serverTimeMs ?? seen.atMs) - seen.atMs;
    const held: Held = { records: await synced(job, olds, seen.list, dueAt), unfinished: olds["unfinished"] };
    const isActive = inputs["suspended"] !== true;
    if (isActive && dueAt !== undefined) {
      const untilMs = clock.now() + SLOT_WAIT_MS;
      while (!isSettled(held.records, dueAt) && (await waitForSlot(job, seen.list, dueAt, untilMs))) {
        seen = await lookAt(job, held.records);
        held.records = await synced(job, { ...olds, snapshots: plainRecords(held.records) }, seen.list, dueAt);
      }
      try {
        seen = await settleSlot(job, held, olds, seen, dueAt);
      } catch (error) {
        if (!(error instanceof UnfinishedError)) throw error;
        throw unfinishedRun(job, id, inputs, olds, held, seen.list, error);
      }
    }
    const nowMs = clock.now() + aheadMs;
    const pruned = isActive
      ? await prune(job, held, inputs, nowMs)
      : { pruned: [], pruneQueue: olds["pruneQueue"] ?? [] };
    return { ...outsOf(job, inputs, held, olds, nowMs), ...freshOuts(inputs, held, seen.list, nowMs), ...pruned };
  });
}

/**
 * Waits until the platform's clock has reached a scheduled time: what is taken before it would not settle it for a run
 * on another machine. False where it has been reached.
 */
async function waitForSlot(job: PolicyJob, list: SnapshotList, dueAt: string, untilMs: number): Promise<boolean> {
  const { clock, announce } = job.session.host;
  const { title } = job.definition;
  const platformMs = list.serverTimeMs ?? clock.now();
  const leftMs = (instantOf(dueAt) ?? 0) - platformMs;
  if (leftMs <= 0) return false;
  const clocks = `this machine's clock shows ${isoText(clock.now())} and ${title}'s ${isoText(platformMs)}`;
  if (clock.now() + leftMs > untilMs) {
    throw new SnapshotsError(
      `[${job.definition.name}] ${job.target.kind} ${job.target.id}: the scheduled time ${dueAt} has not come yet: ` +
        `${clocks}. No snapshot is taken; correct this machine's clock and run pulumi up again`,
      { kind: "invalid", executed: "no" },
    );
  }
  announce(job.urn, `waiting ${Math.ceil(leftMs / 1000)} s for ${dueAt} on ${title}'s clock: ${clocks}`);
  await clock.sleep(leftMs);
  job.scope.deadlineMs += leftMs;
  return true;
}

/** What the state holds of a run whose snapshot is not usable yet, not known yet, or has failed. */
function unfinishedRun(
  job: PolicyJob,
  id: string,
  inputs: Properties,
  olds: Properties,
  held: Held,
  before: SnapshotList,
  error: UnfinishedError,
): UnfinishedError {
  const made = error.properties;
  held.unfinished = made["unfinished"];
  if (textOf(made, "snapshotId") !== undefined) {
    const slot = requestOf(made)?.labels?.["slot"] ?? job.slot;
    held.records = withRecord(held.records, recordOfCreated(made, slot));
    held.unfinished = undefined;
  }
  const nowMs = before.serverTimeMs ?? job.session.host.clock.now();
  const { pruneQueue = [] } = olds;
  const outs = { ...outsOf(job, inputs, held, olds, nowMs), ...freshOuts(inputs, held, before, nowMs) };
  return new UnfinishedError(id, { ...outs, pruned: [], pruneQueue }, error.reason, { cause: error });
}

/** Reads what a policy that every up runs has on the platform; a slot whose snapshot is proven gone is due again. */
export async function readRun(session: Session, props: Properties): Promise<Properties> {
  const job = jobOf(session, props, props);
  const dueAt = textOf(props, "dueAt");
  const known = recordsOf(props);
  const list = await job.platform.list(job.target, job.scope, known.map(referenceTo));
  const records = await synced(job, props, list, dueAt);
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
export async function pruningAhead(
  session: Session,
  olds: Properties,
  news: Properties,
  nowMs: number,
): Promise<string[]> {
  const retention = retentionOf(news);
  const definition = findDefinition(news["platform"]);
  const records = recordsOf(olds);
  if (retention === undefined || definition === undefined || records.length === 0 || news["suspended"] === true) {
    return [];
  }
  const urn = urnOf(news);
  const target = targetOf(definition, news);
  const next: SnapshotRecord = { id: "", status: "available", createdAt: isoText(nowMs) };
  const isDue = textOf(news, "dueAt") !== undefined && !isSettledInState(olds, news["dueAt"], nowMs);
  const keys = records.map(({ id }) => ({ id, key: snapshotKey(definition, target, id) }));
  const heldBy = (isHeld: (key: string) => boolean) =>
    new Set(keys.filter(({ key }) => isHeld(key)).map(({ id }) => id));
  const going = (held: ReadonlySet<string>): string[] => {
    const simulation = simulateOn(retention, isDue ? [next, ...records] : records, ({ id }) => held.has(id), nowMs);
    return goingInWords(simulation, records);
  };
  const here = heldBy((key) => session.isHeldByOther(urn, key));
  const seen = going(here);
  // The registry is read only where something would go.
  const holderOf = seen.length === 0 ? undefined : await session.holders.lookup(urn).catch(() => undefined);
  if (holderOf === undefined) return [];
  const anywhere = heldBy((key) => holderOf(key) !== undefined);
  return isDeepStrictEqual(here, anywhere) ? seen : going(anywhere);
}
