import * as pulumi from "@pulumi/pulumi";
import { outputNames } from "./backup-policy-outputs";
import type { InputsOf } from "./functions";
import type { Platform } from "./platform";
import type { PolicySnapshot } from "./policy-snapshot";
import { typeToken } from "./provider-text";
import { addForeignOutputs, resourceInputs } from "./resource";
import type { Retention, Schedule } from "./schedule";
import type { SnapshooterJob } from "./snapshooter-job";
import { spareTraces } from "./traces";

/** The arguments that a BackupPolicy has on every platform. */
export interface CommonBackupPolicyArgs {
  /** The connection to use: a stack config object `snapshots:<connection>`. Default: the platform's name. */
  connection?: string;
  /**
   * How old the newest usable backup may be, your recovery point objective: a whole number and `min`, `h`, `d`, `w`, `mo`
   * or `y`, as in `"26h"`. Left out, it is not judged.
   */
  maxAge?: pulumi.Input<string>;
  /**
   * What an up does when the newest usable backup is older than `maxAge`, after it has taken one where it runs the policy:
   * `warn` (default) or `fail`. A refresh only stores `fresh: false`, which the next preview shows as an update.
   */
  onStale?: "warn" | "fail";
  /** Takes nothing, deletes nothing and judges no `maxAge` while true. What the platform runs goes on. Default: false. */
  suspended?: pulumi.Input<boolean>;
}

/** The arguments of a policy whose backups can be downloaded, and which `pulumi up` runs or watches. */
export interface VerifiedPolicyArgs {
  /**
   * `archive`: a backup's bytes are downloaded once, without keeping them, and its archive is checked as for a Snapshot.
   *
   * - Where `pulumi up` runs the policy: the snapshot of a scheduled time settles it only once it is verified. A broken
   *   one is recorded as `failed`, the up fails with the reason, and the next one takes another. While its store can't be
   *   reached it is recorded as `running`, and the next up verifies the same one.
   * - Where the policy is watched: each up that has something to do verifies the newest usable backup, and while that is
   *   broken the one before. A broken one, or one whose store can't be reached, counts for neither `fresh` nor
   *   `lastSnapshotAt`, with a warning. After a refresh, which downloads nothing, the next up verifies a newer one.
   */
  verify?: pulumi.Input<"archive">;
}

/** When backups are taken. */
export interface ScheduledArgs {
  /**
   * Five cron fields each, with an IANA `timezone` (default `UTC`). Two lists that mean the same runs are equal. What a
   * platform can't express is refused at preview, with the nearest that it can.
   */
  schedules: pulumi.Input<pulumi.Input<InputsOf<Schedule>>[]>;
}

interface UnscheduledArgs {
  /** Not here: the policy only watches that backups appear; somebody else schedules them. */
  schedules?: never;
  /** Not here: the policy only watches that backups appear; somebody else deletes them. */
  retention?: never;
}

/** A backup of an app on Discloud by every `pulumi up` whose scheduled time has passed. */
export interface DiscloudBackupPolicyArgs extends CommonBackupPolicyArgs, ScheduledArgs, VerifiedPolicyArgs {
  /** Discloud: https://docs.discloud.com. */
  platform: "discloud";
  /** The app's id. */
  appId: pulumi.Input<string>;
  /** Not here: the API can't delete a snapshot. */
  retention?: never;
}

/** A backup of an app on Virtus Cloud by every `pulumi up` whose scheduled time has passed. */
export interface VirtusAppBackupPolicyArgs extends CommonBackupPolicyArgs, ScheduledArgs, VerifiedPolicyArgs {
  /** Virtus Cloud: https://docs.virtuscloud.app. */
  platform: "virtus";
  /** The app's id. */
  appId: pulumi.Input<string>;
  /** Not together with `appId`: a policy is for one target. */
  databaseId?: never;
  /** Not here: the API can't delete a snapshot. */
  retention?: never;
}

/** A backup of a database on Virtus Cloud by every `pulumi up` whose scheduled time has passed. */
export interface VirtusDatabaseBackupPolicyArgs extends CommonBackupPolicyArgs, ScheduledArgs, VerifiedPolicyArgs {
  /** Virtus Cloud: https://docs.virtuscloud.app. */
  platform: "virtus";
  /** The database's id. */
  databaseId: pulumi.Input<string>;
  /** Not together with `databaseId`: a policy is for one target. */
  appId?: never;
  /** Not here: the API can't delete a snapshot. */
  retention?: never;
}

