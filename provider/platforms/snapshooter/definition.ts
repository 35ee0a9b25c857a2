import { z } from "zod";
import type { PlatformDefinition } from "../../model/platform";
import { UNKNOWN } from "../../model/unknown";

const targets = {
  jobId: {
    kind: "job",
    description: "the backup job to run",
    schema: z
      .string("must be text: the job's id, in quotes")
      .min(1, "must not be empty: give the job's id")
      .regex(/^[a-zA-Z0-9-]*$/, "may hold letters, digits and hyphens only: give the job's id"),
  },
} as const;

/** SnapShooter as plain data. Source: https://snapshooter.com/api/backups */
export const snapshooter = {
  name: "snapshooter",
  title: "SnapShooter",
  documentation: "https://snapshooter.com/api/backups",
  connectionFields: {
    token: { description: "API token", environment: "SNAPSHOOTER_TOKEN", secret: true, required: true },
    url: {
      description: "base URL of the API",
      environment: "SNAPSHOOTER_API_URL",
      url: true,
      default: "https://api.snapshooter.com/v1",
    },
  },
  targets,
  policyTargets: {
    jobId: { ...targets.jobId, description: "the backup job to watch", runBy: "watched", retention: "none" },
  },
  create: true,
  delete: true,
  download: true,
  listAccount: false,
  cannot: { listAccount: "the API lists one job at a time" },
  snapshotArguments: {
    tag: {
      schema: z.enum(
        ["manual", "hourly", "daily", "weekly", "monthly"],
        'must be "manual", "hourly", "daily", "weekly" or "monthly"',
      ),
      description: "the rotation that the backup counts in, and whose oldest it may push out",
      default: "manual",
      change: "replace",
    },
  },
  snapshotRules: ({ onGone, tag }) =>
    onGone === "recreate" && tag !== "manual" && tag !== UNKNOWN
      ? [
          {
            property: "onGone",
            reason:
              `"recreate" goes with tag "manual" only: in the rotation "${String(tag)}" backups expire by design, and each ` +
              'one made anew would push out another. Write onGone: "keep" or tag: "manual"',
          },
        ]
      : [],
  // Not documented; a start answers with the backup's id, and the job lists it from then on.
  listLagMs: 60_000,
  createTimeoutMs: 30 * 60_000,
  outputs: {
    completedAt: "when it was completed, ISO-8601 UTC",
    files: "its files: `id`, `name` and `sizeText` of each",
  },
} as const satisfies PlatformDefinition;
