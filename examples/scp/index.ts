import * as pulumi from "@pulumi/pulumi";
import { Snapshot } from "pulumi-snapshots";

const config = new pulumi.Config();
const triggers = { release: config.get("release") ?? "1" };

const volume = new Snapshot("volume", {
  platform: "scp",
  volumeId: config.get("volumeId") ?? "3f500f00-ed80-4566-a057-e31760226f9a",
  description: "Before the release",
  triggers,
  deletionPolicy: "delete",
});

const files = new Snapshot("files", {
  platform: "scp",
  fileVolumeId: config.get("fileVolumeId") ?? "bfdbabf2-04d9-4e8b-a205-020f8e6da438",
  triggers,
  // Destroy leaves it on the platform and says so.
  deletionPolicy: "retain",
});

export const name = volume.name;
export const fileSnapshotId = files.snapshotId;
