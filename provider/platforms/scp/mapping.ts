import { instantOf, isoTextOf } from "../../model/clock";
import type { JsonValue, ObservedSnapshot, SnapshotStatus } from "../../model/snapshot";
import type { BackupHistory, FileSnapshot, VolumeSnapshot } from "./schemas";

/**
 * What a word of the platform means. Only `available` is documented; the others are those of OpenStack's volumes, which
 * the API resembles. A word that is not known is `unknown`, never success.
 */
export function toStatus(word: string | null | undefined): SnapshotStatus {
  const known = (word ?? "").toLowerCase().replace(/[\s_]+/g, "-");
  if (known === "available") return "available";
  if (known === "creating") return "running";
  return known.startsWith("error") ? "failed" : "unknown";
}

/** A volume's snapshot as the API shows it. */
export function toVolumeSnapshot(snapshot: VolumeSnapshot, region: string): ObservedSnapshot {
  const createdAt = isoTextOf(snapshot.created_at);
  const updatedAt = isoTextOf(snapshot.updated_at);
  return {
    snapshotId: snapshot.id,
    segments: [snapshot.id],
    status: toStatus(snapshot.status),
    ...(snapshot.status == null ? {} : { platformStatus: snapshot.status }),
    ...(createdAt === undefined ? {} : { createdAt }),
    details: {
      region,
      ...(snapshot.name == null ? {} : { name: snapshot.name }),
      ...(snapshot.description == null ? {} : { description: snapshot.description }),
      ...(snapshot.size == null ? {} : { sizeGib: snapshot.size }),
      ...(updatedAt === undefined ? {} : { updatedAt }),
    },
  };
}

/** A File Storage volume's snapshot as the API shows it. */
export function toFileSnapshot(snapshot: FileSnapshot, region: string): ObservedSnapshot {
  const createdAt = isoTextOf(snapshot.created_at);
  return {
    snapshotId: snapshot.id,
    segments: [snapshot.id],
    status: toStatus(snapshot.state),
    ...(snapshot.state == null ? {} : { platformStatus: snapshot.state }),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(snapshot.size == null ? {} : { sizeText: String(snapshot.size) }),
    details: { region },
  };
}

// A part of what was to be backed up is no usable backup.
const runStates: Readonly<Record<string, SnapshotStatus>> = {
  SUCCESS: "available",
  PARTIAL_SUCCESS: "unknown",
  FAILED: "failed",
  INPROGRESS: "running",
};

/** Unique key of a run of a server's backup: its job's id, or its schedule and time while no job has one. */
export function runIdOf({
  backup_job_guid: job,
  schedule_id: schedule,
  backup_start_time: start,
}: BackupHistory): string {
  return job ?? [schedule, start].filter((part) => part != null).join("@");
}

/** A run of a server's backup, as the snapshot that it takes; taken when it started. */
export function toServerSnapshot(run: BackupHistory, region: string): ObservedSnapshot {
  const { backup_job_state: word } = run;
  const id = runIdOf(run);
  const createdAt = isoTextOf(run.backup_start_time);
  return {
    snapshotId: id,
    segments: [id],
    status: (word != null && Object.hasOwn(runStates, word) ? runStates[word] : undefined) ?? "unknown",
    ...(word == null ? {} : { platformStatus: word }),
    ...(createdAt === undefined ? {} : { createdAt }),
    details: { region },
  };
}

/**
 * Newest first by time of creation, whatever order the answer has. Times without a zone name no instant, and still tell
 * which of two is the later.
 */
export function newestFirst<Entry extends { readonly created_at?: string | null | undefined }>(
  entries: readonly Entry[],
): Entry[] {
  const timeMs = ({ created_at: text }: Entry): number =>
    instantOf(text) ?? instantOf(`${(text ?? "").replace(" ", "T")}Z`) ?? 0;
  return [...entries].sort((a, b) => timeMs(b) - timeMs(a));
}

/** The body of a create: what is not wanted is left out, since the API refuses an explicit null. */
export function toCreate(volumeId: string, inputs: Readonly<Record<string, JsonValue>>): Record<string, JsonValue> {
  const { name = null, description, force } = inputs;
  return {
    name,
    volume_id: volumeId,
    ...(description === undefined ? {} : { description }),
    ...(force === undefined ? {} : { force }),
  };
}

/** The body of an update, which must always hold the name; what is left out stays as it is. */
export function toUpdate(
  name: string,
  { description }: Readonly<Record<string, JsonValue>>,
): Record<string, JsonValue> {
  return { name, ...(description === undefined ? {} : { description }) };
}

/** An error's detail in words: it is a text, an array of texts, or an array of anything. */
export function detailText(detail: unknown): string | undefined {
  if (typeof detail === "string") return detail;
  if (detail === undefined || detail === null) return undefined;
  return (Array.isArray(detail) ? detail : [detail])
    .map((part) => (typeof part === "string" ? part : JSON.stringify(part)))
    .join("; ");
}
