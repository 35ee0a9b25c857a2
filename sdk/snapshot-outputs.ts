import type { OutputNames } from "./resource";

/** The outputs of a Snapshot. */
export const outputNames = {
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
  own: {
    virtus: [
      "appId",
      "databaseId",
      "reuseWithin",
      "snapshotName",
      "versionId",
      "verify",
      "verifiedAt",
      "verifiedBytes",
      "sha256",
    ],
    dscloud: ["appId", "backupName", "verify", "verifiedAt", "verifiedBytes", "sha256"],
    discloud: ["appId", "reuseWithin", "version", "verify", "verifiedAt", "verifiedBytes", "sha256"],
    snapshooter: [
      "jobId",
      "tag",
      "reuseWithin",
      "completedAt",
      "files",
      "verify",
      "verifiedAt",
      "verifiedBytes",
      "sha256",
    ],
    scp: ["volumeId", "fileVolumeId", "name", "description", "force", "reuseWithin", "sizeGib", "updatedAt", "region"],
  },
} as const satisfies OutputNames;
