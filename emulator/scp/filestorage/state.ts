import type { Shelf } from "../../shelf";
import type { Course, Pace } from "../answers";

/** One snapshot of a File Storage volume. */
export interface ScpFileSnapshot extends Course {
  readonly id: string;
  readonly volumeId: string;
  /** Chosen by the platform. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly createdAtMs: number;
}

/** A volume's snapshot schedule; a volume has at most one. */
export interface ScpFileSchedule {
  readonly id: string;
  frequency: "DAILY" | "WEEKLY";
  /** With `WEEKLY` only. */
  dayOfWeek: string | null;
  /** 0 to 23, as text without a leading zero; in GMT+9. */
  hour: string;
  retentionCount: number;
}

/** One File Storage volume. */
export interface ScpFileVolume {
  readonly id: string;
  readonly name: string;
  schedule: ScpFileSchedule | undefined;
  readonly snapshots: Shelf<ScpFileSnapshot>;
}

/** State of the emulated File Storage that tests read and change. */
export interface ScpFileStorageState extends Pace {
  readonly volumes: ReadonlyMap<string, ScpFileVolume>;
  /** Unnamed zone of `created_at`, in minutes east of UTC. Default 0 (assumed). */
  utcOffsetMinutes: number;
  /**
   * Fields that are sent as text, as in the documented samples, rather than in their schema's type.
   * Default: `policyEnabled` only.
   */
  readonly asText: { size: boolean; retentionCount: boolean; policyEnabled: boolean };
  addVolume(volume?: { id?: string; name?: string }): ScpFileVolume;
  removeVolume(id: string): void;
  /** Adds a snapshot that this program didn't take. Default: taken now, available. */
  addSnapshot(
    volumeId: string,
    snapshot?: { id?: string; createdAtMs?: number; sizeBytes?: number; state?: string },
  ): ScpFileSnapshot;
  /** Removes a snapshot immediately, without a deletion. */
  removeSnapshot(id: string): void;
  /** Sets a snapshot's state, whatever the clock says; undefined: it follows the clock again. */
  setState(snapshotId: string, word: string | undefined): void;
  /** A volume's snapshots, oldest first, by the platform's clock. */
  snapshotsOf(volumeId: string): ScpFileSnapshot[];
  /** Sets a volume's schedule, as somebody could in the console; undefined removes it. */
  setSchedule(volumeId: string, schedule: Partial<Omit<ScpFileSchedule, "id">> | undefined): void;
}
