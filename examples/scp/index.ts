import * as pulumi from "@pulumi/pulumi";
import { Snapshot } from "pulumi-snapshots";

const config = new pulumi.Config();
const triggers = { release: config.get("release") ?? "1" };

const volume = new Snapshot("volume", {
  platform: "scp",
  volumeId: config.require("volumeId"),
  description: "Before the release",
  triggers,
  deletionPolicy: "delete",
});

const files = new Snapshot("files", {
  platform: "scp",
  fileVolumeId: config.require("fileVolumeId"),
  triggers,
  // Destroy leaves it on the platform, and says so.
  deletionPolicy: "retain",
});

export const name = volume.name;
export const fileSnapshotId = files.snapshotId;
