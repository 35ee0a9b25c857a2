import { z } from "zod";

// A time without a zone names no instant; the mapping leaves it out.
const time = z.string().nullish();

/** An id, which has to stand in a path and in a resource's id. */
const id = z
  .string()
  .min(1)
  .regex(/^\P{Cs}*$/u, "is broken text");

/**
 * A volume's snapshot.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/compute/virtualserver/models/snapshotdetailresponse
 */
export const volumeSnapshot = z.object({
  id,
  volume_id: z.string(),
  name: z.string().nullish(),
  description: z.string().nullish(),
  status: z.string().nullish(),
  size: z.number().nullish(),
  created_at: time,
  updated_at: time,
});
export type VolumeSnapshot = z.output<typeof volumeSnapshot>;

/**
 * A virtual server's volume.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/compute/virtualserver/apis/showvolume/
 */
export const volume = z.object({
  id,
  name: z.string().nullish(),
  size: z.number().nullish(),
  state: z
    .string()
    .min(1)
    .regex(/^\P{Cs}*$/u, "is broken text"),
  servers: z
    .array(z.object({ id: z.string() }))
    .nullish()
    .catch(undefined),
});
export type Volume = z.output<typeof volume>;

// Missing or null where it was not asked for, or not counted.
const count = z.number().int().nullish();

export const volumeSnapshotPage = z
  .object({ count, snapshots: z.array(volumeSnapshot) })
  .transform(({ count, snapshots }) => ({ count, entries: snapshots }));

/** A File Storage volume's snapshot; its size has no documented unit. */
export const fileSnapshot = z.object({
  id,
  volume_id: z.string().nullish(),
  state: z.string().nullish(),
  size: z.union([z.number(), z.string()]).nullish(),
  created_at: time,
});
export type FileSnapshot = z.output<typeof fileSnapshot>;

export const createdFileSnapshot = z.object({ snapshot: fileSnapshot });
export const fileSnapshotList = z
  .object({ count, snapshots: z.array(fileSnapshot) })
  .transform(({ count, snapshots }) => ({ count, entries: snapshots }));

/** What a change is answered with. */
export const syncResponse = z.object({ resource: z.object({ id }) });

/** The versions of a service. */
export const serviceVersions = z.object({
  versions: z.array(z.object({ id: z.string(), status: z.string(), not_before: z.string().nullish() })),
});

export const nameCheck = z.object({ result: z.boolean() });

function contentsOf<Entry extends z.ZodType>(entry: Entry) {
  return z
    .object({ count, contents: z.array(entry) })
    .transform(({ count, contents }) => ({ count, entries: contents }));
}

export const backupPage = contentsOf(z.object({ id, name: z.string().nullish() }));

/**
 * A server's backup, which is its policy. Its schedules are not in it.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/storage/backup/apis/showbackup/
 */
export const serverBackup = z.object({
  id,
  name: z.string().nullish(),
  state: z.string().nullish(),
  server_uuid: id.nullish(),
  policy_category: z.string().nullish(),
  policy_type: z.string().nullish(),
  server_category: z.string().nullish(),
  retention_period: z.string().nullish(),
  encrypt_enabled: z.boolean().nullish(),
  region: z.string().nullish(),
  dr_enabled: z.boolean().nullish(),
  filesystem_paths: z.array(z.string()).nullish().catch(undefined),
  is_all_filesystem: z.boolean().nullish().catch(undefined),
});
export type ServerBackup = z.output<typeof serverBackup>;

const text = z.string().nullish();

export const serverBackupSchedules = contentsOf(
  z.object({
    id: text,
    type: text,
    frequency: text,
    start_time: text,
    start_day: text,
    start_week: text,
    backup_id: text,
  }),
);
export type ServerBackupSchedules = z.output<typeof serverBackupSchedules>["entries"];

/** One run of a server's backup. The published SDK allows one without the id of its job; its schedule always has one. */
export const backupHistory = z
  .object({
    backup_job_guid: id.nullish(),
    backup_job_state: z.string().nullish(),
    backup_start_time: time,
    schedule_id: id.nullish(),
  })
  .refine(({ backup_job_guid: job, schedule_id: schedule }) => job != null || schedule != null, "names no job");
export type BackupHistory = z.output<typeof backupHistory>;
export const backupHistoryPage = contentsOf(backupHistory);

/**
 * A volume's snapshot schedule. Whether it is enabled is a text in the samples, and the count was one in 1.1. The
 * published SDK allows a schedule without an id.
 */
export const fileSchedule = z.object({
  volume_id: z.string().nullish(),
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

/** What a change of a volume's schedule is answered with: no id of the schedule, and the volume's may be null. */
export const acceptedFileSchedule = z.object({
  volume_id: z.string().nullish(),
  snapshot_schedule: z.object({ frequency: text }),
});

/** The services' own envelope of an error. `detail` is a text, an array of texts, or an array of objects. */
export const errorBody = z.object({
  errors: z
    .array(
      z.object({
        code: z.string().nullish().catch(undefined),
        title: z.string().nullish().catch(undefined),
        detail: z.unknown().optional(),
        request_id: z.string().nullish().catch(undefined),
      }),
    )
    .min(1),
});
