import * as pulumi from "@pulumi/pulumi";
import { BackupPolicy } from "pulumi-snapshots";

// The emulator's backups are from 2025 and older: an up warns that both are stale.
const config = new pulumi.Config();
const maxAge = config.get("maxAge") ?? "26h";

const app = new BackupPolicy("app", {
  platform: "dscloud",
  appId: config.get("appId") ?? "6e1d5a0c2f8b4793ae50d1c4b7f29e83",
  maxAge,
});

const job = new BackupPolicy("job", {
  platform: "snapshooter",
  jobId: config.get("jobId") ?? "6f7c5f07-bd49-49a5-8416-27b8de037ddc",
  maxAge,
});

export const fresh = { app: app.fresh, job: job.fresh };
export const newest = { app: app.lastSnapshotAt, job: job.lastSnapshotAt };
