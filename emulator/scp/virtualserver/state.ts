import type { Shelf } from "../../shelf";
import type { Course, Pace } from "../answers";

/** One snapshot of a virtual server's volume. */
export interface ScpSnapshot extends Course {
  readonly id: string;
  readonly volumeId: string;
  name: string | null;
  description: string | null;
  /** An object by its schema, a text in the documented example. */
  readonly metadata: Readonly<Record<string, unknown>> | string | null;
  /** The volume's size when it was taken. */
  readonly sizeGib: number;
  readonly createdAtMs: number;
  /** Time at which it was taken, by the platform's clock. */
  readonly takenAtMs: number;
  updatedAtMs: number | undefined;
}

/** One volume of a virtual server. */
export interface ScpVolume {
  readonly id: string;
  name: string;
  sizeGib: number;
  /** Id of the server that it is attached to. */
  serverId: string | undefined;
  /** Set by a test: its state, whatever its server and its revert imply. */
  state: string | undefined;
  /** Its last revert: when the volume starts to show it, when it ends, and the volume's state after it. */
  revert: { readonly fromMs: number; readonly untilMs: number; readonly outcome: string } | undefined;
  readonly snapshots: Shelf<ScpSnapshot>;
}

/** State of the emulated volumes and their snapshots that tests read and change. */
export interface ScpVirtualServerState extends Pace {
  readonly volumes: ReadonlyMap<string, ScpVolume>;
  /** Reverts that were accepted. */
  readonly reverts: readonly { volumeId: string; snapshotId: string; at: number }[];
  /** How long after its creation a snapshot's deletion is answered with 500. Default 1,500. */
  raceMs: number;
  /** How long a revert takes. Default 1,000. */
  revertingMs: number;
  /** Delay after its answer until a revert shows in its volume's state; undocumented. Default 0. */
  revertStartsMs: number;
  /** State of a volume after a revert. Default `available`. */
  revertOutcome: string;
  /** Matching of the list's `name` filter; undocumented. Default `exact`. */
  nameFilter: "exact" | "substring";
  /** Effect of an update whose name is null; undocumented. Default `keeps`. */
  nullName: "keeps" | "erases";
  /** The answer to a snapshot of an attached volume without `force`; undocumented. Default 409. */
  attachedStatus: 400 | 409;
  /** The answer to a revert to an older snapshot; undocumented. Default 409. */
  olderRevertStatus: 400 | 409;
  addVolume(volume?: { id?: string; name?: string; sizeGib?: number; serverId?: string }): ScpVolume;
  /** Removes a volume with its snapshots. */
  removeVolume(id: string): void;
  /** Adds a snapshot that this program didn't take. Default: taken now, available, with a generated name. */
  addSnapshot(
    volumeId: string,
    snapshot?: {
      id?: string;
      name?: string | null;
      description?: string | null;
      metadata?: ScpSnapshot["metadata"];
      createdAtMs?: number;
      status?: string;
    },
  ): ScpSnapshot;
  /** Removes a snapshot immediately, without a deletion. */
  removeSnapshot(id: string): void;
  /** Sets a snapshot's status, whatever the clock says; undefined: it follows the clock again. */
  setStatus(snapshotId: string, status: string | undefined): void;
  /** A snapshot's status by the platform's clock; undefined if the snapshot doesn't exist. */
  statusOf(snapshotId: string): string | undefined;
  /** A volume's snapshots, oldest first, by the platform's clock. */
  snapshotsOf(volumeId: string): ScpSnapshot[];
  /** Answers the next `times` deletions with 500, or with another status, and carries none of them out. */
  failDeletes(times: number, status?: 409 | 500): void;
}
