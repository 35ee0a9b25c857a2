import { z } from "zod";

/** Text that may be missing. A time without a zone does not identify an instant; the mapping leaves it out. */
export const text = z.string().nullish();

/** Required, non-empty text. */
export const word = z
  .string()
  .min(1)
  .regex(/^\P{Cs}*$/u, "is broken text");

/** Id that becomes part of a path and of a resource's id. */
export const id = word;

/** Number of entries in the whole list; missing or null if it was not requested or not counted. */
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

/** Error envelope of the services. `detail` is a string, an array of strings, or an array of objects. */
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
