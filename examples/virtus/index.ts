import * as pulumi from "@pulumi/pulumi";
import { getDownloadLinkOutput, Snapshot } from "pulumi-snapshots";

const config = new pulumi.Config();
const triggers = { release: config.get("release") ?? "1" };
const appId = config.get("appId") ?? "5bbd020126ee4692aga43e0ca0a75454";

const app = new Snapshot("app", { platform: "virtus", appId, triggers });

const database = new Snapshot("database", {
  platform: "virtus",
  databaseId: config.get("databaseId") ?? "7c4de81f90b24a6a8d35e2b1f06a9c57",
  triggers,
  // If the platform's own retention deletes it, the next up takes another.
  onGone: "recreate",
});

export const appTakenAt = app.createdAt;
export const databaseBytes = database.sizeBytes;
// A bearer secret, fresh each time.
export const download = getDownloadLinkOutput({ platform: "virtus", appId, id: app.snapshotId }).url;
