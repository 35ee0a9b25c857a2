import { z } from "zod";
import { id, snapshotsOf, text, word } from "../schemas";

/**
 * A volume's snapshot.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/compute/virtualserver/models/snapshotdetailresponse
 */
export const volumeSnapshot = z.object({
  id,
  volume_id: z.string(),
  name: text,
  description: text,
  status: text,
  size: z.number().nullish(),
  created_at: text,
  updated_at: text,
});
export type VolumeSnapshot = z.output<typeof volumeSnapshot>;

/**
 * A virtual server's volume.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/compute/virtualserver/apis/showvolume/
 */
export const volume = z.object({
  id,
  name: text,
  size: z.number().nullish(),
  state: word,
  servers: z
    .array(z.object({ id: z.string() }))
    .nullish()
    .catch(undefined),
});
export type Volume = z.output<typeof volume>;

export const volumeSnapshotPage = snapshotsOf(volumeSnapshot);
