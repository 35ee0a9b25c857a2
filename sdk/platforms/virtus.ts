import type * as pulumi from "@pulumi/pulumi";
import type {
  CommonBackupPolicyArgs,
  CommonRestoreArgs,
  CreatingSnapshotArgs,
  RetainedSnapshotArgs,
  ScheduledArgs,
  VerifiedPolicyArgs,
  VerifiedSnapshotArgs,
} from "../arguments";

/**
 * A snapshot of an app on Virtus Cloud.
 * Source: https://docs.virtuscloud.app/api-reference/endpoint/apps/snapshots/post
 */
export interface VirtusAppSnapshotArgs extends CreatingSnapshotArgs, RetainedSnapshotArgs, VerifiedSnapshotArgs {
  /** Virtus Cloud: https://docs.virtuscloud.app. */
  platform: "virtus";
  /** The app's id. */
  appId: pulumi.Input<string>;
  /** Not together with `appId`: a snapshot is for one target. */
  databaseId?: never;
}

/**
 * A snapshot of a database on Virtus Cloud.
 * Source: https://docs.virtuscloud.app/api-reference/endpoint/databases/snapshots/do_snapshot
 */
export interface VirtusDatabaseSnapshotArgs extends CreatingSnapshotArgs, RetainedSnapshotArgs, VerifiedSnapshotArgs {
  /** Virtus Cloud: https://docs.virtuscloud.app. */
  platform: "virtus";
  /** The database's id. */
  databaseId: pulumi.Input<string>;
  /** Not together with `databaseId`: a snapshot is for one target. */
  appId?: never;
}

/** Scheduled backups of an app on Virtus Cloud, taken by `pulumi up` once a scheduled time has passed. */
export interface VirtusAppBackupPolicyArgs extends CommonBackupPolicyArgs, ScheduledArgs, VerifiedPolicyArgs {
  /** Virtus Cloud: https://docs.virtuscloud.app. */
  platform: "virtus";
  /** The app's id. */
  appId: pulumi.Input<string>;
  /** Not together with `appId`: a policy is for one target. */
  databaseId?: never;
  /** Not available: the API can't delete a snapshot. */
  retention?: never;
}

/** Scheduled backups of a database on Virtus Cloud, taken by `pulumi up` once a scheduled time has passed. */
export interface VirtusDatabaseBackupPolicyArgs extends CommonBackupPolicyArgs, ScheduledArgs, VerifiedPolicyArgs {
  /** Virtus Cloud: https://docs.virtuscloud.app. */
  platform: "virtus";
  /** The database's id. */
  databaseId: pulumi.Input<string>;
  /** Not together with `databaseId`: a policy is for one target. */
  appId?: never;
  /** Not available: the API can't delete a snapshot. */
  retention?: never;
}

/**
 * A restore of a database on Virtus Cloud.
 * Source: https://docs.virtuscloud.app/api-reference/endpoint/databases/snapshots/restore
 */
export interface VirtusDatabaseRestoreArgs extends CommonRestoreArgs {
  /** Virtus Cloud: https://docs.virtuscloud.app. */
  platform: "virtus";
  /** The database's id. */
  databaseId: pulumi.Input<string>;
  /** The snapshot's `versionId`. */
  versionId: pulumi.Input<string>;
}

/** Types of Virtus Cloud that programs use. */
export interface Virtus {
  target:
    | {
        platform: "virtus";
        connection?: string;
        appId: string;
        /** Not together with `appId`: a snapshot has one target. */
        databaseId?: never;
      }
    | {
        platform: "virtus";
        connection?: string;
        databaseId: string;
        /** Not together with `databaseId`: a snapshot has one target. */
        appId?: never;
      };
  downloads: "virtus";
  snapshotArgs: VirtusAppSnapshotArgs | VirtusDatabaseSnapshotArgs;
  snapshotResult: {
    /** Virtus Cloud: the app's id. */
    appId?: string;
    /** Virtus Cloud: the database's id. */
    databaseId?: string;
    /** Virtus Cloud: the snapshot's name, which other snapshots of the same target share. */
    snapshotName?: string;
    /** Virtus Cloud: the version's id, where the platform's list has one. */
    versionId?: string;
  };
  policyArgs: VirtusAppBackupPolicyArgs | VirtusDatabaseBackupPolicyArgs;
  policyOutputs: {
    /** Virtus Cloud: the app's id. */
    appId?: string;
    /** Virtus Cloud: the database's id. */
    databaseId?: string;
  };
  restoreArgs: VirtusDatabaseRestoreArgs;
  restoreOutputs: {
    /** Virtus Cloud: the database's id. */
    databaseId?: string;
    /** Virtus Cloud: the `versionId` of the snapshot. */
    versionId?: string;
  };
}
