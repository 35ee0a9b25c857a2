import { z } from "zod";
import { count, id, text } from "../schemas";

/** Answer to a change. */
export const syncResponse = z.object({ resource: z.object({ id }) });

export const nameCheck = z.object({ result: z.boolean() });

function contentsOf<Entry extends z.ZodType>(entry: Entry) {
  return z
    .object({ count, contents: z.array(entry) })
    .transform(({ count, contents }) => ({ count, entries: contents }));
}

export const backupPage = contentsOf(z.object({ id, name: text }));

/**
 * A server's backup, which is its policy; it does not include the schedules.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/storage/backup/apis/showbackup/
 */
export const serverBackup = z.object({
  id,
  name: text,
  state: text,
  server_uuid: id.nullish(),
  policy_category: text,
  policy_type: text,
  server_category: text,
  retention_period: text,
  encrypt_enabled: z.boolean().nullish(),
  region: text,
  dr_enabled: z.boolean().nullish(),
  filesystem_paths: z.array(z.string()).nullish().catch(undefined),
  is_all_filesystem: z.boolean().nullish().catch(undefined),
});
export type ServerBackup = z.output<typeof serverBackup>;

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

/** One run of a server's backup. The published SDK allows a run without a job id; its schedule always has an id. */
export const backupHistory = z
  .object({
    backup_job_guid: id.nullish(),
    backup_job_state: text,
    backup_start_time: text,
    schedule_id: id.nullish(),
  })
  .refine(({ backup_job_guid: job, schedule_id: schedule }) => job != null || schedule != null, "names no job");
export type BackupHistory = z.output<typeof backupHistory>;
export const backupHistoryPage = contentsOf(backupHistory);
