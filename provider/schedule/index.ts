export { type Compiled, sameCompiled } from "./compiled";
export {
  DEFAULT_MAX_DELETES,
  DEFAULT_MINIMUM_RETAINED,
  type KeepReason,
  type KeptSnapshot,
  keepReasonText,
  type PrunedSnapshot,
  type RetainedSnapshot,
  type Retention,
  retentionProblem,
  retentionSchema,
  type Simulation,
  type SimulationContext,
  sameRetention,
  simulate,
} from "./retention";
export {
  clockChangeWarnings,
  latestRunAt,
  longestGapAfter,
  nextRunsAfter,
  parseSchedules,
  type Schedule,
  sameSchedules,
  scheduleSchema,
  schedulesSchema,
} from "./schedules";
export {
  compileForFileStorage,
  compileRetentionForFileStorage,
  type FileStorageSchedule,
  type FileStorageScheduleAnswer,
  retentionFromFileStorage,
  scheduleFromFileStorage,
} from "./scp-file-storage";
export {
  compileForServerBackup,
  compileRetentionForServerBackup,
  retentionFromServerBackup,
  SCP_SERVER_ZONE_WARNING,
  SCP_ZONE,
  type ServerBackupRetention,
  type ServerBackupSchedule,
  type ServerBackupScheduleAnswer,
  schedulesFromServerBackup,
} from "./scp-server-backup";
export {
  compileForSnapshooter,
  compileRetentionForSnapshooter,
  retentionFromSnapshooter,
  type SnapshooterRetention,
  type SnapshooterRetentionAnswer,
  type SnapshooterSchedule,
  type SnapshooterScheduleAnswer,
  schedulesFromSnapshooter,
} from "./snapshooter";
