import type * as pulumi from "@pulumi/pulumi";
import type {
  CommonBackupPolicyArgs,
  CommonRestoreArgs,
  CreatingSnapshotArgs,
  DeletableSnapshotArgs,
  InputsOf,
  ScheduledArgs,
  UnscheduledArgs,
  VerifiedPolicyArgs,
  VerifiedSnapshotArgs,
} from "../arguments";
import type { Retention } from "../schedule";

/** A backup of a SnapShooter job. Source: https://snapshooter.com/api/backups */
export interface SnapshooterSnapshotArgs extends CreatingSnapshotArgs, DeletableSnapshotArgs, VerifiedSnapshotArgs {
  /** SnapShooter: https://snapshooter.com/api. */
  platform: "snapshooter";
  /** The id of the backup job to run. */
  jobId: pulumi.Input<string>;
  /** The backup's rotation, whose oldest backup it may displace. Default: `manual`. A change replaces the snapshot. */
  tag?: pulumi.Input<"manual" | "hourly" | "daily" | "weekly" | "monthly">;
}

/** A file of a backup. */
export interface SnapshotFile {
  /** The file's id, which a Restore takes in `files`. */
  id: string;
  /** The file's path in the backup: data, not a path on this machine. */
  name: string;
  /** Size as text, as the API reports it. */
  sizeText?: string;
  /** With `verify`: the SHA-256 of its bytes, in hex. */
  sha256?: string;
}

/** A SnapShooter backup job, in the API's own field names. Source: https://snapshooter.com/api/jobs */
export interface SnapshooterJob {
  /** Name of the job, unique in the account: only the name shows whether the job was created. */
  name: pulumi.Input<string>;
  /** Kind of backup: the id of one of SnapShooter's backup solutions. */
  recipeId: pulumi.Input<number>;
  /** The recipe's fields, such as `root_path`. */
  config: pulumi.Input<Record<string, unknown>>;
  /** Compute that the job runs on, such as `{ type: "server", server_id: 9362 }`. */
  compute: pulumi.Input<Record<string, unknown>>;
  /** Storage for the backups. */
  storage: pulumi.Input<Record<string, unknown>>;
  /** The id of the encryption key that backups are encrypted with. */
  encryptionKeyId?: pulumi.Input<string>;
  /** The id of the proxy that the job uses. */
  proxyId?: pulumi.Input<number>;
}

/** Observes the backups of a SnapShooter job that is managed elsewhere. */
export interface SnapshooterWatchArgs extends CommonBackupPolicyArgs, UnscheduledArgs, VerifiedPolicyArgs {
  /** SnapShooter: https://snapshooter.com/api. */
  platform: "snapshooter";
  /** The job's id. */
  jobId: pulumi.Input<string>;
  /** Not together with `jobId`, which names an existing job: `job` creates one. */
  job?: never;
}

/**
 * A SnapShooter job, which SnapShooter runs. Its API documents neither updating nor deleting a job: after creation a
 * change is refused at preview, and destroy stops managing the job, which keeps running.
 */
export interface SnapshooterJobPolicyArgs extends CommonBackupPolicyArgs, ScheduledArgs {
  /** SnapShooter: https://snapshooter.com/api. */
  platform: "snapshooter";
  /** The backup job to create. */
  job: pulumi.Input<SnapshooterJob>;
  /** Not together with `job`, which creates a job: `jobId` names an existing one. */
  jobId?: never;
  verify?: never;
  /** `keepHourly`, `keepDaily`, `keepWeekly` and `keepMonthly` only. */
  retention?: pulumi.Input<InputsOf<Pick<Retention, "keepHourly" | "keepDaily" | "keepWeekly" | "keepMonthly">>>;
}

/** Compute on which SnapShooter runs a restore, in the API's own field names. */
export interface SnapshooterRestoreCompute {
  /** The kind of compute, such as `ss_agent`. */
  type: pulumi.Input<string>;
  /** The server's id. */
  server_id: pulumi.Input<number>;
}

/** A restore of a SnapShooter backup. Source: https://snapshooter.com/api/backups */
export interface SnapshooterRestoreArgs extends CommonRestoreArgs {
  /** SnapShooter: https://snapshooter.com/api. */
  platform: "snapshooter";
  /** The id of the job whose backup it is. */
  jobId: pulumi.Input<string>;
  /** The backup's id. */
  backupId: pulumi.Input<string>;
  /** The ids (not the names) of the backup's files to restore. Default: all of them. */
  files?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Compute that the restore runs on. Default: the job's compute. SnapShooter refuses it for a backup that was taken
   * with serverless compute.
   */
  compute?: pulumi.Input<SnapshooterRestoreCompute>;
}

/** Types of SnapShooter that programs use. */
export interface Snapshooter {
  target: { platform: "snapshooter"; connection?: string; jobId: string };
  downloads: "snapshooter";
  snapshotArgs: SnapshooterSnapshotArgs;
  snapshotResult: {
    /** SnapShooter: the backup job's id. */
    jobId?: string;
    /** SnapShooter: time at which the backup was completed, ISO-8601 UTC. */
    completedAt?: string;
    /** SnapShooter: the backup's files. */
    files?: SnapshotFile[];
  };
  snapshotSettings: {
    /** SnapShooter: the backup's rotation; default: `manual`. */
    tag?: string;
  };
  policyArgs: SnapshooterWatchArgs | SnapshooterJobPolicyArgs;
  policyOutputs: {
    /** SnapShooter: the id of the backup job that is observed. */
    jobId?: string;
    /** SnapShooter: the backup job that was created. */
    job?: pulumi.UnwrappedObject<SnapshooterJob>;
  };
  restoreArgs: SnapshooterRestoreArgs;
  restoreOutputs: {
    /** SnapShooter: the id of the job whose backup it is. */
    jobId?: string;
    /** SnapShooter: the backup's id. */
    backupId?: string;
    /** SnapShooter: the ids of the restored files; undefined for all of them. */
    files?: string[];
    /** SnapShooter: the compute that the restore runs on; undefined for the job's compute. */
    compute?: { type: string; server_id: number };
  };
}
