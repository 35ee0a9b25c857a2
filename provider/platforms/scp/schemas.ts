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

/** `count` is there only when it was asked for. */
export const volumeSnapshotPage = z.object({
  count: z.number().int().nullish(),
  snapshots: z.array(volumeSnapshot),
});

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
export const fileSnapshotList = z.object({ snapshots: z.array(fileSnapshot) });

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
