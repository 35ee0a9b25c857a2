import type * as pulumi from "@pulumi/pulumi";
import type { Schedule } from "./schedule";

/** The same arguments, each of which may be an output; `platform` and `connection` are plain. */
export type InputsOf<Args> = Args extends unknown
  ? { [Name in keyof Args]: Name extends "platform" | "connection" ? Args[Name] : pulumi.Input<Args[Name]> }
  : never;

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

/** What a platform whose API deletes asks for: there is no default, since either answer can be the wrong one. */
export interface DeletableSnapshotArgs {
  /**
   * What destroy and replacement do with the snapshot: `delete` removes it from the platform, `retain` leaves it there
   * and says so. The value in the state counts: a change takes effect after one up. `delete` is refused together with
   * `adopt` or `reuseWithin`, and never touches a snapshot that was adopted.
   */
  deletionPolicy: "delete" | "retain";
}

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

/** The arguments of a policy that only watches. */
export interface UnscheduledArgs {
  /** Not here: the policy only watches that backups appear; somebody else schedules them. */
  schedules?: never;
  /** Not here: the policy only watches that backups appear; somebody else deletes them. */
  retention?: never;
}

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
