import * as pulumi from "@pulumi/pulumi";
import { Snapshot } from "pulumi-snapshots";

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

export const snapshots = {
  discloud: discloud.snapshotId,
  virtus: virtus.snapshotId,
  dscloud: dscloud.snapshotId,
};
