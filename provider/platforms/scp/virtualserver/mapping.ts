import { isoTextOf } from "../../../model/clock";
import { defined } from "../../../model/defined";
import type { JsonValue, ObservedSnapshot } from "../../../model/snapshot";
import { toStatus } from "../mapping";
import type { VolumeSnapshot } from "./schemas";

/** A volume's snapshot as the API shows it. */
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

/** The body of a create: what is not wanted is left out, since the API refuses an explicit null. */
export function toCreate(volumeId: string, inputs: Readonly<Record<string, JsonValue>>): Record<string, JsonValue> {
  const { name = null, description, force } = inputs;
  return {
    name,
    volume_id: volumeId,
    ...defined({ description, force }),
  };
}

/** The body of an update, which must always hold the name; what is left out stays as it is. */
export function toUpdate(
  name: string,
  { description }: Readonly<Record<string, JsonValue>>,
): Record<string, JsonValue> {
  return { name, ...defined({ description }) };
}
