import * as pulumi from "@pulumi/pulumi";
import { readConnections } from "./connections";
import { providerText, typeToken } from "./provider-text";

/** A platform that this package speaks to. */
export type Platform = "virtus" | "dscloud" | "discloud";

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
   * What a refresh does when the snapshot is proven gone from the platform (expired or deleted; APIs don't say which).
   * `keep` (default): it stays in the state with status `gone` and a warning, and shows no diff, since a moment in time
   * can't be taken again. `recreate`: the refresh drops it, and the next up takes a new one.
   */
  onGone?: "keep" | "recreate";
}

/** The arguments of a Snapshot on a platform whose API takes snapshots. */
export interface CreatingSnapshotArgs extends CommonSnapshotArgs {
  /**
   * A change of any of these texts takes a new snapshot, before the old one is let go. Not together with `adopt` by id.
   */
  triggers?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /**
   * Manages a snapshot that exists instead of taking one: `"latest"` (the newest usable one, chosen once, at create) or
   * a platform's own id. Setting it to the id already held, or removing it, is an update without a request; another id
   * replaces.
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
export interface DiscloudSnapshotArgs extends CreatingSnapshotArgs, RetainedSnapshotArgs {
  platform: "discloud";
  /** The app's id: letters, digits and hyphens, at most 40. `all` is refused. */
  appId: pulumi.Input<string>;
}

/** A snapshot of an app on Virtus Cloud. Source: https://docs.virtuscloud.app/api-reference/endpoint/apps/snapshots/post */
export interface VirtusAppSnapshotArgs extends CreatingSnapshotArgs, RetainedSnapshotArgs {
  platform: "virtus";
  /** The app's id. */
  appId: pulumi.Input<string>;
  databaseId?: never;
}

/**
 * A snapshot of a database on Virtus Cloud.
 * Source: https://docs.virtuscloud.app/api-reference/endpoint/databases/snapshots/do_snapshot
 */
export interface VirtusDatabaseSnapshotArgs extends CreatingSnapshotArgs, RetainedSnapshotArgs {
  platform: "virtus";
  /** The database's id. */
  databaseId: pulumi.Input<string>;
  appId?: never;
}

interface AdoptedDscloudSnapshotArgs extends CommonSnapshotArgs, RetainedSnapshotArgs {
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
  triggers?: never;
}

/** The arguments of a Snapshot: a union on `platform`, so that what a platform lacks does not compile. */
export type SnapshotArgs =
  | DiscloudSnapshotArgs
  | VirtusAppSnapshotArgs
  | VirtusDatabaseSnapshotArgs
  | LatestDscloudSnapshotArgs
  | NamedDscloudSnapshotArgs;

/** Every output is registered, so that it resolves for programs whatever the platform. */
const outputNames = [
  "connection",
  "appId",
  "databaseId",
  "triggers",
  "adopt",
  "reuseWithin",
  "deletionPolicy",
  "onGone",
  "snapshotId",
  "status",
  "platformStatus",
  "createdAt",
  "sizeBytes",
  "sizeText",
  "adopted",
  "version",
  "snapshotName",
  "versionId",
  "backupName",
] as const;

function timeoutsOf(opts: pulumi.CustomResourceOptions | undefined): Record<string, string> | undefined {
  const { create, update, delete: remove } = opts?.customTimeouts ?? {};
  const given = Object.entries({ create, update, delete: remove }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

/**
 * A snapshot as declarative state: taken by `pulumi up`, looked after by `pulumi refresh`, and never taken twice.
 *
 * Create returns only when the snapshot is usable, or fails with the platform's reason; `customTimeouts.create` bounds
 * it (default 30 minutes, Virtus Cloud 45). What was made and is not ready, or can't be named yet, is kept in the state,
 * and the next up goes on with it. Destroy forgets a snapshot that the platform can't delete, with a warning.
 *
 * @example
 * const snapshot = new Snapshot("before-release", {
 *   platform: "discloud",
 *   appId: "1745338954955",
 *   triggers: { release: "42" },
 * });
 */
export class Snapshot extends pulumi.CustomResource {
  declare readonly platform: pulumi.Output<Platform>;
  declare readonly connection: pulumi.Output<string>;
  declare readonly appId: pulumi.Output<string | undefined>;
  declare readonly databaseId: pulumi.Output<string | undefined>;
  declare readonly triggers: pulumi.Output<Record<string, string> | undefined>;
  declare readonly adopt: pulumi.Output<string | undefined>;
  declare readonly reuseWithin: pulumi.Output<string | undefined>;
  declare readonly deletionPolicy: pulumi.Output<"retain" | "delete">;
  declare readonly onGone: pulumi.Output<"keep" | "recreate">;
  /**
   * The platform's own id of the snapshot. Discloud: the version. Virtus Cloud: the versionId, or `modified` where there
   * is none. DS Cloud: the name.
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
  /** Discloud: the version, `YYYYMMDD-HHMMSS` in a time zone that Discloud does not document. */
  declare readonly version: pulumi.Output<string | undefined>;
  /** Virtus Cloud: the snapshot's name, which others of the same target share. */
  declare readonly snapshotName: pulumi.Output<string | undefined>;
  /** Virtus Cloud: the version's id, where the platform's list shows one. */
  declare readonly versionId: pulumi.Output<string | undefined>;
  /** DS Cloud: the backup's name. */
  declare readonly backupName: pulumi.Output<string | undefined>;

  /**
   * @param name The resource's name.
   * @param args What to snapshot; checked at preview, before any request.
   * @param opts `customTimeouts.create` bounds the create, such as `"1h"`.
   */
  constructor(name: string, args: SnapshotArgs, opts?: pulumi.CustomResourceOptions) {
    const type = typeToken("Snapshot");
    // A problem that only the program can see: whether a credential is encrypted in the stack's config.
    readConnections().refusePlainCredentials(args?.platform, args?.connection);
    const outputs = Object.fromEntries(outputNames.map((output) => [output, undefined]));
    const inputs = {
      ...outputs,
      ...args,
      __provider: providerText("Snapshot"),
      __urn: pulumi.createUrn(name, type, opts?.parent),
      timeouts: timeoutsOf(opts),
    };
    super(type, name, inputs, opts);
  }

  /**
   * Reads a snapshot that exists, without managing it: a refresh follows it, destroy leaves it alone. An id that does
   * not exist is an error.
   *
   * @param id `discloud/app/<appId>/<version>`, `virtus/app/<appId>/<name>/<versionId or modified>`,
   * `virtus/database/<databaseId>/<versionId or modified>` or `dscloud/app/<appId>/<name>`, each part percent-encoded.
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
