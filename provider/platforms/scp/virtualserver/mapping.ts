import { isoTextOf } from "../../../model/clock";
import { defined } from "../../../model/defined";
import type { JsonValue, ObservedSnapshot } from "../../../model/snapshot";
import { toStatus } from "../mapping";
import type { VolumeSnapshot } from "./schemas";

/** Maps a volume's snapshot from the API's form. */
export function toVolumeSnapshot(snapshot: VolumeSnapshot, region: string): ObservedSnapshot {
  const createdAt = isoTextOf(snapshot.created_at);
  const updatedAt = isoTextOf(snapshot.updated_at);
  return {
    snapshotId: snapshot.id,
    segments: [snapshot.id],
    status: toStatus(snapshot.status),
    ...defined({ platformStatus: snapshot.status ?? undefined, createdAt }),
    details: {
      region,
      ...defined({
        name: snapshot.name ?? undefined,
        description: snapshot.description ?? undefined,
        sizeGib: snapshot.size ?? undefined,
        updatedAt,
      }),
    },
  };
}

/** Body of a create; leaves out what is not set, since the API rejects an explicit null. */
export function toCreate(volumeId: string, inputs: Readonly<Record<string, JsonValue>>): Record<string, JsonValue> {
  const { name = null, description, force } = inputs;
  return {
    name,
    volume_id: volumeId,
    ...defined({ description, force }),
  };
}

/** Body of an update, which must always hold the name; what is left out stays unchanged. */
export function toUpdate(
  name: string,
  { description }: Readonly<Record<string, JsonValue>>,
): Record<string, JsonValue> {
  return { name, ...defined({ description }) };
}
