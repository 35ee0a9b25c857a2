import * as pulumi from "@pulumi/pulumi";
import { BackupPolicy } from "pulumi-snapshots";

const config = new pulumi.Config();

// SnapShooter's API can't change or delete a job: once it is created, change it in SnapShooter.
const job = new BackupPolicy("job", {
  platform: "snapshooter",
  job: {
    name: "web files",
    recipeId: config.getNumber("recipeId") ?? 1,
    // In the API's own field names: https://snapshooter.com/api/jobs
    config: { root_path: "/var/www" },
    compute: { type: "server", server_id: config.getNumber("serverId") ?? 9362 },
    storage: { id: config.getNumber("storageId") ?? 1 },
  },
  schedules: [{ cron: "0 */6 * * *", timezone: "Europe/Lisbon" }],
  retention: { keepHourly: 4, keepDaily: 7, keepWeekly: 4, keepMonthly: 12 },
  maxAge: "13h",
});

const server = new BackupPolicy("server", {
  platform: "scp",
  serverId: config.get("scpServerId") ?? "89f5ef44-1021-4a5c-8e06-fbb289eac366",
  name: "server-001-daily",
  // Exactly one full backup, and at most six incremental ones.
  schedules: [
    { cron: "0 3 * * 0", timezone: "Asia/Seoul", kind: "full" },
    { cron: "0 3 * * 1-6", timezone: "Asia/Seoul", kind: "incremental" },
  ],
  retention: { keepWithin: "31d" },
  // Destroy deletes the policy. The default, "retain", leaves it running.
  deletionPolicy: "delete",
});

const files = new BackupPolicy("files", {
  platform: "scp",
  fileVolumeId: config.get("fileVolumeId") ?? "bfdbabf2-04d9-4e8b-a205-020f8e6da438",
  schedules: [{ cron: "0 18 * * *", timezone: "UTC" }],
  // File Storage gives its snapshots' times no zone, so maxAge is not available here.
  retention: { keepLast: 14 },
});

export const jobId = job.policyId;
export const serverPolicyStatus = server.platformStatus;
export const filesScheduleId = files.policyId;
