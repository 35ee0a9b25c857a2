import * as pulumi from "@pulumi/pulumi";
import { BackupPolicy } from "pulumi-snapshots";

const config = new pulumi.Config();

const nightly = new BackupPolicy("nightly", {
  platform: "discloud",
  appId: config.get("appId") ?? "1745338954955",
  // The first up after each of these times takes one snapshot.
  schedules: [{ cron: "0 3 * * *", timezone: "Europe/Lisbon" }],
  maxAge: "26h",
});

export const dueAt = nightly.dueAt;
export const lastSnapshotAt = nightly.lastSnapshotAt;
