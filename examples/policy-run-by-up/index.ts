import * as pulumi from "@pulumi/pulumi";
import { BackupPolicy } from "pulumi-snapshots";

const config = new pulumi.Config();

const app = new BackupPolicy("app", {
  platform: "virtus",
  appId: config.get("appId") ?? "5bbd020126ee4692aga43e0ca0a75454",
  // Weekdays, in UTC.
  schedules: [{ cron: "30 2 * * 1-5" }],
});

const database = new BackupPolicy("database", {
  platform: "virtus",
  databaseId: config.get("databaseId") ?? "7c4de81f90b24a6a8d35e2b1f06a9c57",
  schedules: [{ cron: "0 */6 * * *" }],
  maxAge: "13h",
  // An up that can't bring the newest backup below maxAge fails.
  onStale: "fail",
});

const volume = new BackupPolicy("volume", {
  platform: "scp",
  volumeId: config.get("volumeId") ?? "3f500f00-ed80-4566-a057-e31760226f9a",
  schedules: [{ cron: "0 3 * * *", timezone: "Asia/Seoul" }],
  // Each up deletes those of this policy's snapshots that these rules do not keep.
  retention: { keepDaily: 7, keepWeekly: 4, keepMonthly: 6, maxDeletes: 3 },
  maxAge: "26h",
});

export const appDueAt = app.dueAt;
export const databaseFresh = database.fresh;
export const kept = volume.snapshots.apply((all) => all?.map(({ name, keptBecause }) => ({ name, keptBecause })));
