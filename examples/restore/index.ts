import * as pulumi from "@pulumi/pulumi";
import { Restore } from "pulumi-snapshots";

const config = new pulumi.Config();

// A restore overwrites live data. After this instant the program restores nothing, whoever runs it:
// pulumi config set before 2026-11-21T04:00:00Z
const before = config.require("before");
// A different value restores once more.
const triggers = { attempt: config.get("attempt") ?? "1" };

const jobId = config.get("jobId") ?? "6f7c5f07-bd49-49a5-8416-27b8de037ddc";
const files = new Restore("files", {
  platform: "snapshooter",
  jobId,
  backupId: config.get("backupId") ?? "596c5046-1bd8-4664-9a3f-6208526c3b87",
  triggers,
  confirm: { target: jobId, before },
});

// The volume must be detached, and the snapshot must be its newest.
const volumeId = config.get("volumeId") ?? "3f500f00-ed80-4566-a057-e31760226f9a";
const volume = new Restore("volume", {
  platform: "scp",
  volumeId,
  snapshotId: config.get("snapshotId") ?? "cceed636-1f1e-4bb0-b85c-4e5b9e0bf790",
  triggers,
  confirm: { target: volumeId, before },
});

const databaseId = config.get("databaseId") ?? "7c4de81f90b24a6a8d35e2b1f06a9c57";
const database = new Restore("database", {
  platform: "virtus",
  databaseId,
  versionId: config.get("versionId") ?? "d5752931-847c-4403-8b78-3071a5879231",
  triggers,
  confirm: { target: databaseId, before },
});

export const statuses = pulumi.all([files.status, volume.status, database.status]);
export const overwritten = pulumi.all([files.overwritten, volume.overwritten, database.overwritten]);
