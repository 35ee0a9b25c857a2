import { z } from "zod";
import { id, snapshotsOf, text } from "../schemas";

/** A File Storage volume's snapshot; its size has no documented unit. */
export const fileSnapshot = z.object({
  id,
  volume_id: text,
  state: text,
  size: z.union([z.number(), z.string()]).nullish(),
  created_at: text,
});
export type FileSnapshot = z.output<typeof fileSnapshot>;

export const createdFileSnapshot = z.object({ snapshot: fileSnapshot });
export const fileSnapshotList = snapshotsOf(fileSnapshot);

/**
 * A volume's snapshot schedule. `snapshot_policy_enabled` is text in the samples, and the count was text in 1.1. The
 * published SDK allows a schedule without an id.
 */
export const fileSchedule = z.object({
  volume_id: text,
  snapshot_policy_enabled: z.union([z.boolean(), z.enum(["true", "false"])]).nullish(),
  snapshot_retention_count: z.union([z.number(), z.string()]).nullish(),
  snapshot_schedule: z
    .array(
      z.object({
        id: id.nullish(),
        frequency: text,
        day_of_week: text,
        hour: z.union([z.string(), z.number()]).nullish(),
      }),
    )
    .nullish(),
});
export type FileSchedule = z.output<typeof fileSchedule>;

/** Answer to a change of a volume's schedule: without the schedule's id, and the volume's id may be null. */
export const acceptedFileSchedule = z.object({
  volume_id: text,
  snapshot_schedule: z.object({ frequency: text }),
});
