import * as pulumi from "@pulumi/pulumi";
import type { Platform } from "./platform";
import { typeToken } from "./provider-text";
import { addForeignOutputs, type OutputNames, resourceInputs } from "./resource";
import { spareTraces } from "./traces";

/**
 * What is known of a restore. `accepted`: the platform accepted the request, and shows nothing of what followed.
 * `running`, `completed` and `failed`: the platform shows it. `unknown`: the answer was lost; it may have started.
 */
export type RestoreStatus = "accepted" | "running" | "completed" | "failed" | "unknown";

/** What a program has to write before live data is overwritten. Plain values: both are known at preview. */
export interface RestoreConfirmation {
  /** The id of the target that is overwritten, once more. */
  target: string;
  /**
   * An ISO instant with a zone, such as `2026-11-21T04:00:00Z`. After it nothing is restored, by the platform's clock
   * where it shows one, so that an old program can't restore by accident.
   */
  before: string;
}

/** The arguments that a Restore has on every platform. */
export interface CommonRestoreArgs {
  /** The connection to use: a stack config object `snapshots:<connection>`. Default: the platform's name. */
  connection?: string;
  /** A change of any of these texts restores once more. */
  triggers?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** What is overwritten, and until when. A change of it restores nothing. */
  confirm: RestoreConfirmation;
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

/**
 * A revert of a virtual-server volume on Samsung Cloud Platform. The volume must be detached.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/compute/virtualserver/apis/revertvolumetosnapshot/
 */
export interface ScpVolumeRestoreArgs extends CommonRestoreArgs {
  /** Samsung Cloud Platform: https://docs.e.samsungsdscloud.com/en/apireference/. */
  platform: "scp";
  /** The volume's id. */
  volumeId: pulumi.Input<string>;
  /** The id of the volume's newest snapshot: the platform reverts to no other. */
  snapshotId: pulumi.Input<string>;
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

/**
 * The arguments of a Restore: a union on `platform`, so that what a platform's API can't restore does not compile. Apps on
 * Discloud, DS Cloud and Virtus Cloud are restored by hand: docs/restore.md shows how. Those in a constant of their own need
 * `satisfies RestoreArgs`, since TypeScript else takes `platform` for any text.
 */
export type RestoreArgs = SnapshooterRestoreArgs | ScpVolumeRestoreArgs | VirtusDatabaseRestoreArgs;

const outputNames = {
  common: [
    "platform",
    "connection",
    "triggers",
    "confirm",
    "restoreId",
    "status",
    "platformStatus",
    "startedAt",
    "completedAt",
    "overwritten",
  ],
  own: {
    virtus: ["databaseId", "versionId"],
    dscloud: [],
    discloud: [],
    snapshooter: ["jobId", "backupId", "files", "compute"],
    scp: ["volumeId", "snapshotId"],
  },
} as const satisfies OutputNames;

/**
 * A restore, once. It overwrites live data.
 *
 * Create looks at target and snapshot, restores, and returns when the platform shows the end, or as soon as it has accepted
 * the restore where it shows none; `customTimeouts.create` bounds it (default 30 minutes, Virtus Cloud 45). Update and
 * refresh never restore; only a change of `triggers`, the target, the snapshot, `files` or `compute` restores once more.
 * After a lost answer the up fails and says that the restore may have started, and no later up requests it again. Destroy
 * stops managing it; what was overwritten stays so.
 *
 * @example
 * const restore = new Restore("undo-release", {
 *   platform: "scp",
 *   volumeId: "3f500f00-ed80-4566-a057-e31760226f9a",
 *   snapshotId: "cceed636-1f1e-4bb0-b85c-4e5b9e0bf790",
 *   confirm: { target: "3f500f00-ed80-4566-a057-e31760226f9a", before: "2026-11-21T04:00:00Z" },
 * });
 */
export class Restore extends pulumi.CustomResource {
  /** The platform that it is on. */
  declare readonly platform: pulumi.Output<Platform>;
  /** The connection that reaches it; default: the platform's name. */
  declare readonly connection: pulumi.Output<string>;
  /** SnapShooter: the id of the job whose backup it is. */
  declare readonly jobId: pulumi.Output<string | undefined>;
  /** SnapShooter: the backup's id. */
  declare readonly backupId: pulumi.Output<string | undefined>;
  /** SnapShooter: the ids of the files that are restored; undefined for all. */
  declare readonly files: pulumi.Output<string[] | undefined>;
  /** SnapShooter: where the restore runs; undefined for where the job runs. */
  declare readonly compute: pulumi.Output<{ type: string; server_id: number } | undefined>;
  /** Samsung Cloud Platform: the volume's id. */
  declare readonly volumeId: pulumi.Output<string | undefined>;
  /** Samsung Cloud Platform: the snapshot's id. */
  declare readonly snapshotId: pulumi.Output<string | undefined>;
  /** Virtus Cloud: the database's id. */
  declare readonly databaseId: pulumi.Output<string | undefined>;
  /** Virtus Cloud: the `versionId` of the snapshot. */
  declare readonly versionId: pulumi.Output<string | undefined>;
  /** The texts whose change restores once more. */
  declare readonly triggers: pulumi.Output<Record<string, string> | undefined>;
  /** What the program confirmed. */
  declare readonly confirm: pulumi.Output<RestoreConfirmation>;
  /** SnapShooter: the restore's id. */
  declare readonly restoreId: pulumi.Output<string | undefined>;
  /** What is known of it, as far as the platform tells. */
  declare readonly status: pulumi.Output<RestoreStatus>;
  /** The platform's own word, where it has one: of the restore, or of the target's state. */
  declare readonly platformStatus: pulumi.Output<string | undefined>;
  /** When it started, ISO-8601 UTC: by the platform's answer, else when it was requested. */
  declare readonly startedAt: pulumi.Output<string>;
  /** When it ended, or was first seen to have ended, ISO-8601 UTC; undefined where the platform shows no end. */
  declare readonly completedAt: pulumi.Output<string | undefined>;
  /** What was overwritten, in words, with the state before where the platform shows it. */
  declare readonly overwritten: pulumi.Output<string>;

  /**
   * @param name The resource's name.
   * @param args What to restore, and from which snapshot; checked at preview, before any request.
   * @param opts `customTimeouts.create` bounds the restore, such as `"2h"`.
   */
  constructor(name: string, args: RestoreArgs, opts?: pulumi.CustomResourceOptions) {
    const restoreTraces = spareTraces();
    try {
      super(typeToken("Restore"), name, resourceInputs("Restore", name, args, outputNames, opts), opts);
    } finally {
      restoreTraces();
    }
    addForeignOutputs(this, outputNames);
  }
}