/** Watches that DS Cloud's own backups of an app appear. */
export interface DscloudBackupPolicyArgs extends CommonBackupPolicyArgs, UnscheduledArgs, VerifiedPolicyArgs {
  /** DS Cloud: https://dscloud.mintlify.app. */
  platform: "dscloud";
  /** The app's id. */
  appId: pulumi.Input<string>;
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

/** A snapshot of a virtual-server volume by every `pulumi up` whose scheduled time has passed, and what is kept of them. */
export interface ScpVolumeBackupPolicyArgs extends CommonBackupPolicyArgs, ScheduledArgs {
  /** Samsung Cloud Platform: https://docs.e.samsungsdscloud.com/en/apireference/. */
  platform: "scp";
  /** The volume's id. */
  volumeId: pulumi.Input<string>;
  /** Not together with `volumeId`: a policy is for one target. */
  serverId?: never;
  /** Not together with `volumeId`: a policy is for one target. */
  fileVolumeId?: never;
  /** Snapshot a volume that is attached to a server. */
  force?: pulumi.Input<boolean>;
  /** Left out, nothing is ever pruned. Only what this policy has made is. */
  retention?: pulumi.Input<InputsOf<Retention>>;
}

/** A server backup, which Samsung Cloud Platform runs. */
export interface ScpServerBackupPolicyArgs extends CommonBackupPolicyArgs, ScheduledArgs {
  /** Samsung Cloud Platform: https://docs.e.samsungsdscloud.com/en/apireference/. */
  platform: "scp";
  /** The server's id. */
  serverId: pulumi.Input<string>;
  /** Not together with `serverId`: a policy is for one target. */
  volumeId?: never;
  /** Not together with `serverId`: a policy is for one target. */
  fileVolumeId?: never;
  /** The backup's name; no other one may have it. */
  name: pulumi.Input<string>;
  /** Default: `AGENTLESS`. */
  policyCategory?: pulumi.Input<"AGENTLESS" | "AGENT">;
  /** Default: `VM_IMAGE`. */
  policyType?: pulumi.Input<"VM_IMAGE" | "FILESYSTEM">;
  /** Default: `VIRTUAL_SERVER`. */
  serverCategory?: pulumi.Input<"VIRTUAL_SERVER" | "GPU_SERVER" | "BAREMETAL_SERVER">;
  /** Default: true. */
  encrypt?: pulumi.Input<boolean>;
  /** The region that backups are kept in; with an agent, copied to. Left out, the platform decides. */
  storageRegion?: pulumi.Input<string>;
  /** Copies the backups to another region. */
  drEnabled?: pulumi.Input<boolean>;
  /** The paths to back up, with policyType `FILESYSTEM`. */
  filesystemPaths?: pulumi.Input<pulumi.Input<string>[]>;
  /** Backs up all file systems, with policyType `FILESYSTEM`. */
  isAllFilesystem?: pulumi.Input<boolean>;
  /** Its tags. The API takes them at creation, and does not show them. */
  tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** `keepWithin` only: `14d` or `2w`, `31d` or `1mo`, `93d` or `3mo`, `186d` or `6mo`, `365d` or `1y`. */
  retention: pulumi.Input<InputsOf<Pick<Retention, "keepWithin">>>;
  /** What destroy does: `retain` (default) leaves the backup running, `delete` deletes it. */
  deletionPolicy?: "retain" | "delete";
}

/** The snapshot schedule of a File Storage volume, which Samsung Cloud Platform runs. */
export interface ScpFileVolumeBackupPolicyArgs extends CommonBackupPolicyArgs, ScheduledArgs {
  /** Samsung Cloud Platform: https://docs.e.samsungsdscloud.com/en/apireference/. */
  platform: "scp";
  /** The File Storage volume's id. */
  fileVolumeId: pulumi.Input<string>;
  /** Not together with `fileVolumeId`: a policy is for one target. */
  volumeId?: never;
  /** Not together with `fileVolumeId`: a policy is for one target. */
  serverId?: never;
  /** `keepLast` only, from 1 to 128. */
  retention: pulumi.Input<InputsOf<Pick<Retention, "keepLast">>>;
  /** Takes over the schedule that the volume has already; destroy then leaves it there. */
  adopt?: pulumi.Input<boolean>;
}

/**
 * The arguments of a BackupPolicy: a union on `platform` and target, so that what a platform lacks does not compile. Those
 * in a constant of their own need `satisfies BackupPolicyArgs`, since TypeScript else takes `platform` for any text.
 */
export type BackupPolicyArgs =
  | DiscloudBackupPolicyArgs
  | VirtusAppBackupPolicyArgs
  | VirtusDatabaseBackupPolicyArgs
  | DscloudBackupPolicyArgs
  | SnapshooterWatchArgs
  | SnapshooterJobPolicyArgs
  | ScpVolumeBackupPolicyArgs
  | ScpServerBackupPolicyArgs
  | ScpFileVolumeBackupPolicyArgs;

/**
 * A schedule, a retention and a recovery point objective as declarative state, in one grammar on five platforms.
 *
 * What runs it follows from the target (`runBy`). `platform`: a SnapShooter `job`, an SCP server backup (`serverId`) and
 * an SCP File Storage schedule (`fileVolumeId`). `up`: an app or database on Virtus Cloud, an app on Discloud and an SCP
 * `volumeId`: when a scheduled time has passed, the next preview shows `~ dueAt`, and the up takes one snapshot for it.
 * `watched`: a DS Cloud app and a SnapShooter `jobId`, whose backups somebody else takes. Destroy never deletes a snapshot.
 *
 * @example
 * const nightly = new BackupPolicy("nightly", {
 *   platform: "discloud",
 *   appId: "1745338954955",
 *   schedules: [{ cron: "0 3 * * *", timezone: "Europe/Lisbon" }],
 *   maxAge: "26h",
 * });
 */
export class BackupPolicy extends pulumi.CustomResource {
  /** The platform that it is on. */
  declare readonly platform: pulumi.Output<Platform>;
  /** The connection that reaches it; default: the platform's name. */
  declare readonly connection: pulumi.Output<string>;
  /** Virtus Cloud, DS Cloud and Discloud: the app's id. */
  declare readonly appId: pulumi.Output<string | undefined>;
  /** Virtus Cloud: the database's id. */
  declare readonly databaseId: pulumi.Output<string | undefined>;
  /** SnapShooter: the id of the backup job that is watched. */
  declare readonly jobId: pulumi.Output<string | undefined>;
  /** SnapShooter: the backup job that was created. */
  declare readonly job: pulumi.Output<pulumi.UnwrappedObject<SnapshooterJob> | undefined>;
  /** Samsung Cloud Platform: the virtual-server volume's id. */
  declare readonly volumeId: pulumi.Output<string | undefined>;
  /** Samsung Cloud Platform: the id of the server that is backed up. */
  declare readonly serverId: pulumi.Output<string | undefined>;
  /** Samsung Cloud Platform: the File Storage volume's id. */
  declare readonly fileVolumeId: pulumi.Output<string | undefined>;
  /** Samsung Cloud Platform: whether a volume that is attached to a server is snapshotted. */
  declare readonly force: pulumi.Output<boolean | undefined>;
  /** Samsung Cloud Platform: the server backup's name. */
  declare readonly name: pulumi.Output<string | undefined>;
  /** Samsung Cloud Platform: whether an agent takes the backups; default: `AGENTLESS`. */
  declare readonly policyCategory: pulumi.Output<string | undefined>;
  /** Samsung Cloud Platform: what is backed up; default: `VM_IMAGE`. */
  declare readonly policyType: pulumi.Output<string | undefined>;
  /** Samsung Cloud Platform: the kind of server; default: `VIRTUAL_SERVER`. */
  declare readonly serverCategory: pulumi.Output<string | undefined>;
  /** Samsung Cloud Platform: whether backups are encrypted; default: true. */
  declare readonly encrypt: pulumi.Output<boolean | undefined>;
  /** Samsung Cloud Platform: the region that backups are kept in. */
  declare readonly storageRegion: pulumi.Output<string | undefined>;
  /** Samsung Cloud Platform: whether backups are copied to another region. */
  declare readonly drEnabled: pulumi.Output<boolean | undefined>;
  /** Samsung Cloud Platform: the paths that are backed up. */
  declare readonly filesystemPaths: pulumi.Output<string[] | undefined>;
  /** Samsung Cloud Platform: whether all file systems are backed up. */
  declare readonly isAllFilesystem: pulumi.Output<boolean | undefined>;
  /** Samsung Cloud Platform: the tags that it was created with. */
  declare readonly tags: pulumi.Output<Record<string, string> | undefined>;
  /** Samsung Cloud Platform: whether an existing File Storage schedule is adopted. */
  declare readonly adopt: pulumi.Output<boolean | undefined>;
  /** Samsung Cloud Platform: what destroy does with a server backup; default: `retain`. */
  declare readonly deletionPolicy: pulumi.Output<"retain" | "delete" | undefined>;
  /** When backups are taken. */
  declare readonly schedules: pulumi.Output<Schedule[] | undefined>;
  /** Which backups are kept. */
  declare readonly retention: pulumi.Output<Retention | undefined>;
  /** How old the newest usable backup may be: a duration, such as `"26h"`. */
  declare readonly maxAge: pulumi.Output<string | undefined>;
  /** What an up does when it is older; default: `warn`. */
  declare readonly onStale: pulumi.Output<"warn" | "fail">;
  /** `archive` where its bytes are checked once it is usable. */
  declare readonly verify: pulumi.Output<"archive" | undefined>;
  /** Whether nothing is taken, deleted and judged. */
  declare readonly suspended: pulumi.Output<boolean | undefined>;
  /** Run by `pulumi up`: the latest scheduled time that has passed, ISO-8601 UTC. */
  declare readonly dueAt: pulumi.Output<string | undefined>;
  /** The platform's own id of the policy; where `pulumi up` runs or watches it, 8 hex digits of its URN at creation. */
  declare readonly policyId: pulumi.Output<string>;
  /** Who runs it. */
  declare readonly runBy: pulumi.Output<"platform" | "up" | "watched">;
  /** What is known of the policy's state. */
  declare readonly status: pulumi.Output<"active" | "suspended" | "pending" | "failed" | "unknown">;
  /** The platform's own word for the status, where it has one. */
  declare readonly platformStatus: pulumi.Output<string | undefined>;
  /** When the policy was made, ISO-8601 UTC. */
  declare readonly createdAt: pulumi.Output<string | undefined>;
  /** Samsung Cloud Platform: true for a schedule that was there before and was taken over. */
  declare readonly adopted: pulumi.Output<boolean | undefined>;
  /** Whether the newest usable backup is younger than `maxAge`; undefined where that is not judged. */
  declare readonly fresh: pulumi.Output<boolean | undefined>;
  /** When the newest usable backup was taken, ISO-8601 UTC. */
  declare readonly lastSnapshotAt: pulumi.Output<string | undefined>;
  /** The platform's own id of the newest usable backup. */
  declare readonly lastSnapshotId: pulumi.Output<string | undefined>;
  /** When the last three were looked at, ISO-8601 UTC. */
  declare readonly checkedAt: pulumi.Output<string | undefined>;
  /** With `verify`: when the newest backup that is intact was checked, ISO-8601 UTC. */
  declare readonly verifiedAt: pulumi.Output<string | undefined>;
  /** With `verify`: how many bytes of it were checked. */
  declare readonly verifiedBytes: pulumi.Output<number | undefined>;
  /** With `verify`: the SHA-256 of its bytes, in hex, where it is one file. */
  declare readonly sha256: pulumi.Output<string | undefined>;
  /** Run by `pulumi up`: what the policy holds, newest first. */
  declare readonly snapshots: pulumi.Output<PolicySnapshot[] | undefined>;
  /** Run by `pulumi up`: the ids of what the last run has deleted. */
  declare readonly pruned: pulumi.Output<string[] | undefined>;
  /** Run by `pulumi up`: the ids of what a later run has to delete. */
  declare readonly pruneQueue: pulumi.Output<string[] | undefined>;

  /**
   * @param name The resource's name.
   * @param args What to back up, and when; checked at preview, before any request.
   * @param opts `customTimeouts.create` bounds one run, such as `"1h"`.
   */
  constructor(name: string, args: BackupPolicyArgs, opts?: pulumi.CustomResourceOptions) {
    const restoreTraces = spareTraces();
    try {
      super(typeToken("BackupPolicy"), name, resourceInputs("BackupPolicy", name, args, outputNames, opts), opts);
    } finally {
      restoreTraces();
    }
    addForeignOutputs(this, outputNames);
  }

  /**
   * Reads a policy that a platform runs, without managing it: a refresh follows it, destroy leaves it alone. An id that
   * does not exist is an error.
   *
   * @param id `snapshooter/job/<jobId>`, `scp/server/<serverId>/<backupId>` or
   * `scp/file-volume/<fileVolumeId>/<scheduleId>`, each part percent-encoded.
   */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    args: { connection?: string } = {},
    opts?: pulumi.CustomResourceOptions,
  ): BackupPolicy {
    return new BackupPolicy(name, args as BackupPolicyArgs, { ...opts, id });
  }
}
