import { instantOf } from "../../model/clock";
import { defined } from "../../model/defined";
import type { SnapshotReference } from "../../model/platform";
import { type JsonValue, newestFirst, type ObservedSnapshot, type SnapshotStatus } from "../../model/snapshot";
import { pastInstantOf } from "../dated-ahead";
import type { Properties } from "../host";
import { counted, type Verdict, verdictNames, verdictOf, verifiedOutputs, withoutVerdict } from "../verification";

/** A snapshot as recorded in a policy's state. */
export type SnapshotRecord = {
  /** The platform's own id. */
  readonly id: string;
  /** Name given to it when it was created. */
  readonly name?: string;
  /** Name that it shares with other snapshots of its target. */
  readonly snapshotName?: string;
  readonly region?: string;
  /** ISO-8601 UTC. */
  readonly createdAt?: string;
  readonly status: SnapshotStatus;
  readonly sizeBytes?: number;
  readonly sizeText?: string;
  /** Scheduled time that it was taken for or counts for; ISO-8601 UTC. */
  readonly slot?: string;
  /** True if it counts for its slot although this policy did not take it. */
  readonly adopted?: true;
  /** Reasons why the retention keeps it. */
  readonly keptBecause?: readonly string[];
  /** With `verify`: time at which it was found intact, ISO-8601 UTC. */
  readonly verifiedAt?: string;
  readonly verifiedBytes?: number;
  /** Only for a snapshot of a single file. */
  readonly sha256?: string;
  /** Reason why it failed verification; it then counts as `failed`. */
  readonly brokenBecause?: string;
  /** Reason why it could not be verified yet; until then it counts as `running`. */
  readonly unverifiedBecause?: string;
};

/** Snapshots recorded in a policy's state, newest first. */
export function recordsOf(properties: Properties): readonly SnapshotRecord[] {
  return recordsIn(properties["snapshots"]);
}

/** Snapshots that a watched policy has verified; it does not manage them. */
export function verifiedRecordsOf(properties: Properties): readonly SnapshotRecord[] {
  return recordsIn(properties["verdicts"]);
}

function recordsIn(stored: unknown): readonly SnapshotRecord[] {
  return Array.isArray(stored) ? (stored as readonly SnapshotRecord[]) : [];
}

/** Removes an earlier verdict from a record. */
export function unverified(record: SnapshotRecord): SnapshotRecord {
  return withoutVerdict(record) as SnapshotRecord;
}

/** Verdict in a snapshot's record, if there is one. */
export function verdictOn(record: SnapshotRecord): Verdict | undefined {
  return verdictOf(record);
}

/** Applies recorded verdicts to listed snapshots; one without a verdict keeps the platform's status. */
export function countedBy(
  records: readonly SnapshotRecord[],
  snapshots: readonly ObservedSnapshot[],
): ObservedSnapshot[] {
  const verified = records.flatMap((record) => {
    const verdict = verdictOn(record);
    return verdict === undefined ? [] : [{ record, verdict }];
  });
  return snapshots.map((snapshot) => {
    const known = verified.find(({ record }) => isRecorded(record, snapshot));
    return known === undefined ? snapshot : counted(snapshot, known.verdict);
  });
}

/** Outputs of a policy about its newest intact record. */
export function newestVerified(records: readonly SnapshotRecord[]): Properties {
  const newest = newestFirst(records).find((record) => verdictOn(record)?.outcome === "intact");
  return Object.fromEntries(
    Object.entries(newest ?? {}).filter(([name]) => Object.hasOwn(verifiedOutputs, name)),
  ) as Properties;
}

/** Removes times ahead of the clock from records; earlier versions may have stored them. */
export function withoutTimesAhead(records: readonly SnapshotRecord[], nowMs: number): SnapshotRecord[] {
  return records.map((record) => {
    const { createdAt, ...undated } = record;
    return createdAt === undefined || pastInstantOf(createdAt, nowMs) !== undefined ? record : undated;
  });
}

/** Records as JSON data. */
export function plainRecords(records: readonly SnapshotRecord[]): JsonValue {
  return JSON.parse(JSON.stringify(records)) as JsonValue;
}

/** Reference by which the platform finds a recorded snapshot. */
export function referenceTo({ id, snapshotName, region, createdAt, ...given }: SnapshotRecord): SnapshotReference {
  const name = snapshotName ?? given.name;
  return {
    snapshotId: id,
    ...defined({ name, region, createdAt }),
  };
}

/** Creates the record of a snapshot. A known creation time never changes. */
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

/** Whether a listed snapshot is the recorded one. Lists may omit versions: if one id is a time, `createdAt` matches. */
export function isRecorded({ id, createdAt }: SnapshotRecord, snapshot: ObservedSnapshot): boolean {
  const isNamedByTime = instantOf(id) !== undefined || instantOf(snapshot.snapshotId) !== undefined;
  return id === snapshot.snapshotId || (isNamedByTime && createdAt !== undefined && createdAt === snapshot.createdAt);
}

/** Whether a snapshot counts for a slot or a later one: an edited schedule can return to an earlier time. */
export function isFor(record: SnapshotRecord, dueAt: unknown): boolean {
  return isForInstant(record, instantOf(dueAt));
}

function isForInstant({ slot, createdAt, adopted }: SnapshotRecord, dueMs: number | undefined): boolean {
  const slotMs = instantOf(slot);
  if (slotMs === undefined || dueMs === undefined || slotMs < dueMs) return false;
  const createdMs = instantOf(createdAt);
  // A snapshot that this policy did not take counts only by its time.
  if (createdMs === undefined) return slotMs === dueMs && adopted !== true;
  // A machine with a wrong clock may have recorded a slot in the future.
  return slotMs === dueMs || createdMs >= dueMs;
}

/** Whether a usable snapshot is recorded for a slot. */
export function isSettled(records: readonly SnapshotRecord[], dueAt: unknown): boolean {
  const dueMs = instantOf(dueAt);
  return records.some((record) => record.status === "available" && isForInstant(record, dueMs));
}

/** Whether the state has a usable snapshot for a slot; times ahead of the clock are ignored. */
export function isSettledInState(properties: Properties, dueAt: unknown, nowMs: number): boolean {
  const records = recordsOf(properties);
  return isSettled(records, dueAt) && isSettled(withoutTimesAhead(records, nowMs), dueAt);
}

/** Text that names a recorded snapshot in messages. */
export function recordInWords({ id, name, createdAt }: SnapshotRecord): string {
  const shown = name === undefined || name === id ? `"${id}"` : `"${name}" (${id})`;
  return createdAt === undefined ? shown : `${shown} of ${createdAt}`;
}
