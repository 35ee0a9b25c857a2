import * as pulumi from "@pulumi/pulumi";
import type { Platform } from "./platform";
import { typeToken } from "./provider-text";
import { addForeignOutputs, resourceInputs } from "./resource";
import { outputNames } from "./snapshot-outputs";
import { spareTraces } from "./traces";

/**
 * What is known of a snapshot's state. Only the platform's documented word for success makes one `available`. `pending`:
 * asked for, and not known yet which one it is. `gone`: proven not to be there any more. `unknown`: the platform's
 * answers leave it open.
 */
export type SnapshotStatus = "pending" | "running" | "available" | "failed" | "gone" | "unknown";

/** The arguments that a Snapshot has on every platform. */
export interface CommonSnapshotArgs {
  /** The connection to use: a stack config object `snapshots:<connection>`. Default: the platform's name. */
  connection?: string;
  /**
   * What follows when a refresh proves that the snapshot is gone (expired or deleted; APIs don't say which). `keep`
   * (default): it stays in the state with status `gone` and shows no diff, since a moment in time can't be taken again; every
   * preview and refresh warns. `fail`: it stays, shows a diff, and every up fails until the program decides, by other
   * `triggers` or by `keep`: for CI. `recreate`: the refresh drops it, saying why, and the next up creates it again
   * (SnapShooter: only with tag `manual`).
   */
  onGone?: "keep" | "fail" | "recreate";
}

/** The arguments of a Snapshot on a platform whose snapshots can be downloaded. */
export interface VerifiedSnapshotArgs {
  /**
   * `archive`: once the platform calls the snapshot usable, its bytes are downloaded once, without keeping them, and its
   * archive is checked: a zip's central directory and CRCs, the structure of a gzip or tar. On app hosts anything but an
   * archive is broken; files of a SnapShooter backup that are of another kind pass, unless they hold no bytes at all.
   *
   * - A broken snapshot is `failed`: the up fails with the reason, and the next one takes another. It stays on the
   *   platform: only a destroy with `deletionPolicy: "delete"` deletes it.
   * - With `adopt`, a broken one is refused at create. One that turns out broken later makes every up fail until the
   *   program adopts another one or leaves out `verify`. With `reuseWithin`, a broken one is not reused.
   * - While its store can't be reached, nothing is proven: the status is `running`, and the next up verifies the same one.
   * - Added to a resource, it verifies the snapshot that the resource holds; removed, it drops `verifiedAt`,
   *   `verifiedBytes` and `sha256`. Neither replaces anything, and a refresh downloads nothing.
   *
   * The download counts toward `customTimeouts.create`.
   */
  verify?: pulumi.Input<"archive">;
}

/** The arguments of a Snapshot on a platform whose API takes snapshots. */
export interface CreatingSnapshotArgs extends CommonSnapshotArgs {
  /** A change of any of these texts takes a new snapshot, before the old one goes. Not together with `adopt` by id. */
  triggers?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /**
   * Manages a snapshot that exists instead of taking one: `"latest"` (the newest usable one, chosen once, at create) or
   * a platform's own id. Setting it to the id already held, or removing it, is an update without a request; another id
   * replaces. Beside a BackupPolicy of the same target, `dependsOn: [policy]` makes `"latest"` the one that the policy
   * takes in the same up.
   */
  adopt?: pulumi.Input<string>;
  /**
   * Adopts a usable snapshot this young instead of taking another: a whole number and `min`, `h`, `d`, `w`, `mo` or `y`,
   * as in `"6h"`. The one held by a resource that is being replaced never counts.
   */
  reuseWithin?: pulumi.Input<string>;
}

/** What an app host's API leaves of `deletionPolicy`: none of them can delete a snapshot. */
export interface RetainedSnapshotArgs {
  /** What destroy and replacement do with the snapshot. Only `retain` (default) exists here: the API has no delete. */
  deletionPolicy?: "retain";
}

