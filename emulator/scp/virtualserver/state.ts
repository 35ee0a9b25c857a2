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
  /** When it was taken, by the platform's clock. */
  readonly takenAtMs: number;
  updatedAtMs: number | undefined;
}

/** One volume of a virtual server. */
export interface ScpVolume {
  readonly id: string;
  name: string;
  sizeGib: number;
  /** The id of the server that it is attached to. */
  serverId: string | undefined;
  /** Set by a test: its state, whatever else says. */
  state: string | undefined;
  /** Its last revert: when the volume begins to show it, when it ends, and the state that the volume comes to. */
  revert: { readonly fromMs: number; readonly untilMs: number; readonly outcome: string } | undefined;
  readonly snapshots: Shelf<ScpSnapshot>;
}

/** What tests read and change of the emulated volumes and their snapshots. */
export interface ScpVirtualServerState extends Pace {
  readonly volumes: ReadonlyMap<string, ScpVolume>;
  /** Reverts that were accepted. */
  readonly reverts: readonly { volumeId: string; snapshotId: string; at: number }[];
  /** How long after its creation a snapshot's deletion is answered 500. Default 1,500. */
  raceMs: number;
  /** How long a revert takes. Default 1,000. */
  revertingMs: number;
  /** How long after its answer a revert begins to show in its volume's state; undocumented. Default 0. */
  revertStartsMs: number;
  /** The state that a volume comes to after a revert. Default `available`. */
  revertOutcome: string;
  /** How the list's `name` filters; the documents don't say. Default `exact`. */
  nameFilter: "exact" | "substring";
  /** What an update does whose name is null; the documents don't say. Default `keeps`. */
  nullName: "keeps" | "erases";
  /** The answer to a snapshot of an attached volume without `force`; undocumented. Default 409. */
  attachedStatus: 400 | 409;
  /** The answer to a revert to an older snapshot; undocumented. Default 409. */
  olderRevertStatus: 400 | 409;
  addVolume(volume?: { id?: string; name?: string; sizeGib?: number; serverId?: string }): ScpVolume;
  /** The volume goes, and its snapshots with it. */
  removeVolume(id: string): void;
  /** A snapshot that this program didn't take. Default: taken now, available, with a name of its own. */
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
  /** The snapshot is gone at once, without a deletion. */
  removeSnapshot(id: string): void;
  /** Moves a snapshot on, whatever the clock says; undefined: back to the clock. */
  setStatus(snapshotId: string, status: string | undefined): void;
  /** A snapshot's status by the platform's clock; undefined: it isn't there. */
  statusOf(snapshotId: string): string | undefined;
  /** A volume's snapshots, oldest first, by the platform's clock. */
  snapshotsOf(volumeId: string): ScpSnapshot[];
  /** Answers the next so many deletions 500, or with another status, and carries none out. */
  failDeletes(times: number, status?: 409 | 500): void;
}
