import * as pulumi from "@pulumi/pulumi";
import type { RestoreConfirmation } from "./arguments";
import { type OfOne, type OutputsOf, ownOutputs, type Platform } from "./platforms";
import { typeToken } from "./provider-text";
import { addForeignOutputs, type OutputNames, resourceInputs } from "./resource";
import { spareTraces } from "./traces";

/**
 * What is known of a restore. `accepted`: the platform accepted the request, and shows nothing of what followed.
 * `running`, `completed` and `failed`: the platform shows it. `unknown`: the answer was lost; it may have started.
 */
export type RestoreStatus = "accepted" | "running" | "completed" | "failed" | "unknown";

/**
 * The arguments of a Restore: a union on `platform`, so that what a platform's API can't restore does not compile. Apps on
 * Discloud, DS Cloud and Virtus Cloud are restored by hand: docs/restore.md shows how. Those in a constant of their own need
 * `satisfies RestoreArgs`, since TypeScript else takes `platform` for any text.
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

// The outputs that it has on some platforms only; the class says what it is.
export interface Restore extends OutputsOf<"restoreOutputs"> {}

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
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: CustomResource sets them, as those that the class declares.
export class Restore extends pulumi.CustomResource {
  /** The platform that it is on. */
  declare readonly platform: pulumi.Output<Platform>;
  /** The connection that reaches it; default: the platform's name. */
  declare readonly connection: pulumi.Output<string>;
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
