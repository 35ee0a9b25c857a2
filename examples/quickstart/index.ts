import * as pulumi from "@pulumi/pulumi";
import { BackupPolicy, Snapshot } from "pulumi-snapshots";

// Ids of the emulator's invented data; with real tokens, put your own here.
const config = new pulumi.Config();
const triggers = { release: config.require("release") };

const discloud = new Snapshot("discloud", {
  platform: "discloud",
  appId: config.get("discloudAppId") ?? "1745338954955",
  triggers,
});

const virtus = new Snapshot("virtus", {
  platform: "virtus",
  appId: config.get("virtusAppId") ?? "5bbd020126ee4692aga43e0ca0a75454",
  triggers,
});

const dscloud = new Snapshot("dscloud", {
  platform: "dscloud",
  appId: config.get("dscloudAppId") ?? "6e1d5a0c2f8b4793ae50d1c4b7f29e83",
  adopt: "latest",
  triggers,
});

const snapshooter = new Snapshot("snapshooter", {
  platform: "snapshooter",
  jobId: config.get("snapshooterJobId") ?? "6f7c5f07-bd49-49a5-8416-27b8de037ddc",
  triggers,
  // Replacement and destroy leave the backup there and say so.
  deletionPolicy: "retain",
});

const volumeId = config.get("scpVolumeId") ?? "3f500f00-ed80-4566-a057-e31760226f9a";

const scp = new Snapshot("scp", {
  platform: "scp",
  volumeId,
  triggers,
  // Replacement and destroy delete the snapshot.
  deletionPolicy: "delete",
});

// The first up after 03:00 takes one; retention deletes the policy's own snapshots only.
const nightly = new BackupPolicy("nightly", {
  platform: "scp",
  volumeId,
  schedules: [{ cron: "0 3 * * *" }],
  retention: { keepLast: 1 },
});

export const snapshots = {
  discloud: discloud.snapshotId,
  virtus: virtus.snapshotId,
  dscloud: dscloud.snapshotId,
  snapshooter: snapshooter.snapshotId,
  scp: scp.snapshotId,
};
export const lastBackupAt = nightly.lastSnapshotAt;
