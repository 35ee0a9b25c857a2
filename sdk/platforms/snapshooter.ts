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
  /** The rotation that the backup counts in, and whose oldest it may push out. Default: `manual`. A change replaces. */
  tag?: pulumi.Input<"manual" | "hourly" | "daily" | "weekly" | "monthly">;
}

/** A file of a backup. */
export interface SnapshotFile {
  /** Its id, which a Restore takes in `files`. */
  id: string;
  /** Its path in the backup: data, not a path on this machine. */
  name: string;
  /** Its size as the API says it. */
  sizeText?: string;
  /** With `verify`: the SHA-256 of its bytes, in hex. */
  sha256?: string;
}

/** A SnapShooter backup job, in the API's own field names. Source: https://snapshooter.com/api/jobs */
export interface SnapshooterJob {
  /** No other job of the account may have it: nothing else tells whether one was made. */
  name: pulumi.Input<string>;
  /** What kind of backup it is: one of SnapShooter's backup solutions. */
  recipeId: pulumi.Input<number>;
  /** The recipe's fields, such as `root_path`. */
  config: pulumi.Input<Record<string, unknown>>;
  /** Where it runs, such as `{ type: "server", server_id: 9362 }`. */
  compute: pulumi.Input<Record<string, unknown>>;
  /** Where backups go. */
  storage: pulumi.Input<Record<string, unknown>>;
  /** The id of the encryption key that backups are encrypted with. */
  encryptionKeyId?: pulumi.Input<string>;
  /** The id of the proxy that it runs through. */
  proxyId?: pulumi.Input<number>;
}

/** Watches that a SnapShooter job, which somebody else looks after, makes backups. */
export interface SnapshooterWatchArgs extends CommonBackupPolicyArgs, UnscheduledArgs, VerifiedPolicyArgs {
  /** SnapShooter: https://snapshooter.com/api. */
  platform: "snapshooter";
  /** The job's id. */
  jobId: pulumi.Input<string>;
  /** Not together with `jobId`, which names a job that exists: `job` creates one. */
  job?: never;
}

/**
 * A SnapShooter job, which SnapShooter runs. Its API documents no change and no deletion of a job: after creation a
 * change is refused at preview, and destroy forgets the job, which keeps running.
 */
export interface SnapshooterJobPolicyArgs extends CommonBackupPolicyArgs, ScheduledArgs {
  /** SnapShooter: https://snapshooter.com/api. */
  platform: "snapshooter";
  /** The backup job to create. */
  job: pulumi.Input<SnapshooterJob>;
  /** Not together with `job`, which creates a job: `jobId` names one that exists. */
  jobId?: never;
  verify?: never;
  /** `keepHourly`, `keepDaily`, `keepWeekly` and `keepMonthly` only. */
  retention?: pulumi.Input<InputsOf<Pick<Retention, "keepHourly" | "keepDaily" | "keepWeekly" | "keepMonthly">>>;
}

/** Where SnapShooter runs a restore, in the API's own field names. */
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
   * Where the restore runs. Default: where the job runs. SnapShooter refuses it for a backup that was made with serverless
   * compute.
   */
  compute?: pulumi.Input<SnapshooterRestoreCompute>;
}

/** SnapShooter, as programs see it. */
export interface Snapshooter {
  target: { platform: "snapshooter"; connection?: string; jobId: string };
  downloads: "snapshooter";
  snapshotArgs: SnapshooterSnapshotArgs;
  snapshotResult: {
    /** SnapShooter: the backup job's id. */
    jobId?: string;
    /** SnapShooter: when it was completed, ISO-8601 UTC. */
    completedAt?: string;
    /** SnapShooter: its files. */
    files?: SnapshotFile[];
  };
  snapshotSettings: {
    /** SnapShooter: the rotation that the backup counts in; default: `manual`. */
    tag?: string;
  };
  policyArgs: SnapshooterWatchArgs | SnapshooterJobPolicyArgs;
  policyOutputs: {
    /** SnapShooter: the id of the backup job that is watched. */
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
    /** SnapShooter: the ids of the files that are restored; undefined for all. */
    files?: string[];
    /** SnapShooter: where the restore runs; undefined for where the job runs. */
    compute?: { type: string; server_id: number };
  };
}
