import { z } from "zod";
import { instantOf } from "../../model/clock";

/** An entry of the list. `key` is the query string of its download link: a secret that differs in every list. */
export const listEntry = z.object({
  name: z
    .string()
    .min(1)
    .regex(/^\P{Cs}*$/u, "is broken text"),
  size: z.number().nullish(),
  modified: z.string().refine((text) => instantOf(text) !== undefined, "is not a time with a zone"),
  key: z.string().regex(/^\P{Cs}*$/u, "is broken text"),
});
export type ListEntry = z.output<typeof listEntry>;

export const snapshotList = z.object({ status: z.literal("success"), response: z.array(listEntry) });

export const created = z.object({
  status: z.literal("success"),
  response: z.object({ url: z.string().nullish(), key: z.string().nullish() }).nullish(),
});
export type Created = z.output<typeof created>;

export const restored = z.object({ status: z.literal("success") });

/** `GET /users/me`: the account with its apps and databases. */
export const account = z.object({
  status: z.literal("success"),
  response: z.object({
    user: z.object({
      id: z.string().min(1),
      plan: z
        .object({ name: z.string().nullish(), memory: z.object({ limit: z.number().nullish() }).nullish() })
        .nullish()
        .catch(undefined),
    }),
    applications: z.array(z.object({ id: z.string() })).nullish(),
    databases: z.array(z.object({ id: z.string() })).nullish(),
  }),
});
export type Account = z.output<typeof account>;

export const errorBody = z.object({
  code: z.string().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
});
