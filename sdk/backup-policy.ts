import * as pulumi from "@pulumi/pulumi";
import { type OfOne, type OutputsOf, ownOutputs, type Platform } from "./platforms";
import type { PolicySnapshot } from "./policy-snapshot";
import { typeToken } from "./provider-text";
import { addForeignOutputs, type OutputNames, resourceInputs } from "./resource";
import type { Retention, Schedule } from "./schedule";
import { spareTraces } from "./traces";

/**
 * Arguments of a BackupPolicy: a union on `platform` and target, so that arguments which a platform lacks do not
 * compile. Arguments in a separate constant need `satisfies BackupPolicyArgs`; otherwise TypeScript widens `platform`
 * to `string`.
 */
export type BackupPolicyArgs = OfOne<"policyArgs">;

const outputNames = {
  common: [
    "platform",
    "connection",
    "maxAge",
    "onStale",
    "suspended",
    "policyId",
    "runBy",
    "status",
    "platformStatus",
    "createdAt",
    "adopted",
    "fresh",
    "lastSnapshotAt",
    "lastSnapshotId",
    "checkedAt",
    "verifiedAt",
    "verifiedBytes",
    "sha256",
    "snapshots",
    "pruned",
    "pruneQueue",
  ],
  own: ownOutputs("BackupPolicy"),
} satisfies OutputNames;

// Outputs that exist on some platforms only; the class has the documentation.
export interface BackupPolicy extends OutputsOf<"policyOutputs"> {}

/**
 * A schedule, a retention and a recovery point objective as declarative state, in one grammar on five platforms.
 *
 * The target determines what runs the policy (`runBy`). `platform`: a SnapShooter `job`, an SCP server backup
 * (`serverId`) and an SCP File Storage schedule (`fileVolumeId`). `up`: an app or database on Virtus Cloud, an app on
 * Discloud and an SCP `volumeId`: when a scheduled time has passed, the next preview shows `~ dueAt`, and the up takes
 * one snapshot for it. `watched`: a DS Cloud app and a SnapShooter `jobId`, whose backups are taken elsewhere and only
 * observed. Destroy never deletes a snapshot.
 *
 * @example
 * const nightly = new BackupPolicy("nightly", {
 *   platform: "discloud",
 *   appId: "1745338954955",
 *   schedules: [{ cron: "0 3 * * *", timezone: "Europe/Lisbon" }],
 *   maxAge: "26h",
 * });
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: CustomResource sets them like those that the class declares.
export class BackupPolicy extends pulumi.CustomResource {
  /** The platform of the policy. */
  declare readonly platform: pulumi.Output<Platform>;
  /** The connection to the platform; default: the platform's name. */
  declare readonly connection: pulumi.Output<string>;
  /** The schedules of the backups. */
  declare readonly schedules: pulumi.Output<Schedule[] | undefined>;
  /** The rules for which backups are kept. */
  declare readonly retention: pulumi.Output<Retention | undefined>;
  /** Maximum age of the newest usable backup: a duration, such as `"26h"`. */
  declare readonly maxAge: pulumi.Output<string | undefined>;
  /** Reaction of an up when the newest usable backup is older than `maxAge`; default: `warn`. */
  declare readonly onStale: pulumi.Output<"warn" | "fail">;
  /** `archive` where a backup's bytes are checked once it is usable. */
  declare readonly verify: pulumi.Output<"archive" | undefined>;
  /** Whether taking, deleting and evaluating backups is suspended. */
  declare readonly suspended: pulumi.Output<boolean | undefined>;
  /** Run by `pulumi up`: the latest scheduled time that has passed, ISO-8601 UTC. */
  declare readonly dueAt: pulumi.Output<string | undefined>;
  /** The platform's own policy id; where `pulumi up` runs or observes it, 8 hex digits of its URN at creation. */
  declare readonly policyId: pulumi.Output<string>;
  /** Runner of the policy: the platform, `pulumi up`, or none of them (`watched`: it is only observed). */
  declare readonly runBy: pulumi.Output<"platform" | "up" | "watched">;
  /** Current status of the policy, as far as it is known. */
  declare readonly status: pulumi.Output<"active" | "suspended" | "pending" | "failed" | "unknown">;
  /** The platform's own word for the status, where it has one. */
  declare readonly platformStatus: pulumi.Output<string | undefined>;
  /** Time at which the policy was created, ISO-8601 UTC. */
  declare readonly createdAt: pulumi.Output<string | undefined>;
  /** Samsung Cloud Platform: true for a schedule that already existed and was adopted. */
  declare readonly adopted: pulumi.Output<boolean | undefined>;
  /** Whether the newest usable backup is younger than `maxAge`; undefined where freshness is not evaluated. */
  declare readonly fresh: pulumi.Output<boolean | undefined>;
  /** Time at which the newest usable backup was taken, ISO-8601 UTC. */
  declare readonly lastSnapshotAt: pulumi.Output<string | undefined>;
  /** The platform's own id of the newest usable backup. */
  declare readonly lastSnapshotId: pulumi.Output<string | undefined>;
  /** Time at which `fresh`, `lastSnapshotAt` and `lastSnapshotId` were determined, ISO-8601 UTC. */
  declare readonly checkedAt: pulumi.Output<string | undefined>;
  /** With `verify`: time at which the newest intact backup was checked, ISO-8601 UTC. */
  declare readonly verifiedAt: pulumi.Output<string | undefined>;
  /** With `verify`: number of bytes checked in the newest intact backup. */
  declare readonly verifiedBytes: pulumi.Output<number | undefined>;
  /** With `verify`: the SHA-256 of the newest intact backup's bytes, in hex, where it is one file. */
  declare readonly sha256: pulumi.Output<string | undefined>;
  /** Run by `pulumi up`: the snapshots that the policy tracks, newest first. */
  declare readonly snapshots: pulumi.Output<PolicySnapshot[] | undefined>;
  /** Run by `pulumi up`: the ids of the snapshots that the last run deleted. */
  declare readonly pruned: pulumi.Output<string[] | undefined>;
  /** Run by `pulumi up`: the ids of the snapshots that a later run has to delete. */
  declare readonly pruneQueue: pulumi.Output<string[] | undefined>;

  /**
   * @param name The resource's name.
   * @param args The target, schedules and other settings; checked at preview, before any request.
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
   * Reads a policy that a platform runs, without managing it: a refresh updates it, destroy leaves it unchanged. An id
   * that does not exist is an error.
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
