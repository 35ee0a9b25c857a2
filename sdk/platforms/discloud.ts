import type * as pulumi from "@pulumi/pulumi";
import type {
  CommonBackupPolicyArgs,
  CreatingSnapshotArgs,
  RetainedSnapshotArgs,
  ScheduledArgs,
  VerifiedPolicyArgs,
  VerifiedSnapshotArgs,
} from "../arguments";

/** A snapshot of an app on Discloud. Source: https://docs.discloud.com/en/api-and-integrations/api-overview/snapshot */
export interface DiscloudSnapshotArgs extends CreatingSnapshotArgs, RetainedSnapshotArgs, VerifiedSnapshotArgs {
  /** Discloud: https://docs.discloud.com. */
  platform: "discloud";
  /** The app's id: letters, digits and hyphens, at most 40. `all` is refused. */
  appId: pulumi.Input<string>;
}

/** Scheduled backups of an app on Discloud, taken by `pulumi up` once a scheduled time has passed. */
export interface DiscloudBackupPolicyArgs extends CommonBackupPolicyArgs, ScheduledArgs, VerifiedPolicyArgs {
  /** Discloud: https://docs.discloud.com. */
  platform: "discloud";
  /** The app's id. */
  appId: pulumi.Input<string>;
  /** Not available: the API can't delete a snapshot. */
  retention?: never;
}

/** Types of Discloud that programs use. */
export interface Discloud {
  target: { platform: "discloud"; connection?: string; appId: string };
  account: { platform: "discloud"; connection?: string; appId?: undefined };
  downloads: "discloud";
  snapshotArgs: DiscloudSnapshotArgs;
  snapshotResult: {
    /** Discloud: the app's id. */
    appId?: string;
    /** Discloud: the version, `YYYYMMDD-HHMMSS` in a time zone that Discloud does not document. */
    version?: string;
  };
  policyArgs: DiscloudBackupPolicyArgs;
  policyOutputs: {
    /** Discloud: the app's id. */
    appId?: string;
  };
}