/** A snapshot of an app on Discloud. Source: https://docs.discloud.com/en/api-and-integrations/api-overview/snapshot */
export interface DiscloudSnapshotArgs extends CreatingSnapshotArgs, RetainedSnapshotArgs, VerifiedSnapshotArgs {
  /** Discloud: https://docs.discloud.com. */
  platform: "discloud";
  /** The app's id: letters, digits and hyphens, at most 40. `all` is refused. */
  appId: pulumi.Input<string>;
}

/** A snapshot of an app on Virtus Cloud. Source: https://docs.virtuscloud.app/api-reference/endpoint/apps/snapshots/post */
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

interface AdoptedDscloudSnapshotArgs extends CommonSnapshotArgs, RetainedSnapshotArgs, VerifiedSnapshotArgs {
  /** DS Cloud: https://dscloud.mintlify.app. */
  platform: "dscloud";
  /** The app's id. */
  appId: pulumi.Input<string>;
}

/**
 * The newest successful backup of an app on DS Cloud, whose API takes none.
 * Source: https://dscloud.mintlify.app/api-reference/endpoint/apps/backups/get
 */
export interface LatestDscloudSnapshotArgs extends AdoptedDscloudSnapshotArgs {
  /** The newest successful one, chosen once, at create. */
  adopt: "latest";
  /** A change of any of these texts adopts the latest anew. */
  triggers?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/** One named backup of an app on DS Cloud, whose API takes none. */
export interface NamedDscloudSnapshotArgs extends AdoptedDscloudSnapshotArgs {
  /** The backup's name, such as `Backup at 2024-12-07 22:07:11`. */
  adopt: pulumi.Input<string>;
  /** Not here: one backup is adopted by its name, and nothing would be adopted anew. Use `adopt: "latest"` for that. */
  triggers?: never;
}

/** What a platform whose API deletes asks for: there is no default, since either answer can be the wrong one. */
export interface DeletableSnapshotArgs {
  /**
   * What destroy and replacement do with the snapshot: `delete` removes it from the platform, `retain` leaves it there
   * and says so. The value in the state counts: a change takes effect after one up. `delete` is refused together with
   * `adopt` or `reuseWithin`, and never touches a snapshot that was adopted.
   */
  deletionPolicy: "delete" | "retain";
}

/** A backup of a SnapShooter job. Source: https://snapshooter.com/api/backups */
export interface SnapshooterSnapshotArgs extends CreatingSnapshotArgs, DeletableSnapshotArgs, VerifiedSnapshotArgs {
  /** SnapShooter: https://snapshooter.com/api. */
  platform: "snapshooter";
  /** The id of the backup job to run. */
  jobId: pulumi.Input<string>;
  /** The rotation that the backup counts in, and whose oldest it may push out. Default: `manual`. A change replaces. */
  tag?: pulumi.Input<"manual" | "hourly" | "daily" | "weekly" | "monthly">;
}

/**
 * A snapshot of a virtual-server volume on Samsung Cloud Platform.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/compute/virtualserver/apis/createsnapshot/
 */
export interface ScpVolumeSnapshotArgs extends CreatingSnapshotArgs, DeletableSnapshotArgs {
  /** Samsung Cloud Platform: https://docs.e.samsungsdscloud.com/en/apireference/. */
  platform: "scp";
  /** The volume's id. */
  volumeId: pulumi.Input<string>;
  /** Not together with `volumeId`: a snapshot is for one target. */
  fileVolumeId?: never;
  /**
   * The snapshot's name: letters, digits, spaces, hyphens and underscores, at most 255. Default: the resource's name, `-`
   * and 7 hex digits of a hash over URN, target and triggers, kept while the resource lives. Changed in place.
   */
  name?: pulumi.Input<string>;
  /** The snapshot's description. Changed in place; left out, it stays as it is. */
  description?: pulumi.Input<string>;
  /** Snapshot a volume that is attached to a server, which is refused without it. Counts at create only. */
  force?: pulumi.Input<boolean>;
}

/** A snapshot of a File Storage volume on Samsung Cloud Platform, which names it itself. */
export interface ScpFileVolumeSnapshotArgs extends CreatingSnapshotArgs, DeletableSnapshotArgs {
  /** Samsung Cloud Platform: https://docs.e.samsungsdscloud.com/en/apireference/. */
  platform: "scp";
  /** The File Storage volume's id. */
  fileVolumeId: pulumi.Input<string>;
  /** Not together with `fileVolumeId`: a snapshot is for one target. */
  volumeId?: never;
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

/**
 * The arguments of a Snapshot: a union on `platform`, so that what a platform lacks does not compile. Those in a constant of
 * their own need `satisfies SnapshotArgs`, since TypeScript else takes `platform` for any text.
 */
export type SnapshotArgs =
  | DiscloudSnapshotArgs
  | VirtusAppSnapshotArgs
  | VirtusDatabaseSnapshotArgs
  | LatestDscloudSnapshotArgs
  | NamedDscloudSnapshotArgs
  | SnapshooterSnapshotArgs
  | ScpVolumeSnapshotArgs
  | ScpFileVolumeSnapshotArgs;

/**
 * A snapshot as declarative state: taken by `pulumi up`, looked after by `pulumi refresh`, and never taken twice.
 *
 * Create returns only when the snapshot is usable, or fails with the platform's reason; `customTimeouts.create` bounds
 * it (default 30 minutes, Virtus Cloud 45). The state keeps what is not ready or not known yet, and the next up resumes it.
 * Destroy deletes where the platform can and `deletionPolicy` says so; else it says what stays.
 *
 * @example
 * const snapshot = new Snapshot("before-release", {
 *   platform: "discloud",
 *   appId: "1745338954955",
 *   triggers: { release: "42" },
 * });
 */
export class Snapshot extends pulumi.CustomResource {
  /** The platform that it is on. */
  declare readonly platform: pulumi.Output<Platform>;
  /** The connection that reaches it; default: the platform's name. */
  declare readonly connection: pulumi.Output<string>;
  /** Virtus Cloud, DS Cloud and Discloud: the app's id. */
  declare readonly appId: pulumi.Output<string | undefined>;
  /** Virtus Cloud: the database's id. */
  declare readonly databaseId: pulumi.Output<string | undefined>;
  /** SnapShooter: the backup job's id. */
  declare readonly jobId: pulumi.Output<string | undefined>;
  /** Samsung Cloud Platform: the virtual-server volume's id. */
  declare readonly volumeId: pulumi.Output<string | undefined>;
  /** Samsung Cloud Platform: the File Storage volume's id. */
  declare readonly fileVolumeId: pulumi.Output<string | undefined>;
  /** SnapShooter: the rotation that the backup counts in; default: `manual`. */
  declare readonly tag: pulumi.Output<string | undefined>;
  /** Samsung Cloud Platform: the snapshot's name. */
  declare readonly name: pulumi.Output<string | undefined>;
  /** Samsung Cloud Platform: the snapshot's description. */
  declare readonly description: pulumi.Output<string | undefined>;
  /** Samsung Cloud Platform: whether a volume that is attached to a server is snapshotted. */
  declare readonly force: pulumi.Output<boolean | undefined>;
  /** The texts whose change takes a new snapshot. */
  declare readonly triggers: pulumi.Output<Record<string, string> | undefined>;
  /** What is managed instead of taking one: `latest` or a platform's own id. */
  declare readonly adopt: pulumi.Output<string | undefined>;
  /** How young a usable snapshot may be to be adopted: a duration, such as `"6h"`. */
  declare readonly reuseWithin: pulumi.Output<string | undefined>;
  /** `archive` where its bytes are checked once it is usable. */
  declare readonly verify: pulumi.Output<"archive" | undefined>;
  /** What destroy and replacement do with the snapshot. */
  declare readonly deletionPolicy: pulumi.Output<"retain" | "delete">;
  /** What follows when the snapshot is proven gone; default: `keep`. */
  declare readonly onGone: pulumi.Output<"keep" | "fail" | "recreate">;
  /**
   * The platform's own id of the snapshot. Discloud: the version. Virtus Cloud: the versionId, or `modified` where there
   * is none. DS Cloud: the name. SnapShooter and Samsung Cloud Platform: the id.
   */
  declare readonly snapshotId: pulumi.Output<string>;
  /** What is known of its state. */
  declare readonly status: pulumi.Output<SnapshotStatus>;
  /** The platform's own word for the status, where it has one. */
  declare readonly platformStatus: pulumi.Output<string | undefined>;
  /** When it was taken, ISO-8601 UTC; undefined where no trustworthy instant exists. */
  declare readonly createdAt: pulumi.Output<string | undefined>;
  /** Its size in bytes, where the API gives bytes. */
  declare readonly sizeBytes: pulumi.Output<number | undefined>;
  /** Its size as the API says it. */
  declare readonly sizeText: pulumi.Output<string | undefined>;
  /** True when this resource did not take it (`adopt`, `reuseWithin`). */
  declare readonly adopted: pulumi.Output<boolean>;
  /** With `verify`: when its bytes were checked and found intact, ISO-8601 UTC. */
  declare readonly verifiedAt: pulumi.Output<string | undefined>;
  /** With `verify`: how many bytes were checked; on SnapShooter of all files together. */
  declare readonly verifiedBytes: pulumi.Output<number | undefined>;
  /** With `verify`: the SHA-256 of its bytes, in hex; on SnapShooter that of each file is in `files`. */
  declare readonly sha256: pulumi.Output<string | undefined>;
  /** Discloud: the version, `YYYYMMDD-HHMMSS` in a time zone that Discloud does not document. */
  declare readonly version: pulumi.Output<string | undefined>;
  /** Virtus Cloud: the snapshot's name, which others of the same target share. */
  declare readonly snapshotName: pulumi.Output<string | undefined>;
  /** Virtus Cloud: the version's id, where the platform's list shows one. */
  declare readonly versionId: pulumi.Output<string | undefined>;
  /** DS Cloud: the backup's name. */
  declare readonly backupName: pulumi.Output<string | undefined>;
  /** SnapShooter: when it was completed, ISO-8601 UTC. */
  declare readonly completedAt: pulumi.Output<string | undefined>;
  /** SnapShooter: its files. */
  declare readonly files: pulumi.Output<SnapshotFile[] | undefined>;
  /** Samsung Cloud Platform: its size in GiB, which is the volume's. */
  declare readonly sizeGib: pulumi.Output<number | undefined>;
  /** Samsung Cloud Platform: when it was last changed, ISO-8601 UTC. */
  declare readonly updatedAt: pulumi.Output<string | undefined>;
  /** Samsung Cloud Platform: the region that it is in. */
  declare readonly region: pulumi.Output<string | undefined>;

