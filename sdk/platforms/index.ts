import type * as pulumi from "@pulumi/pulumi";
import type { ResourceName } from "../provider-text";
import type { Discloud } from "./discloud";
import type { Dscloud } from "./dscloud";
import type { Scp } from "./scp";
import type { Snapshooter } from "./snapshooter";
import type { Virtus } from "./virtus";

/**
 * What programs see of each platform, in its own file. What a platform hasn't, its interface leaves out.
 *
 * - `target`: what functions name. `account`: what `getSnapshots` takes where the API lists a whole account. `downloads`:
 *   the platform's name, where the API gives download links.
 * - `snapshotArgs`, `policyArgs`, `restoreArgs`: the arguments of each resource, one interface a target.
 * - `snapshotResult`: what functions and a Snapshot show of a snapshot; `snapshotSettings`: what only a Snapshot shows.
 * - `policyOutputs`, `restoreOutputs`: what those resources show.
 */
export interface Platforms {
  virtus: Virtus;
  dscloud: Dscloud;
  discloud: Discloud;
  snapshooter: Snapshooter;
  scp: Scp;
}

/** A platform that this package speaks to. */
export type Platform = { [Name in keyof Platforms]: Name }[keyof Platforms];

/** What any one platform has: a union, as of arguments. */
export type OfOne<What extends string> = {
  [Name in Platform]: Platforms[Name] extends { [Own in What]: infer Type } ? Type : never;
}[Platform];

/** What all platforms have together, as of outputs: a resource has those of other platforms too, undefined. */
export type OfAll<What extends string> = {
  [Name in Platform]: Platforms[Name] extends { [Own in What]: infer Type } ? (type: Type) => void : never;
}[Platform] extends (type: infer All) => void
  ? All
  : never;

/** The outputs that a resource class has for its platforms. */
export type OutputsOf<What extends string> = {
  readonly [Output in keyof OfAll<What>]-?: pulumi.Output<OfAll<What>[Output] | undefined>;
};

/** What a Snapshot has where its archive can be verified. */
const VERIFIED = ["verify", "verifiedAt", "verifiedBytes", "sha256"];

/** The outputs that a resource has on its platform beyond those on every platform; here, since the types load no file. */
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

/** The outputs of a resource class that are not on every platform, by the platform that has them. */
export function ownOutputs(resource: ResourceName): Record<Platform, readonly string[]> {
  const own = Object.entries(outputs).map(([name, all]) => [name, all[resource]]);
  return Object.fromEntries(own) as Record<Platform, readonly string[]>;
}
