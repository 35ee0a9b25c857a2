import * as pulumi from "@pulumi/pulumi";
import { type OfOne, type OutputsOf, ownOutputs, type Platform } from "./platforms";
import type { PolicySnapshot } from "./policy-snapshot";
import { typeToken } from "./provider-text";
import { addForeignOutputs, type OutputNames, resourceInputs } from "./resource";
import type { Retention, Schedule } from "./schedule";
import { spareTraces } from "./traces";

/**
 * The arguments of a BackupPolicy: a union on `platform` and target, so that what a platform lacks does not compile. Those
 * in a constant of their own need `satisfies BackupPolicyArgs`, since TypeScript else takes `platform` for any text.
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

// The outputs that it has on some platforms only; the class says what it is.
export interface BackupPolicy extends OutputsOf<"policyOutputs"> {}

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
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: CustomResource sets them, as those that the class declares.
export class BackupPolicy extends pulumi.CustomResource {
  /** The platform that it is on. */
  declare readonly platform: pulumi.Output<Platform>;
  /** The connection that reaches it; default: the platform's name. */
  declare readonly connection: pulumi.Output<string>;
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