  /**
   * @param name The resource's name.
   * @param args What to snapshot; checked at preview, before any request.
   * @param opts `customTimeouts.create` bounds the create, such as `"1h"`.
   */
  constructor(name: string, args: SnapshotArgs, opts?: pulumi.CustomResourceOptions) {
    const restoreTraces = spareTraces();
    try {
      super(typeToken("Snapshot"), name, resourceInputs("Snapshot", name, args, outputNames, opts), opts);
    } finally {
      restoreTraces();
    }
    addForeignOutputs(this, outputNames);
  }

  /**
   * Reads a snapshot that exists, without managing it: a refresh follows it, destroy leaves it alone. An id that does
   * not exist is an error.
   *
   * @param id `discloud/app/<appId>/<version>`, `virtus/app/<appId>/<name>/<versionId or modified>`,
   * `virtus/database/<databaseId>/<versionId or modified>`, `dscloud/app/<appId>/<name>`,
   * `snapshooter/job/<jobId>/<backupId>`, `scp/volume/<volumeId>/<snapshotId>` or
   * `scp/file-volume/<fileVolumeId>/<snapshotId>`, each part percent-encoded.
   */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    args: { connection?: string } = {},
    opts?: pulumi.CustomResourceOptions,
  ): Snapshot {
    return new Snapshot(name, args as SnapshotArgs, { ...opts, id });
  }
}
