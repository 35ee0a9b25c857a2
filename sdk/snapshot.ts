import * as pulumi from "@pulumi/pulumi";
import { type OfOne, type OutputsOf, ownOutputs, type Platform } from "./platforms";
import { typeToken } from "./provider-text";
import { addForeignOutputs, type OutputNames, resourceInputs } from "./resource";
import { spareTraces } from "./traces";

/**
 * Status of a snapshot, as far as it is known. `available`: only the platform's documented word for success counts.
 * `pending`: requested, but not yet identified. `gone`: proven to no longer exist. `unknown`: the platform's answers
 * are inconclusive.
 */
export type SnapshotStatus = "pending" | "running" | "available" | "failed" | "gone" | "unknown";

/**
 * Arguments of a Snapshot: a union on `platform`, so that arguments which a platform lacks do not compile. Arguments in
 * a separate constant need `satisfies SnapshotArgs`; otherwise TypeScript widens `platform` to `string`.
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

// Outputs that exist on some platforms only; the class has the documentation.
export interface Snapshot extends OutputsOf<"snapshotResult">, OutputsOf<"snapshotSettings"> {}

/**
 * A snapshot as declarative state: taken by `pulumi up`, checked by `pulumi refresh`, and never taken twice.
 *
 * Create returns only when the snapshot is usable, or fails with the platform's reason; `customTimeouts.create` bounds
 * it (default 30 minutes, Virtus Cloud 45). A snapshot that is not yet ready or identified stays in the state, and the
 * next up resumes it. Destroy deletes the snapshot where the platform can and `deletionPolicy` is `delete`; otherwise
 * it reports what stays.
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
  /** The platform of the snapshot. */
  declare readonly platform: pulumi.Output<Platform>;
  /** The connection to the platform; default: the platform's name. */
  declare readonly connection: pulumi.Output<string>;
  /** Values whose change takes a new snapshot. */
  declare readonly triggers: pulumi.Output<Record<string, string> | undefined>;
  /** The existing snapshot to manage instead of taking one: `latest` or the platform's own id. */
  declare readonly adopt: pulumi.Output<string | undefined>;
  /** Maximum age of a usable snapshot to adopt instead of taking one: a duration, such as `"6h"`. */
  declare readonly reuseWithin: pulumi.Output<string | undefined>;
  /** `archive` where the snapshot's bytes are checked once it is usable. */
  declare readonly verify: pulumi.Output<"archive" | undefined>;
  /** Effect of destroy and replacement on the snapshot. */
  declare readonly deletionPolicy: pulumi.Output<"retain" | "delete">;
  /** Action when the snapshot is proven to no longer exist; default: `keep`. */
  declare readonly onGone: pulumi.Output<"keep" | "fail" | "recreate">;
  /**
   * The platform's own id of the snapshot. Discloud: the version. Virtus Cloud: the versionId, or `modified` where
   * there is none. DS Cloud: the name. SnapShooter and Samsung Cloud Platform: the id.
   */
  declare readonly snapshotId: pulumi.Output<string>;
  /** Status of the snapshot, as far as it is known. */
  declare readonly status: pulumi.Output<SnapshotStatus>;
  /** The platform's own word for the status, where it has one. */
  declare readonly platformStatus: pulumi.Output<string | undefined>;
  /** Time at which it was taken, ISO-8601 UTC; undefined where that is not reliably known. */
  declare readonly createdAt: pulumi.Output<string | undefined>;
  /** Size in bytes, where the API reports bytes. */
  declare readonly sizeBytes: pulumi.Output<number | undefined>;
  /** Size as text, as the API reports it. */
  declare readonly sizeText: pulumi.Output<string | undefined>;
  /** True when this resource did not take it (`adopt`, `reuseWithin`). */
  declare readonly adopted: pulumi.Output<boolean>;
  /** With `verify`: time at which its bytes were found intact, ISO-8601 UTC. */
  declare readonly verifiedAt: pulumi.Output<string | undefined>;
  /** With `verify`: number of bytes checked; on SnapShooter, in all files together. */
  declare readonly verifiedBytes: pulumi.Output<number | undefined>;
  /** With `verify`: the SHA-256 of its bytes, in hex; on SnapShooter, `files` has the SHA-256 of each file. */
  declare readonly sha256: pulumi.Output<string | undefined>;

  /**
   * @param name The resource's name.
   * @param args The target and other settings; checked at preview, before any request.
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
   * Reads an existing snapshot without managing it: a refresh updates it, destroy leaves it unchanged. An id that does
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
