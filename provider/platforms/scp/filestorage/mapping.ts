import { isoTextOf } from "../../../model/clock";
import { defined } from "../../../model/defined";
import type { ObservedPolicy } from "../../../model/policy";
import type { JsonValue, ObservedSnapshot } from "../../../model/snapshot";
import type { PlainSchedule, Retention } from "../../../schedule";
import { compiled, given, toStatus } from "../mapping";
import {
  compileForFileStorage,
  compileRetentionForFileStorage,
  type FileStorageSchedule,
  retentionFromFileStorage,
  scheduleFromFileStorage,
} from "./schedule";
import type { FileSchedule, FileSnapshot } from "./schemas";

type Inputs = Readonly<Record<string, JsonValue>>;

/** Maps a File Storage volume's snapshot from the API's form. */
export function toFileSnapshot(snapshot: FileSnapshot, region: string): ObservedSnapshot {
  const createdAt = isoTextOf(snapshot.created_at);
  return {
    snapshotId: snapshot.id,
    segments: [snapshot.id],
    status: toStatus(snapshot.state),
    ...defined({
      platformStatus: snapshot.state ?? undefined,
      createdAt,
      sizeText: snapshot.size == null ? undefined : String(snapshot.size),
    }),
    details: { region },
  };
}

/** Schedule of a File Storage volume in the API's form. */
export function toFileSchedule(
  inputs: Inputs,
  nowMs: number,
): { readonly snapshot_retention_count: number; readonly snapshot_schedule: FileStorageSchedule } {
  return {
    snapshot_retention_count: compiled(compileRetentionForFileStorage((inputs["retention"] ?? {}) as Retention)),
    snapshot_schedule: compiled(compileForFileStorage((inputs["schedules"] ?? []) as readonly PlainSchedule[], nowMs)),
  };
}

/**
 * Maps the snapshot schedules of a File Storage volume from the API's form: one or none. Times are in the user's zone.
 * A schedule shown without its id gets `heldId`, if known: a volume has at most one schedule.
 */
export function toFilePolicies(
  volumeId: string,
  answer: FileSchedule,
  inputs: Inputs,
  nowMs: number,
  region: string,
  heldId?: string,
): ObservedPolicy[] {
  const [first] = (inputs["schedules"] ?? []) as readonly PlainSchedule[];
  const zone = first === undefined ? undefined : (first.timezone ?? "UTC");
  const { snapshot_policy_enabled: enabled, snapshot_retention_count: count } = answer;
  const retention = count == null ? undefined : retentionFromFileStorage(count);
  return (answer.snapshot_schedule ?? []).flatMap(({ id, ...schedule }) => {
    const policyId = id ?? heldId;
    if (policyId === undefined) return [];
    const read = scheduleFromFileStorage(schedule, nowMs, zone);
    const unreadable = [
      ...("problem" in read ? [read.problem] : []),
      ...(count != null && retention === undefined
        ? [`Samsung Cloud Platform answers an unknown retention count: ${JSON.stringify(count)}`]
        : []),
    ];
    return {
      policyId,
      segments: [volumeId, policyId],
      status: enabled == null ? "unknown" : String(enabled) === "true" ? "active" : "suspended",
      shown: given({
        fileVolumeId: volumeId,
        schedules: "compiled" in read ? [read.compiled] : undefined,
        retention: count == null ? inputs["retention"] : (retention as JsonValue | undefined),
      }),
      ...(unreadable.length === 0 ? {} : { unreadable }),
      region,
    };
  });
}
