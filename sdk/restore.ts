import * as pulumi from "@pulumi/pulumi";
import type { RestoreConfirmation } from "./arguments";
import { type OfOne, type OutputsOf, ownOutputs, type Platform } from "./platforms";
import { typeToken } from "./provider-text";
import { addForeignOutputs, type OutputNames, resourceInputs } from "./resource";
import { spareTraces } from "./traces";

/**
 * Status of a restore. `accepted`: the platform accepted the request and reports nothing afterwards. `running`,
 * `completed` and `failed`: as the platform reports. `unknown`: the answer was lost; the restore may have started.
 */
export type RestoreStatus = "accepted" | "running" | "completed" | "failed" | "unknown";

/**
 * Arguments of a Restore: a union on `platform`, so that what a platform's API can't restore does not compile. Apps on
 * Discloud, DS Cloud and Virtus Cloud are restored by hand, as docs/restore.md shows. Arguments in a separate constant
 * need `satisfies RestoreArgs`; otherwise TypeScript widens `platform` to `string`.
 */
export type RestoreArgs = OfOne<"restoreArgs">;

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
  own: ownOutputs("Restore"),
} satisfies OutputNames;

// Outputs that exist on some platforms only; the class has the documentation.
export interface Restore extends OutputsOf<"restoreOutputs"> {}

/**
 * A one-time restore, which overwrites live data.
 *
 * Create checks the target and the snapshot, requests the restore, and returns when the platform reports its end, or as
 * soon as the platform has accepted it where no end is reported; `customTimeouts.create` bounds this (default 30
 * minutes, Virtus Cloud 45). Update and refresh never restore; only a change of `triggers`, the target, the snapshot,
 * `files` or `compute` restores again. After a lost answer the up fails with the message that the restore may have
 * started, and no later up requests it again. Destroy stops managing the restore; the overwritten data stays
 * overwritten.
 *
 * @example
 * const restore = new Restore("undo-release", {
 *   platform: "scp",
 *   volumeId: "3f500f00-ed80-4566-a057-e31760226f9a",
 *   snapshotId: "cceed636-1f1e-4bb0-b85c-4e5b9e0bf790",
 *   confirm: { target: "3f500f00-ed80-4566-a057-e31760226f9a", before: "2026-11-21T04:00:00Z" },
 * });
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: CustomResource sets them, as those that the class declares.
export class Restore extends pulumi.CustomResource {
  /** The platform of the restore. */
  declare readonly platform: pulumi.Output<Platform>;
  /** The connection to the platform; default: the platform's name. */
  declare readonly connection: pulumi.Output<string>;
  /** Values whose change restores again. */
  declare readonly triggers: pulumi.Output<Record<string, string> | undefined>;
  /** The program's confirmation. */
  declare readonly confirm: pulumi.Output<RestoreConfirmation>;
  /** SnapShooter: the restore's id. */
  declare readonly restoreId: pulumi.Output<string | undefined>;
  /** Status of the restore, as far as the platform reports it. */
  declare readonly status: pulumi.Output<RestoreStatus>;
  /** The platform's own word for the status of the restore or of the target, where it has one. */
  declare readonly platformStatus: pulumi.Output<string | undefined>;
  /** Time at which it started according to the platform, else was requested, ISO-8601 UTC. */
  declare readonly startedAt: pulumi.Output<string>;
  /** Time at which it ended, or was first observed to have ended, ISO-8601 UTC; undefined where no end is reported. */
  declare readonly completedAt: pulumi.Output<string | undefined>;
  /** Description of the overwritten data, with its previous state where the platform reports it. */
  declare readonly overwritten: pulumi.Output<string>;

  /**
   * @param name The resource's name.
   * @param args The target, the snapshot and the confirmation; checked at preview, before any request.
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
