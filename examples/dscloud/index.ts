import * as pulumi from "@pulumi/pulumi";
import { getSnapshots, Snapshot } from "pulumi-snapshots";

const config = new pulumi.Config();
const appId = config.get("appId") ?? "6e1d5a0c2f8b4793ae50d1c4b7f29e83";

// DS Cloud's API can't take backups: each release adopts the newest one that succeeded.
const latest = new Snapshot("latest", {
  platform: "dscloud",
  appId,
  adopt: "latest",
  triggers: { release: config.get("release") ?? "1" },
});

export const backupName = latest.backupName;
export const failed = getSnapshots({ platform: "dscloud", appId }).then((backups) =>
  backups.filter(({ status }) => status === "failed").map(({ snapshotId }) => snapshotId),
);
