import type * as pulumi from "@pulumi/pulumi";
import type {
  CommonBackupPolicyArgs,
  CommonSnapshotArgs,
  RetainedSnapshotArgs,
  UnscheduledArgs,
  VerifiedPolicyArgs,
  VerifiedSnapshotArgs,
} from "../arguments";

interface AdoptedDscloudSnapshotArgs extends CommonSnapshotArgs, RetainedSnapshotArgs, VerifiedSnapshotArgs {
  /** DS Cloud: https://dscloud.mintlify.app. */
  platform: "dscloud";
  /** The app's id. */
  appId: pulumi.Input<string>;
}

/**
 * The newest successful backup of an app on DS Cloud, whose API can't take backups.
 * Source: https://dscloud.mintlify.app/api-reference/endpoint/apps/backups/get
 */
export interface LatestDscloudSnapshotArgs extends AdoptedDscloudSnapshotArgs {
  /** Adopts the newest successful backup, chosen once, at create. */
  adopt: "latest";
  /** A change to any of these values adopts the newest backup again. */
  triggers?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/** One named backup of an app on DS Cloud, whose API can't take backups. */
export interface NamedDscloudSnapshotArgs extends AdoptedDscloudSnapshotArgs {
  /** The backup's name, such as `Backup at 2024-12-07 22:07:11`. */
  adopt: pulumi.Input<string>;
  /** Not available: it would only adopt the same backup again. Use `adopt: "latest"` to adopt newer ones. */
  triggers?: never;
}

/** Observes that DS Cloud's own backups of an app appear. */
export interface DscloudBackupPolicyArgs extends CommonBackupPolicyArgs, UnscheduledArgs, VerifiedPolicyArgs {
  /** DS Cloud: https://dscloud.mintlify.app. */
  platform: "dscloud";
  /** The app's id. */
  appId: pulumi.Input<string>;
}

/** Types of DS Cloud that programs use. */
export interface Dscloud {
  target: { platform: "dscloud"; connection?: string; appId: string };
  downloads: "dscloud";
  snapshotArgs: LatestDscloudSnapshotArgs | NamedDscloudSnapshotArgs;
  snapshotResult: {
    /** DS Cloud: the app's id. */
    appId?: string;
    /** DS Cloud: the backup's name. */
    backupName?: string;
  };
  policyArgs: DscloudBackupPolicyArgs;
  policyOutputs: {
    /** DS Cloud: the app's id. */
    appId?: string;
  };
}
