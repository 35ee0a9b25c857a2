import { z } from "zod";

/** A text that may be missing. A time without a zone names no instant; the mapping leaves it out. */
export const text = z.string().nullish();

/** A word that can't be missing. */
export const word = z
  .string()
  .min(1)
  .regex(/^\P{Cs}*$/u, "is broken text");

/** An id, which has to stand in a path and in a resource's id. */
export const id = word;

/** The number of entries of a whole list; missing or null where it was not asked for, or not counted. */
export const count = z.number().int().nullish();

/** A page of snapshots. */
export function snapshotsOf<Entry extends z.ZodType>(entry: Entry) {
  return z
    .object({ count, snapshots: z.array(entry) })
    .transform(({ count, snapshots }) => ({ count, entries: snapshots }));
}

/** The versions of a service. */
export const serviceVersions = z.object({
  versions: z.array(z.object({ id: z.string(), status: z.string(), not_before: z.string().nullish() })),
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
