import { instantOf } from "../../model/clock";
import { defined } from "../../model/defined";
import type { SnapshotReference } from "../../model/platform";
import { type JsonValue, newestFirst, type ObservedSnapshot, type SnapshotStatus } from "../../model/snapshot";
import { pastInstantOf } from "../dated-ahead";
import type { Properties } from "../host";
import { counted, type Verdict, verdictNames, verdictOf, verifiedOutputs, withoutVerdict } from "../verification";

/** A snapshot as a policy's state holds it. */
export type SnapshotRecord = {
  /** The platform's own id. */
  readonly id: string;
  /** The name that it was given. */
  readonly name?: string;
  /** The name that it shares with others of its target. */
  readonly snapshotName?: string;
  readonly region?: string;
  /** ISO-8601 UTC. */
  readonly createdAt?: string;
  readonly status: SnapshotStatus;
  readonly sizeBytes?: number;
  readonly sizeText?: string;
  /** The scheduled time that it was taken for, or that it settles; ISO-8601 UTC. */
  readonly slot?: string;
  /** It settles its slot, and was not taken by this policy. */
  readonly adopted?: true;
  /** Why the retention keeps it. */
  readonly keptBecause?: readonly string[];
  /** With `verify`: when it was found intact, ISO-8601 UTC. */
  readonly verifiedAt?: string;
  readonly verifiedBytes?: number;
  /** Where it is one file. */
  readonly sha256?: string;
  /** Why it failed verification, and counts as `failed`. */
  readonly brokenBecause?: string;
  /** Why it could not be verified so far, and counts as `running`. */
  readonly unverifiedBecause?: string;
};

/** The snapshots that a policy's state holds, newest first. */
export function recordsOf(properties: Properties): readonly SnapshotRecord[] {
  return recordsIn(properties["snapshots"]);
}

/** The snapshots that a watched policy has verified: it holds none of them. */
export function verifiedRecordsOf(properties: Properties): readonly SnapshotRecord[] {
  return recordsIn(properties["verdicts"]);
}

function recordsIn(stored: unknown): readonly SnapshotRecord[] {
  return Array.isArray(stored) ? (stored as readonly SnapshotRecord[]) : [];
}

/** A record without what an earlier check has left in it. */
export function unverified(record: SnapshotRecord): SnapshotRecord {
  return withoutVerdict(record) as SnapshotRecord;
}

/** What the check of a recorded snapshot has shown. */
export function verdictOn(record: SnapshotRecord): Verdict | undefined {
  return verdictOf(record);
}

/** Listed snapshots as they count by the verdicts on record; one without a verdict counts by the platform's word. */
export function countedBy(
  records: readonly SnapshotRecord[],
  snapshots: readonly ObservedSnapshot[],
): ObservedSnapshot[] {
  const judged = records.flatMap((record) => {
    const verdict = verdictOn(record);
    return verdict === undefined ? [] : [{ record, verdict }];
  });
  return snapshots.map((snapshot) => {
    const known = judged.find(({ record }) => isRecorded(record, snapshot));
    return known === undefined ? snapshot : counted(snapshot, known.verdict);
  });
}

/** The outputs of a policy about the newest of its records that is verified. */
export function newestVerified(records: readonly SnapshotRecord[]): Properties {
  const newest = newestFirst(records).find((record) => verdictOn(record)?.outcome === "intact");
  return Object.fromEntries(
    Object.entries(newest ?? {}).filter(([name]) => Object.hasOwn(verifiedOutputs, name)),
  ) as Properties;
}

/** The records without the times that are ahead of a clock, which an earlier version may have stored. */
export function withoutTimesAhead(records: readonly SnapshotRecord[], nowMs: number): SnapshotRecord[] {
  return records.map((record) => {
    const { createdAt, ...undated } = record;
    return createdAt === undefined || pastInstantOf(createdAt, nowMs) !== undefined ? record : undated;
  });
}

/** Records as plain data. */
export function plainRecords(records: readonly SnapshotRecord[]): JsonValue {
  return JSON.parse(JSON.stringify(records)) as JsonValue;
}

/** What names a recorded snapshot for its platform. */
export function referenceTo({ id, snapshotName, region, createdAt, ...given }: SnapshotRecord): SnapshotReference {
  const name = snapshotName ?? given.name;
  return {
    snapshotId: id,
    ...defined({ name, region, createdAt }),
  };
}

/** A snapshot as a record shows it. When it was taken never changes. */
export function recordOf(
  snapshot: ObservedSnapshot,
  known: Partial<Pick<SnapshotRecord, "slot" | "adopted" | "createdAt">> = {},
): SnapshotRecord {
  const createdAt = known.createdAt ?? snapshot.createdAt;
  const names = ["name", "snapshotName", "region", ...verdictNames].flatMap((name) => {
    const value = snapshot.details[name];
    return typeof value === "string" || typeof value === "number" ? [[name, value] as const] : [];
  });
  return {
    id: snapshot.snapshotId,
    ...Object.fromEntries(names),
    ...defined({ createdAt }),
    status: snapshot.status,
    ...defined({
      sizeBytes: snapshot.sizeBytes,
      sizeText: snapshot.sizeText,
      slot: known.slot,
      adopted: known.adopted,
    }),
  };
}

/** Whether a listed snapshot is the recorded one. Where one id is a time, the list named it by its version or will do so. */
export function isRecorded({ id, createdAt }: SnapshotRecord, snapshot: ObservedSnapshot): boolean {
  const isNamedByTime = instantOf(id) !== undefined || instantOf(snapshot.snapshotId) !== undefined;
  return id === snapshot.snapshotId || (isNamedByTime && createdAt !== undefined && createdAt === snapshot.createdAt);
}

/** Whether a snapshot was taken for a slot, or for a later one: an edited schedule can go back to an earlier time. */
export function isFor(record: SnapshotRecord, dueAt: unknown): boolean {
  return isForInstant(record, instantOf(dueAt));
}

function isForInstant({ slot, createdAt, adopted }: SnapshotRecord, dueMs: number | undefined): boolean {
  const slotMs = instantOf(slot);
  if (slotMs === undefined || dueMs === undefined || slotMs < dueMs) return false;
  const createdMs = instantOf(createdAt);
  // What somebody else has taken settles a slot by its time alone.
  if (createdMs === undefined) return slotMs === dueMs && adopted !== true;
  // A machine whose clock was wrong may have recorded a slot that is still to come.
  return slotMs === dueMs || createdMs >= dueMs;
}

/** Whether a usable snapshot is recorded for a slot. */
export function isSettled(records: readonly SnapshotRecord[], dueAt: unknown): boolean {
  const dueMs = instantOf(dueAt);
  return records.some((record) => record.status === "available" && isForInstant(record, dueMs));
}

/** Whether a usable snapshot that a state holds is recorded for a slot; a time ahead of a clock tells nothing. */
export function isSettledInState(properties: Properties, dueAt: unknown, nowMs: number): boolean {
  const records = recordsOf(properties);
  return isSettled(records, dueAt) && isSettled(withoutTimesAhead(records, nowMs), dueAt);
}

/** A recorded snapshot in words. */
export function recordInWords({ id, name, createdAt }: SnapshotRecord): string {
  const shown = name === undefined || name === id ? `"${id}"` : `"${name}" (${id})`;
  return createdAt === undefined ? shown : `${shown} of ${createdAt}`;
}
