import * as pulumi from "@pulumi/pulumi";
import { Snapshot } from "pulumi-snapshots";

const config = new pulumi.Config();

const beforeRelease = new Snapshot("before-release", {
  platform: "snapshooter",
  jobId: config.get("jobId") ?? "6f7c5f07-bd49-49a5-8416-27b8de037ddc",
  triggers: { release: config.get("release") ?? "1" },
  // Taken for this release only: a new one replaces it, and destroy deletes it.
  deletionPolicy: "delete",
});

export const completedAt = beforeRelease.completedAt;
export const files = beforeRelease.files;
