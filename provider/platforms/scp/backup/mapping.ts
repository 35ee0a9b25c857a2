import { isoTextOf } from "../../../model/clock";
import { defined } from "../../../model/defined";
import type { ObservedPolicy, PolicyStatus } from "../../../model/policy";
import type { JsonValue, ObservedSnapshot, SnapshotStatus } from "../../../model/snapshot";
import type { PlainSchedule, Retention } from "../../../schedule";
import { compiled, given } from "../mapping";
import {
  compileForServerBackup,
  compileRetentionForServerBackup,
  retentionFromServerBackup,
  type ServerBackupRetention,
  type ServerBackupSchedule,
  schedulesFromServerBackup,
} from "./schedule";
import type { BackupHistory, ServerBackup, ServerBackupSchedules } from "./schemas";

type Inputs = Readonly<Record<string, JsonValue>>;

// A partial backup is not usable.
const runStates: Readonly<Record<string, SnapshotStatus>> = {
  SUCCESS: "available",
  PARTIAL_SUCCESS: "unknown",
  FAILED: "failed",
  INPROGRESS: "running",
};

/** Unique key of a run of a server's backup: its job's id, or its schedule and time if it has no job id. */
export function runIdOf({
  backup_job_guid: job,
  schedule_id: schedule,
  backup_start_time: start,
}: BackupHistory): string {
  return job ?? [schedule, start].filter((part) => part != null).join("@");
}

/** Maps a run of a server's backup to the snapshot that it takes, created at the start of the run. */
export function toServerSnapshot(run: BackupHistory, region: string): ObservedSnapshot {
  const { backup_job_state: word } = run;
  const id = runIdOf(run);
  const createdAt = isoTextOf(run.backup_start_time);
  return {
    snapshotId: id,
    segments: [id],
    status: (word != null && Object.hasOwn(runStates, word) ? runStates[word] : undefined) ?? "unknown",
    ...defined({ platformStatus: word ?? undefined, createdAt }),
    details: { region },
  };
}

/** Schedules of a server's backup in the API's form. */
export function toServerSchedules(inputs: Inputs): readonly ServerBackupSchedule[] {
  return compiled(compileForServerBackup((inputs["schedules"] ?? []) as readonly PlainSchedule[]));
}

/** Retention of a server's backup in the API's form. */
export function toServerRetention(inputs: Inputs): ServerBackupRetention {
  return compiled(compileRetentionForServerBackup((inputs["retention"] ?? {}) as Retention));
}

/** Body of the create of a server's backup. */
export function toCreateBackup(inputs: Inputs): Inputs {
  const { tags } = inputs;
  return given({
    name: inputs["name"],
    policy_category: inputs["policyCategory"],
    policy_type: inputs["policyType"],
    server_category: inputs["serverCategory"],
    server_uuid: inputs["serverId"],
    schedules: toServerSchedules(inputs),
    retention_period: toServerRetention(inputs),
    encrypt_enabled: inputs["encrypt"],
    region: inputs["storageRegion"],
    dr_enabled: inputs["drEnabled"],
    filesystem_paths: inputs["filesystemPaths"],
    is_all_filesystem: inputs["isAllFilesystem"],
    tags: tags == null ? undefined : Object.entries(tags).map(([key, value]) => ({ key, value: value as JsonValue })),
  });
}

/** Maps the state of a server's backup. Only `AVAILABLE` is documented; the others are its sibling services' words. */
export function toPolicyStatus(word: string | null | undefined): PolicyStatus {
  const known = (word ?? "").toUpperCase();
  if (known === "AVAILABLE") return "active";
  if (known === "CREATING" || known === "EDITING") return "pending";
  return /^(ERROR|FAIL)/.test(known) ? "failed" : "unknown";
}

/** Returns the paths as the platform shows them, in the user's order if they are the same paths. */
function pathsShown(
  shown: readonly string[] | null | undefined,
  written: JsonValue | undefined,
): JsonValue | undefined {
  if (shown == null || !Array.isArray(written)) return shown ?? undefined;
  const isSame = String([...shown].sort()) === String([...written].sort());
  return isSame ? (written as JsonValue) : shown;
}

/** Maps a server's backup from the API's form to the terms of the inputs (empty if none are known). */
export function toServerPolicy(
  backup: ServerBackup,
  schedules: ServerBackupSchedules,
  serverId: string,
  inputs: Inputs,
  region: string,
): ObservedPolicy {
  const isWritten = (name: string) => inputs["serverId"] === undefined || inputs[name] !== undefined;
  const optional = {
    storageRegion: backup.region,
    drEnabled: backup.dr_enabled,
    filesystemPaths: pathsShown(backup.filesystem_paths, inputs["filesystemPaths"]),
    isAllFilesystem: backup.is_all_filesystem,
  };
  const read = schedulesFromServerBackup(schedules);
  const { retention_period: period } = backup;
  const retention = period == null ? undefined : retentionFromServerBackup(period);
  const unreadable = [
    ...("problem" in read ? [read.problem] : []),
    ...(period != null && retention === undefined
      ? [`Samsung Cloud Platform answers an unknown retention: ${JSON.stringify(period)}`]
      : []),
  ];
  return {
    policyId: backup.id,
    segments: [serverId, backup.id],
    status: toPolicyStatus(backup.state),
    ...defined({ platformStatus: backup.state ?? undefined }),
    shown: given({
      serverId: backup.server_uuid,
      name: backup.name,
      policyCategory: backup.policy_category,
      policyType: backup.policy_type,
      serverCategory: backup.server_category,
      encrypt: backup.encrypt_enabled,
      ...Object.fromEntries(Object.entries(optional).filter(([name]) => isWritten(name))),
      schedules: "compiled" in read ? read.compiled : undefined,
      retention: period == null ? inputs["retention"] : (retention as JsonValue | undefined),
    }),
    ...(unreadable.length === 0 ? {} : { unreadable }),
    region,
  };
}
