import type * as pulumi from "@pulumi/pulumi";
import type { Schedule } from "./schedule";

/** `Args`, each of which may also be an output, except `platform` and `connection`, which are plain. */
export type InputsOf<Args> = Args extends unknown
  ? { [Name in keyof Args]: Name extends "platform" | "connection" ? Args[Name] : pulumi.Input<Args[Name]> }
  : never;

/** Arguments of a Snapshot on every platform. */
export interface CommonSnapshotArgs {
  /** The connection to use: a stack config object `snapshots:<connection>`. Default: the platform's name. */
  connection?: string;
  /**
   * Action when a refresh proves that the snapshot no longer exists (expired or deleted; APIs don't say which). `keep`
   * (default): it stays in the state with status `gone` and shows no diff, since a moment in time can't be captured
   * again; every preview and refresh warns. `fail`, for CI: it stays in the state and shows a diff, and every up fails
   * until the program changes `triggers` or sets `keep`. `recreate`: the refresh drops it from state, reporting why,
   * and the next up creates it again (SnapShooter: only with tag `manual`).
   */
  onGone?: "keep" | "fail" | "recreate";
}

/** Arguments of a Snapshot on a platform whose snapshots can be downloaded. */
export interface VerifiedSnapshotArgs {
  /**
   * `archive`: once the platform reports the snapshot as usable, its bytes are downloaded once, without being stored,
   * and the archive is checked: a zip's central directory and CRCs, the structure of a gzip or tar. On app hosts,
   * anything but an archive is broken; files of a SnapShooter backup that are not archives pass unless they are empty.
   *
   * - A broken snapshot gets status `failed`: the up fails with the reason, and the next up takes another snapshot. The
   *   broken one stays on the platform: only a destroy with `deletionPolicy: "delete"` deletes it.
   * - With `adopt`, a broken snapshot is refused at create. One that is found broken later makes every up fail until
   *   the program adopts another one or removes `verify`. With `reuseWithin`, a broken snapshot is not reused.
   * - While its store can't be reached, nothing is proven: the status is `running`, and the next up verifies the same
   *   one.
   * - Adding `verify` to a resource verifies its current snapshot; removing it drops `verifiedAt`, `verifiedBytes` and
   *   `sha256`. Neither replaces anything, and a refresh downloads nothing.
   *
   * The download counts toward `customTimeouts.create`.
   */
  verify?: pulumi.Input<"archive">;
}

/** Arguments of a Snapshot on a platform whose API takes snapshots. */
export interface CreatingSnapshotArgs extends CommonSnapshotArgs {
  /** A change to any of these values replaces the snapshot, new one first. Not allowed with `adopt` by id. */
  triggers?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /**
   * Manages an existing snapshot instead of taking one: `"latest"` (the newest usable one, chosen once, at create) or
   * the platform's own id. Setting it to the id of the current snapshot, or removing it, is an update without a
   * request; another id replaces the resource. With a BackupPolicy of the same target, `dependsOn: [policy]` makes
   * `"latest"` the snapshot that the policy takes in the same up.
   */
  adopt?: pulumi.Input<string>;
  /**
   * Adopts a usable snapshot of at most this age instead of taking another: a whole number and `min`, `h`, `d`, `w`,
   * `mo` or `y`, such as `"6h"`. The snapshot of a resource that is being replaced never counts.
   */
  reuseWithin?: pulumi.Input<string>;
}

/** `deletionPolicy` on app hosts, whose APIs can't delete a snapshot. */
export interface RetainedSnapshotArgs {
  /** Effect of destroy and replacement on the snapshot. Only `retain` (default): the API can't delete snapshots. */
  deletionPolicy?: "retain";
}

/** `deletionPolicy` where the API can delete snapshots: required, since either default could be the wrong one. */
export interface DeletableSnapshotArgs {
  /**
   * Effect of destroy and replacement on the snapshot: `delete` deletes it from the platform, `retain` leaves it there
   * and reports that. The value in the state counts: a change takes effect after one up. `delete` is refused together
   * with `adopt` or `reuseWithin`, and never affects an adopted snapshot.
   */
  deletionPolicy: "delete" | "retain";
}

/** Arguments of a BackupPolicy on every platform. */
export interface CommonBackupPolicyArgs {
  /** The connection to use: a stack config object `snapshots:<connection>`. Default: the platform's name. */
  connection?: string;
  /**
   * Maximum age of the newest usable backup, your recovery point objective: a whole number and `min`, `h`, `d`, `w`,
   * `mo` or `y`, such as `"26h"`. If left out, freshness is not evaluated.
   */
  maxAge?: pulumi.Input<string>;
  /**
   * Reaction of an up when the newest usable backup is older than `maxAge`: `warn` (default) or `fail`. Where the up
   * runs the policy, it takes a backup first. A refresh only stores `fresh: false`, which the next preview shows as an
   * update.
   */
  onStale?: "warn" | "fail";
  /** While true, takes and deletes nothing and ignores `maxAge`. The platform's own runs continue. Default: false. */
  suspended?: pulumi.Input<boolean>;
}

/** Arguments of a policy that `pulumi up` runs or only observes, and whose backups can be downloaded. */
export interface VerifiedPolicyArgs {
  /**
   * `archive`: a backup's bytes are downloaded once, without being stored, and its archive is checked as for a
   * Snapshot.
   *
   * - Where `pulumi up` runs the policy, a snapshot settles its scheduled time only once it is verified. A broken one
   *   is recorded as `failed`, the up fails with the reason, and the next up takes another. While its store can't be
   *   reached, it is recorded as `running`, and the next up verifies the same one.
   * - Where the policy is only observed, each up that has something to do verifies the newest usable backup, and the
   *   one before while that is broken. A backup that is broken, or whose store can't be reached, counts for neither
   *   `fresh` nor `lastSnapshotAt`, with a warning. A refresh downloads nothing; the next up verifies a newer backup.
   */
  verify?: pulumi.Input<"archive">;
}

/** The schedules of a policy. */
export interface ScheduledArgs {
  /**
   * Five cron fields each, with an IANA `timezone` (default `UTC`). Lists that describe the same runs are equal. A
   * schedule that the platform can't express is refused at preview, naming the nearest one that it can.
   */
  schedules: pulumi.Input<pulumi.Input<InputsOf<Schedule>>[]>;
}

/** Arguments of a policy that only observes backups. */
export interface UnscheduledArgs {
  /** Not available: the policy only observes that backups appear; they are scheduled elsewhere. */
  schedules?: never;
  /** Not available: the policy only observes that backups appear; they are deleted elsewhere. */
  retention?: never;
}

/** Confirmation that a program has to give before live data is overwritten. Plain values, known at preview. */
export interface RestoreConfirmation {
  /** The id of the target to overwrite, repeated as a safeguard. */
  target: string;
  /**
   * ISO instant with a zone, such as `2026-11-21T04:00:00Z`, after which nothing is restored, so that an old program
   * can't restore by accident. Compared with the platform's clock where the platform reports it.
   */
  before: string;
}

/** Arguments of a Restore on every platform. */
export interface CommonRestoreArgs {
  /** The connection to use: a stack config object `snapshots:<connection>`. Default: the platform's name. */
  connection?: string;
  /** A change to any of these values restores again. */
  triggers?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** The target that is overwritten, and the deadline. A change restores nothing. */
  confirm: RestoreConfirmation;
}
