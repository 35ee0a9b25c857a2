import type { Shelf } from "../shelf";

/** One snapshot on Virtus Cloud. */
export interface VirtusSnapshot {
  /** Shared by all snapshots of a target. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Unique within its target. */
  readonly modifiedMs: number;
  readonly versionId: string;
}

/** One app or database on Virtus Cloud. */
export interface VirtusTarget {
  readonly kind: "app" | "database";
  readonly id: string;
  readonly snapshotName: string;
  readonly snapshots: Shelf<VirtusSnapshot>;
}

/** State of the emulated Virtus Cloud that tests read and change. */
export interface VirtusState {
  readonly accountId: string;
  /** Apps and databases by id. */
  readonly targets: ReadonlyMap<string, VirtusTarget>;
  /** Database restores that were carried out. */
  readonly restores: readonly { databaseId: string; versionId: string; at: number }[];
  /** Keys that hold a `versionId`. Default, as in the documents: those of database lists only. */
  readonly versionIds: { appList: boolean; databaseList: boolean; create: boolean };
  /** Shortest time between two creates of the account, in milliseconds. Default 5,000. */
  createIntervalMs: number;
  /** The plan's memory, from which the daily quota `(RAM/256)*2` follows. Default 4,096 MB. */
  planMemoryMb: number;
  addApp(id: string): VirtusTarget;
  addDatabase(id: string): VirtusTarget;
  removeTarget(id: string): void;
  /** Adds a snapshot that this program didn't take. Default: taken now. It doesn't count toward any limit. */
  addSnapshot(targetId: string, snapshot?: { modifiedMs?: number; sizeBytes?: number }): VirtusSnapshot;
  removeSnapshot(targetId: string, snapshot: VirtusSnapshot): void;
  /** Sets the lag of the lists of all existing targets, in milliseconds. Default 0. */
  setListLag(lagMs: number): void;
  /** Freezes the lists of all existing targets until `releaseLists`. */
  holdLists(): void;
  releaseLists(): void;
}
