import { instantOf } from "../../../model/clock";
import { newestFirst, type ObservedSnapshot, type SnapshotList } from "../../../model/snapshot";
import type { Properties } from "../../host";
import { shortList } from "../../in-words";
import { counted, wantsVerification } from "../../verification";
import {
  isFor,
  isRecorded,
  recordInWords,
  recordOf,
  recordsOf,
  referenceTo,
  type SnapshotRecord,
  unverified,
  verdictOn,
  withoutTimesAhead,
} from "../records";
import { isHeldByOther, type PolicyJob, slotOf } from "./job";

/** Updates the records from the platform's list and adds snapshots of earlier runs that could not record them. */
export async function synced(
  job: PolicyJob,
  properties: Properties,
  list: SnapshotList,
  dueAt: string | undefined,
): Promise<SnapshotRecord[]> {
  const { host } = job.session;
  const nowMs = list.serverTimeMs ?? host.clock.now();
  const isVerified = wantsVerification(job.inputs);
  const stored = isVerified ? recordsOf(properties) : recordsOf(properties).map(unverified);
  const records = withoutTimesAhead(stored, nowMs);
  const shown: SnapshotRecord[] = [];
  const lost: SnapshotRecord[] = [];
  const listedAs = (record: SnapshotRecord) => list.snapshots.find((snapshot) => isRecorded(record, snapshot));
  // The list shows none of them. If the connection now uses another region, `observe` throws.
  const [newest] = records;
  const isBlank = newest !== undefined && records.every((record) => listedAs(record) === undefined);
  if (isBlank) await job.platform.observe(job.target, referenceTo(newest), job.scope);
  for (const record of records) {
    const listed = listedAs(record);
    const isLate = nowMs - (instantOf(record.createdAt) ?? 0) < job.definition.listLagMs;
    const update = (snapshot: ObservedSnapshot): SnapshotRecord => {
      const verdict = verdictOn(record);
      // The slot's snapshot must be verified; those taken before `verify` was set count without it.
      const isCounted = isVerified && (verdict !== undefined || isFor(record, dueAt));
      const shown = isCounted ? counted(snapshot, verdict) : snapshot;
      return { ...unverified(record), ...recordOf(shown, record) };
    };
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
        shortList(lost.map(recordInWords)),
    );
  }
  return newestFirst([...shown, ...unrecorded(job, properties, list)]);
}

/** Unrecorded snapshots that bear this policy's mark and were taken since it was created. */
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
