import { z } from "zod";

// A time without a zone names no instant; the mapping leaves it out.
const time = z.string().nullish();

/** An id, which has to stand in a path and in a resource's id. */
const id = z
  .string()
  .min(1)
  .regex(/^\P{Cs}*$/u, "is broken text");

/** A backup. Its `encryption_key` and the links of its files are secrets, and are not even read. */
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

/** A page of a list. The documents print `links` and `meta` empty; a list that has neither is one page. */
export const backupPage = z.object({
  data: z.array(backup),
  links: z.object({ next: z.string().nullish() }).nullish().catch(undefined),
  meta: z
    .object({ current_page: z.number().int().nullish(), last_page: z.number().int().nullish() })
    .nullish()
    .catch(undefined),
});
export type BackupPage = z.output<typeof backupPage>;

/** The answer to a start: `backup_id` at the top level as seen in use; the documents show none. */
export const started = z.object({
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

/** File name → link. A name is data and can be anything, so that the map is walked, not shaped. */
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
