import { z } from "zod";

// The mapping leaves out times without a time zone, since they name no instant.
const time = z.string().nullish();

/** An id, which must fit in a URL path and in a resource id. */
const id = z
  .string()
  .min(1)
  .regex(/^\P{Cs}*$/u, "is broken text");

/** A backup. Its `encryption_key` and the links of its files are secrets, so they are not read. */
export const backup = z.object({
  id,
  job_id: z.string().nullish(),
  status: z.string().min(1),
  tags: z.record(z.string(), z.unknown()).nullish().catch(undefined),
  created_at: time,
  completed_at: time,
  files: z
    .array(z.object({ id: z.string(), name: z.string(), size: z.string().nullish() }))
    .nullish()
    .catch(undefined),
});
export type Backup = z.output<typeof backup>;

export const shownBackup = z.object({ data: backup });

/** A restore, shown only in the answer to its request. The links of its files are not read. */
export const restore = z.object({
  id,
  backup_id: z.string().nullish(),
  status: z
    .string()
    .min(1)
    .regex(/^\P{Cs}*$/u, "is broken text"),
  started_at: time,
  completed_at: time,
});
export type Restore = z.output<typeof restore>;

export const shownRestore = z.object({ data: restore });

const count = z.int().nullish().catch(undefined);
const paging = {
  links: z.object({ next: z.string().nullish() }).nullish().catch(undefined),
  meta: z.object({ current_page: count, last_page: count, total: count }).nullish().catch(undefined),
};

/** Links between the pages of a list and its number of entries; both are empty in the documents' examples. */
export type Paging = { [Name in keyof typeof paging]?: z.output<(typeof paging)[Name]> };

/** A page of a list. */
export const backupPage = z.object({ data: z.array(backup), ...paging });

/** One schedule of a job. Source: https://snapshooter.com/api/schedules */
const jobSchedule = z.object({
  status: z.string().nullish(),
  timezone: z.string().nullish(),
  frequency: z.number().nullish(),
  frequency_mode: z.string().nullish(),
  run_offset: z.number().nullish(),
  retention: z
    .object({
      hourly: z.number().nullish(),
      daily: z.number().nullish(),
      weekly: z.number().nullish(),
      monthly: z.number().nullish(),
    })
    .nullish(),
});

const fields = z.record(z.string(), z.json()).nullish().catch(undefined);

/**
 * A job. The available documents end within its `config`, so nothing after that is required. The key pair of its server
 * is not read. Source: https://snapshooter.com/api/jobs
 */
export const job = z.object({
  id,
  name: z.string().nullish(),
  recipe_id: z.int().nullish().catch(undefined),
  compute_type: z.string().nullish().catch(undefined),
  compute: fields,
  config: fields,
  storage: fields,
  encryption_key_id: z.union([z.string(), z.number()]).nullish().catch(undefined),
  proxy_id: z.int().nullish().catch(undefined),
  schedules: z
    .union([z.array(jobSchedule), z.literal("unreadable")])
    .nullish()
    .catch("unreadable"),
});
export type Job = z.output<typeof job>;

export const shownJob = z.object({ data: job });
export const jobPage = z.object({ data: z.array(job), ...paging });

/** Answer to a start, not documented; in practice `backup_id` is at the top level. */
export const started = z.object({
  message: z.json().optional(),
  errors: z.json().optional(),
  backup_id: id.nullish().catch(undefined),
  data: z
    .object({
      backup_id: id.nullish().catch(undefined),
      id: id.nullish().catch(undefined),
    })
    .nullish()
    .catch(undefined),
});
export type Started = z.output<typeof started>;

/** File name → link. A name can be any text, so the schema only checks the map and does not rebuild it. */
export const downloadLinks = z.object({
  data: z.custom<Readonly<Record<string, string>>>(
    (value) =>
      typeof value === "object" &&
      value !== null &&
      !Array.isArray(value) &&
      Object.values(value).every((link) => typeof link === "string" && URL.canParse(link)),
    "is not a map of links",
  ),
});

export const errorBody = z.object({
  message: z.string().optional().catch(undefined),
  errors: z.record(z.string(), z.array(z.string())).optional().catch(undefined),
});
