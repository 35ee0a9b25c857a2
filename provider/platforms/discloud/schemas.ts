import { z } from "zod";

/** Name of a version: its local time to the second, in a time zone that is not documented. */
export const versionPattern = /^\d{8}-\d{6}$/;

/** Documented as `ok`; `error` means failure, whatever the HTTP status. */
const status = z
  .string()
  .nullish()
  .refine((word) => word !== "error", "is an error");

/** An item of `versions`. Its fields are not documented; only `version` identifies it. */
export const versionItem = z.object({
  version: z.string().regex(versionPattern),
  size: z.union([z.string(), z.number()]).nullish().catch(undefined),
  date: z.string().nullish().catch(undefined),
});
export type VersionItem = z.output<typeof versionItem>;

export const appList = z.object({
  status,
  app: z.object({ id: z.string() }).nullish(),
  versions: z.array(versionItem),
});

export const created = z.object({
  status,
  app: z.object({ id: z.string() }).nullish(),
  snapshot: z
    .object({ version: z.unknown(), size: z.union([z.string(), z.number()]).nullish().catch(undefined) })
    .nullish()
    .catch(undefined),
});
export type Created = z.output<typeof created>;

export const downloadLink = z.object({
  status,
  download: z.object({ url: z.url(), expiresAt: z.string().nullish().catch(undefined) }),
});

/** `GET /app/{appID}`: for a single id, `apps` is one object. */
export const appShown = z.object({ status, apps: z.object({ id: z.string() }) });

/** `GET /user`: the token's user. */
export const userShown = z.object({
  status,
  user: z.object({ plan: z.string().nullish().catch(undefined) }),
});

/** The account's list. Only `status` and `message` are documented, so the array has to be searched for. */
export const accountList = z.looseObject({ status });
export type AccountList = z.output<typeof accountList>;

export const errorBody = z.object({
  message: z.string().optional().catch(undefined),
  code: z.union([z.number(), z.string()]).optional().catch(undefined),
});
