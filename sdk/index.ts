export type {
  CommonBackupPolicyArgs,
  CommonRestoreArgs,
  CommonSnapshotArgs,
  CreatingSnapshotArgs,
  DeletableSnapshotArgs,
  InputsOf,
  RestoreConfirmation,
  RetainedSnapshotArgs,
  ScheduledArgs,
  VerifiedPolicyArgs,
  VerifiedSnapshotArgs,
} from "./arguments";
export { BackupPolicy, type BackupPolicyArgs } from "./backup-policy";
export {
  type DownloadLinkResult,
  type GetDownloadLinkArgs,
  type GetSnapshotArgs,
  type GetSnapshotsArgs,
  getDownloadLink,
  getDownloadLinkOutput,
  getSnapshot,
  getSnapshotOutput,
  getSnapshots,
  getSnapshotsOutput,
  type SnapshotResult,
  type SnapshotTarget,
} from "./functions";
export type { Platform } from "./platforms";
export type { DiscloudBackupPolicyArgs, DiscloudSnapshotArgs } from "./platforms/discloud";
export type {
  DscloudBackupPolicyArgs,
  LatestDscloudSnapshotArgs,
  NamedDscloudSnapshotArgs,
} from "./platforms/dscloud";
export type {
  ScpFileVolumeBackupPolicyArgs,
  ScpFileVolumeSnapshotArgs,
  ScpServerBackupPolicyArgs,
  ScpVolumeBackupPolicyArgs,
  ScpVolumeRestoreArgs,
  ScpVolumeSnapshotArgs,
} from "./platforms/scp";
export type {
  SnapshooterJob,
  SnapshooterJobPolicyArgs,
  SnapshooterRestoreArgs,
  SnapshooterRestoreCompute,
  SnapshooterSnapshotArgs,
  SnapshooterWatchArgs,
  SnapshotFile,
} from "./platforms/snapshooter";
export type {
  VirtusAppBackupPolicyArgs,
  VirtusAppSnapshotArgs,
  VirtusDatabaseBackupPolicyArgs,
  VirtusDatabaseRestoreArgs,
  VirtusDatabaseSnapshotArgs,
} from "./platforms/virtus";
export type { PolicySnapshot } from "./policy-snapshot";
export { Restore, type RestoreArgs, type RestoreStatus } from "./restore";
export {
  type FromOptions,
  longestGapSeconds,
  type NextRunsOptions,
  nextRuns,
  type Retention,
  type Schedule,
} from "./schedule";
export { Snapshot, type SnapshotArgs, type SnapshotStatus } from "./snapshot";
