import { SnapshotsError } from "../../model/errors";
import type { ObservedPolicy, PolicyStatus } from "../../model/policy";
import type { JsonValue } from "../../model/snapshot";
import type { Compiled, Retention, Schedule } from "../../schedule";
import {
  compileForServerBackup,
  compileRetentionForServerBackup,
  retentionFromServerBackup,
  type ServerBackupRetention,
  type ServerBackupSchedule,
  schedulesFromServerBackup,
} from "./backup/schedule";
import {
  compileForFileStorage,
  compileRetentionForFileStorage,
  type FileStorageSchedule,
  retentionFromFileStorage,
  scheduleFromFileStorage,
} from "./filestorage/schedule";
import type { FileSchedule, ServerBackup, ServerBackupSchedules } from "./schemas";

type Inputs = Readonly<Record<string, JsonValue>>;
type Shown = Record<string, JsonValue>;

const asSchedules = (inputs: Inputs) => (inputs["schedules"] ?? []) as unknown as readonly Schedule[];
const asRetention = (inputs: Inputs) => (inputs["retention"] ?? {}) as Retention;

function compiled<Value>(result: Compiled<Value>): Value {
  if ("compiled" in result) return result.compiled;
  throw new SnapshotsError(`[scp] backup policy: ${result.problem}`, { kind: "invalid", executed: "no" });
}

/** Only what is there: the API refuses an explicit null, and a state holds none. */
function given(fields: Readonly<Record<string, JsonValue | null | undefined>>): Shown {
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, JsonValue] => entry[1] != null));
}

/** The schedules of a server's backup, as the API takes them. */
export function toServerSchedules(inputs: Inputs): readonly ServerBackupSchedule[] {
  return compiled(compileForServerBackup(asSchedules(inputs)));
}

/** The retention of a server's backup, as the API takes it. */
export function toServerRetention(inputs: Inputs): ServerBackupRetention {
  return compiled(compileRetentionForServerBackup(asRetention(inputs)));
}

/** The body of a create of a server's backup. */
export function toCreateBackup(inputs: Inputs): Inputs {
  const { tags } = inputs;
  return given({
    name: inputs["name"],
    policy_category: inputs["policyCategory"],
    policy_type: inputs["policyType"],
    server_category: inputs["serverCategory"],
    server_uuid: inputs["serverId"],
    schedules: toServerSchedules(inputs) as unknown as JsonValue,
    retention_period: toServerRetention(inputs),
    encrypt_enabled: inputs["encrypt"],
    region: inputs["storageRegion"],
    dr_enabled: inputs["drEnabled"],
    filesystem_paths: inputs["filesystemPaths"],
    is_all_filesystem: inputs["isAllFilesystem"],
    tags: tags == null ? undefined : Object.entries(tags).map(([key, value]) => ({ key, value: value as JsonValue })),
  });
}

/** What a state of a server's backup means. Only `AVAILABLE` is documented; the others are its sibling services' words. */
export function toPolicyStatus(word: string | null | undefined): PolicyStatus {
  const known = (word ?? "").toUpperCase();
  if (known === "AVAILABLE") return "active";
  if (known === "CREATING" || known === "EDITING") return "pending";
  return /^(ERROR|FAIL)/.test(known) ? "failed" : "unknown";
}

/** The paths in the user's order where they are the same. */
function pathsShown(
  shown: readonly string[] | null | undefined,
  written: JsonValue | undefined,
): JsonValue | undefined {
  if (shown == null || !Array.isArray(written)) return shown ?? undefined;
  const isSame = String([...shown].sort()) === String([...written].sort());
  return isSame ? (written as JsonValue) : shown;
}

/** A server's backup as the API shows it, in the terms of the inputs (empty where none are known). */
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
    ...(backup.state == null ? {} : { platformStatus: backup.state }),
    shown: given({
      serverId: backup.server_uuid,
      name: backup.name,
      policyCategory: backup.policy_category,
      policyType: backup.policy_type,
      serverCategory: backup.server_category,
      encrypt: backup.encrypt_enabled,
      ...Object.fromEntries(Object.entries(optional).filter(([name]) => isWritten(name))),
      schedules: "compiled" in read ? (read.compiled as unknown as JsonValue) : undefined,
      retention: period == null ? inputs["retention"] : (retention as JsonValue | undefined),
    }),
    ...(unreadable.length === 0 ? {} : { unreadable }),
    region,
  };
}

/** The schedule of a File Storage volume, as the API takes it. */
export function toFileSchedule(
  inputs: Inputs,
  nowMs: number,
): { readonly snapshot_retention_count: number; readonly snapshot_schedule: FileStorageSchedule } {
  return {
    snapshot_retention_count: compiled(compileRetentionForFileStorage(asRetention(inputs))),
    snapshot_schedule: compiled(compileForFileStorage(asSchedules(inputs), nowMs)),
  };
}

/**
 * The snapshot schedules of a File Storage volume as the API shows them: one, or none. Times are in the user's zone. One
 * that is shown without its id is `heldId`, where that is known: a volume has one schedule at most.
 */
export function toFilePolicies(
  volumeId: string,
  answer: FileSchedule,
  inputs: Inputs,
  nowMs: number,
  region: string,
  heldId?: string,
): ObservedPolicy[] {
  const [first] = asSchedules(inputs);
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
        schedules: "compiled" in read ? ([read.compiled] as unknown as JsonValue) : undefined,
        retention: count == null ? inputs["retention"] : (retention as JsonValue | undefined),
      }),
      ...(unreadable.length === 0 ? {} : { unreadable }),
      region,
    };
  });
}
