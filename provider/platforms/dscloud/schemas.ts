import { z } from "zod";
import { instantOf } from "../../model/clock";

/** An entry of the list. `key` is the query string of its download link; entries can share one. */
export const listEntry = z.object({
  name: z
    .string()
    .min(1)
    .regex(/^\P{Cs}*$/u, "is broken text"),
  size: z.number().nullish(),
  created_at: z.string().refine((text) => instantOf(text) !== undefined, "is not a time with a zone"),
  key: z.string(),
  is_successful: z.boolean().nullish(),
});
export type ListEntry = z.output<typeof listEntry>;

/** `response` is documented as an object, but shown as an array. */
export const backupList = z.object({ status: z.literal("success"), response: z.array(listEntry) });

export const errorBody = z.object({
  code: z.string().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
});
