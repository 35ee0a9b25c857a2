import * as pulumi from "@pulumi/pulumi";
import { type OfOne, type OutputsOf, ownOutputs, type Platform } from "./platforms";
import { typeToken } from "./provider-text";
import { addForeignOutputs, type OutputNames, resourceInputs } from "./resource";
import { spareTraces } from "./traces";

/**
 * What is known of a snapshot's state. Only the platform's documented word for success makes one `available`. `pending`:
 * asked for, and not known yet which one it is. `gone`: proven not to be there any more. `unknown`: the platform's
 * answers leave it open.
 */
export type SnapshotStatus = "pending" | "running" | "available" | "failed" | "gone" | "unknown";

/**
 * The arguments of a Snapshot: a union on `platform`, so that what a platform lacks does not compile. Those in a constant of
 * their own need `satisfies SnapshotArgs`, since TypeScript else takes `platform` for any text.
 */
export type SnapshotArgs = OfOne<"snapshotArgs">;

const outputNames = {
  common: [
    "platform",
    "connection",
    "triggers",
    "adopt",
    "deletionPolicy",
    "onGone",
    "snapshotId",
    "status",
    "platformStatus",
    "createdAt",
    "sizeBytes",
    "sizeText",
    "adopted",
  ],
  own: ownOutputs("Snapshot"),
} satisfies OutputNames;

// The outputs that it has on some platforms only; the class says what it is.
export interface Snapshot extends OutputsOf<"snapshotResult">, OutputsOf<"snapshotSettings"> {}

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
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: CustomResource sets them, as those that the class declares.
export class Snapshot extends pulumi.CustomResource {
  /** The platform that it is on. */
  declare readonly platform: pulumi.Output<Platform>;
  /** The connection that reaches it; default: the platform's name. */
  declare readonly connection: pulumi.Output<string>;
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
