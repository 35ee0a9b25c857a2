import type * as pulumi from "@pulumi/pulumi";
import type { ResourceName } from "../provider-text";
import type { Discloud } from "./discloud";
import type { Dscloud } from "./dscloud";
import type { Scp } from "./scp";
import type { Snapshooter } from "./snapshooter";
import type { Virtus } from "./virtus";

/**
 * Types that programs use, by platform. Each platform has its own file, and its interface omits what it lacks.
 *
 * - `target`: the target that functions take. `account`: arguments of `getSnapshots` where the API lists a whole
 *   account. `downloads`: the platform's name, where the API offers download links.
 * - `snapshotArgs`, `policyArgs`, `restoreArgs`: the arguments of each resource, one interface for each target.
 * - `snapshotResult`: fields of a snapshot that functions return and a Snapshot has as outputs; `snapshotSettings`:
 *   outputs of a Snapshot only.
 * - `policyOutputs`, `restoreOutputs`: the outputs of those resources.
 */
export interface Platforms {
  virtus: Virtus;
  dscloud: Dscloud;
  discloud: Discloud;
  snapshooter: Snapshooter;
  scp: Scp;
}

/** Name of a platform that this package supports. */
export type Platform = { [Name in keyof Platforms]: Name }[keyof Platforms];

/** Union of a property's types on all platforms, used for arguments. */
export type OfOne<What extends string> = {
  [Name in Platform]: Platforms[Name] extends { [Own in What]: infer Type } ? Type : never;
}[Platform];

/** Intersection of a property's types on all platforms, used for outputs: those of other platforms are undefined. */
export type OfAll<What extends string> = {
  [Name in Platform]: Platforms[Name] extends { [Own in What]: infer Type } ? (type: Type) => void : never;
}[Platform] extends (type: infer All) => void
  ? All
  : never;

/** Outputs of a resource class on all platforms. */
export type OutputsOf<What extends string> = {
  readonly [Output in keyof OfAll<What>]-?: pulumi.Output<OfAll<What>[Output] | undefined>;
};

/** Outputs of a Snapshot whose archive can be verified. */
const VERIFIED = ["verify", "verifiedAt", "verifiedBytes", "sha256"];

/** Outputs of a resource on its platform only; listed here, since types don't exist at run time. */
const outputs: Readonly<Record<Platform, Readonly<Record<ResourceName, readonly string[]>>>> = {
  virtus: {
    Snapshot: ["appId", "databaseId", "reuseWithin", "snapshotName", "versionId", ...VERIFIED],
    BackupPolicy: ["appId", "databaseId", "schedules", "dueAt", "verify"],
    Restore: ["databaseId", "versionId"],
  },
  dscloud: {
    Snapshot: ["appId", "backupName", ...VERIFIED],
    BackupPolicy: ["appId", "verify"],
    Restore: [],
  },
  discloud: {
    Snapshot: ["appId", "reuseWithin", "version", ...VERIFIED],
    BackupPolicy: ["appId", "schedules", "dueAt", "verify"],
    Restore: [],
  },
  snapshooter: {
    Snapshot: ["jobId", "tag", "reuseWithin", "completedAt", "files", ...VERIFIED],
    BackupPolicy: ["jobId", "job", "schedules", "retention", "verify"],
    Restore: ["jobId", "backupId", "files", "compute"],
  },
  scp: {
    Snapshot: [
      "volumeId",
      "fileVolumeId",
      "name",
      "description",
      "force",
      "reuseWithin",
      "sizeGib",
      "updatedAt",
      "region",
    ],
    BackupPolicy: [
      "volumeId",
      "serverId",
      "fileVolumeId",
      "force",
      "name",
      "policyCategory",
      "policyType",
      "serverCategory",
      "encrypt",
      "storageRegion",
      "drEnabled",
      "filesystemPaths",
      "isAllFilesystem",
      "tags",
      "adopt",
      "deletionPolicy",
      "schedules",
      "retention",
      "dueAt",
    ],
    Restore: ["volumeId", "snapshotId"],
  },
};

/** Returns the outputs of a resource class that are not on every platform, by the platform that has them. */
export function ownOutputs(resource: ResourceName): Record<Platform, readonly string[]> {
  const own = Object.entries(outputs).map(([name, all]) => [name, all[resource]]);
  return Object.fromEntries(own) as Record<Platform, readonly string[]>;
}
