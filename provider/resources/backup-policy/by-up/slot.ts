import { type CreateRequest, create, resumeFromJournal, resumeRequest, waitUntilReady } from "../../../creation";
import { instantOf, isoText } from "../../../model/clock";
import { SnapshotsError } from "../../../model/errors";
import type { ObservedSnapshot, SnapshotList } from "../../../model/snapshot";
import { type Properties, UnfinishedError } from "../../host";
import { inParentheses, shortList, sizeInWords, slotInWords, spanInWords, titleOf } from "../../in-words";
import { requestOf } from "../../request";
import { cannotCreate, handOver } from "../../snapshot/create";
import { listingOf, runOf } from "../../snapshot/job";
import { inWords } from "../../snapshot/state";
import { verdictOf, wantsVerification } from "../../verification";
import {
  countedBy,
  isFor,
  isRecorded,
  isSettled,
  recordInWords,
  recordOf,
  referenceTo,
  type SnapshotRecord,
} from "../records";
import {
  type Held,
  isHeldByOther,
  isMarkedOwn,
  lookAt,
  MARK,
  type PolicyJob,
  recordOfCreated,
  type Seen,
  snapshotOf,
  withRecord,
} from "./job";

/** Listed snapshots that count for the slot: by name where snapshots have names, otherwise by creation time. */
function listedForSlot(job: PolicyJob, list: SnapshotList, dueAt: string): ObservedSnapshot[] {
  const { name } = job.inputs;
  return list.snapshots.filter(({ snapshotId, status, createdAt, details }) => {
    if (name === undefined) {
      const isSince =
        (instantOf(createdAt) ?? Number.NEGATIVE_INFINITY) >= (instantOf(dueAt) ?? Number.POSITIVE_INFINITY);
      return isSince && (status === "available" || status === "running" || status === "pending");
    }
    // Another policy may use the same name.
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

/** Current form of the slot's recorded snapshot. Absence from the list does not prove that it no longer exists. */
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
    `${titleOf(job)}: whether snapshot ${recordInWords(recorded)}, which was ` +
      `taken for ${dueAt}, is usable is unknown: ${observed.reason}. No second one is taken; run pulumi up again later`,
    { kind: "notFound" },
  );
}

/** Resumes an earlier run's request whose outcome is unknown; returns its outputs and the slot that it was for. */
async function resumed(job: PolicyJob, olds: Properties): Promise<{ outs: Properties; slot: string } | undefined> {
  const stored = requestOf(olds);
  const run = runOf(job);
  const outcome = stored === undefined ? await resumeFromJournal(run) : await resumeRequest(run, stored);
  if (outcome === undefined) return undefined;
  return { outs: handOver(job, outcome).outs, slot: outcome.request.labels?.["slot"] ?? job.slot };
}

/** Ensures that a usable snapshot for the slot exists and is recorded; returns the list that this is based on. */
export async function settleSlot(
  job: PolicyJob,
  held: Held,
  olds: Properties,
  first: Seen,
  dueAt: string,
): Promise<Seen> {
  const { clock, inform } = job.session.host;
  const earlier = await resumed(job, olds);
  if (earlier !== undefined) {
    held.records = withRecord(held.records, recordOfCreated(earlier.outs, earlier.slot));
    await inform(job.urn, `recovered snapshot ${madeInWords(earlier.outs, earlier.slot)}`);
  }
  held.unfinished = undefined;
  if (isSettled(held.records, dueAt)) return first;
  // A list from before a wait is out of date.
  const seen = earlier === undefined && requestOf(olds) === undefined ? first : await lookAt(job);
  const before = { ...seen.list, snapshots: countedBy(held.records, seen.list.snapshots) };

  const recorded = held.records.find(
    (record) => isFor(record, dueAt) && record.status !== "failed" && record.status !== "gone",
  );
  const found =
    recorded === undefined ? findForSlot(job, before, dueAt) : await findRecorded(job, recorded, before, dueAt);
  if (found === undefined) {
    if (job.platform.create === undefined) throw cannotCreate(job);
    const startMs = clock.now();
    const { outs } = handOver(job, await create(runOf(job), listingOf(before, seen.atMs)));
    held.records = withRecord(held.records, recordOfCreated(outs, dueAt));
    const span = spanInWords(clock.now() - startMs);
    await inform(job.urn, `took snapshot ${madeInWords(outs, dueAt, span)}`);
    return seen;
  }
  const known = held.records.find((record) => isRecorded(record, found));
  const isOwn = known === undefined ? isMarkedOwn(job, found) : known.adopted !== true;
  const nowText = isoText(clock.now());
  const request: CreateRequest = { requestedAt: nowText, endedAt: nowText, known: [], knownComplete: false };
  const wait = async () => {
    const outcome = await waitUntilReady(runOf(job), { item: found, request, isInferred: !isOwn });
    try {
      return handOver(job, outcome);
    } catch (error) {
      if (isOwn || !(error instanceof UnfinishedError)) throw error;
      // The records must not claim a snapshot that this policy did not take.
      throw new UnfinishedError(error.id, { ...error.properties, inferred: true }, error.reason, { cause: error });
    }
  };
  const isUsable =
    found.status === "available" && (!wantsVerification(job.inputs) || verdictOf(found.details) !== undefined);
  const usable = isUsable ? found : snapshotOf((await wait()).outs);
  const { createdAt } = known ?? {};
  held.records = withRecord(held.records, {
    ...recordOf(usable, createdAt === undefined ? {} : { createdAt }),
    slot: dueAt,
    ...(isOwn ? {} : { adopted: true }),
  });
  const shown = recordInWords(recordOf(usable));
  const others = besides(job, found, before, dueAt);
  await inform(job.urn, `took none for ${slotInWords(dueAt)}: snapshot ${shown} counts for it${others}`);
  return seen;
}

/** Text that names a new snapshot, its slot and its size. */
function madeInWords(outs: Properties, slot: string, ...facts: readonly string[]): string {
  const { createdAt: _at, ...record } = recordOf(snapshotOf(outs));
  return `${recordInWords(record)} for ${slotInWords(slot)}${inParentheses(sizeInWords(outs), ...facts)}`;
}

/** Names other snapshots that could count for the slot: one may come from an earlier run that did not record it. */
function besides(job: PolicyJob, chosen: ObservedSnapshot, list: SnapshotList, dueAt: string): string {
  const others = listedForSlot(job, list, dueAt).filter(({ snapshotId }) => snapshotId !== chosen.snapshotId);
  return others.length === 0 ? "" : `; also there: ${shortList(others.map(inWords))}`;
}

/**
 * Waits until the platform's clock has reached a scheduled time: a snapshot taken earlier would not count for it in a
 * run on another machine. Returns the time waited, in milliseconds; 0 if the scheduled time has already passed.
 */
export async function waitForSlot(job: PolicyJob, list: SnapshotList, dueAt: string, untilMs: number): Promise<number> {
  const { clock, announce } = job.session.host;
  const { title } = job.definition;
  const platformMs = list.serverTimeMs ?? clock.now();
  const leftMs = (instantOf(dueAt) ?? 0) - platformMs;
  if (leftMs <= 0) return 0;
  const clocks = `this machine's clock shows ${isoText(clock.now())} and ${title}'s ${isoText(platformMs)}`;
  if (clock.now() + leftMs > untilMs) {
    throw new SnapshotsError(
      `${titleOf(job)}: the scheduled time ${dueAt} has not come yet: ` +
        `${clocks}. No snapshot is taken; correct this machine's clock and run pulumi up again`,
      { kind: "invalid" },
    );
  }
  announce(job.urn, `waiting ${Math.ceil(leftMs / 1000)} s for ${dueAt} on ${title}'s clock: ${clocks}`);
  await clock.sleep(leftMs, job.scope.stopped);
  if (job.scope.stopped?.aborted) {
    throw new SnapshotsError(`${titleOf(job)}: no snapshot is taken for ${dueAt}: pulumi has been stopped`, {
      kind: "invalid",
    });
  }
  return leftMs;
}
