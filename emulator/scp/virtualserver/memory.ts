import { createShelf } from "../../shelf";
import { asUuid, type ScpCommon, wordOf } from "../answers";
import type { ScpSnapshot, ScpVirtualServerState, ScpVolume } from "./state";

/** Creates the volumes and their snapshots, which change with time, and the state that tests change. */
export function createMemory(common: ScpCommon) {
  const { now, storageNow } = common;
  const volumes = new Map<string, ScpVolume>();
  const reverts: { volumeId: string; snapshotId: string; at: number }[] = [];
  const failing = { times: 0, status: 500 };

  const state: ScpVirtualServerState = {
    volumes,
    reverts,
    creatingMs: 1000,
    outcome: "available",
    deletingMs: 500,
    deleteOutcome: "gone",
    raceMs: 1500,
    revertingMs: 1000,
    revertStartsMs: 0,
    revertOutcome: "available",
    nameFilter: "exact",
    nullName: "keeps",
    attachedStatus: 409,
    olderRevertStatus: 409,
    addVolume({ id = asUuid(common.nextId()), name = `volume-${id.slice(0, 6)}`, sizeGib = 104, serverId } = {}) {
      const volume: ScpVolume = {
        id,
        name,
        sizeGib,
        serverId,
        state: undefined,
        revert: undefined,
        snapshots: createShelf(now),
      };
      volumes.set(id, volume);
      return volume;
    },
    removeVolume(id) {
      volumes.delete(id);
    },
    addSnapshot(volumeId, { status, createdAtMs = storageNow(), ...options } = {}) {
      const volume = known(volumeId);
      const snapshot = take(volume, { readyAtMs: now(), outcome: "available", createdAtMs, ...options });
      snapshot.word = status;
      volume.snapshots.add(snapshot);
      return snapshot;
    },
    removeSnapshot(id) {
      const snapshot = knownSnapshot(id);
      known(snapshot.volumeId).snapshots.remove(snapshot);
    },
    setStatus(id, status) {
      knownSnapshot(id).word = status;
    },
    statusOf(id) {
      const snapshot = find(id);
      return snapshot && statusOf(snapshot);
    },
    snapshotsOf(volumeId) {
      settle();
      return known(volumeId).snapshots.present();
    },
    failDeletes(times, status = 500) {
      Object.assign(failing, { times, status });
    },
  };

  const known = (id: string) => {
    const volume = volumes.get(id);
    if (!volume) throw new Error(`the emulated Samsung Cloud Platform has no volume ${id}`);
    return volume;
  };
  const statusOf = (snapshot: ScpSnapshot) =>
    wordOf(snapshot, state, now(), { creating: "creating", deleting: "deleting" }); // assumed words
  /** Removes the snapshots whose deletion is complete. */
  const settle = () => {
    for (const { snapshots } of volumes.values()) {
      for (const snapshot of snapshots.present()) if (statusOf(snapshot) === "gone") snapshots.remove(snapshot);
    }
  };
  const find = (id: string) => {
    settle();
    for (const { snapshots } of volumes.values()) {
      const snapshot = snapshots.present().find((candidate) => candidate.id === id);
      if (snapshot) return snapshot;
    }
    return undefined;
  };
  const knownSnapshot = (id: string) => {
    const snapshot = find(id);
    if (!snapshot) throw new Error(`the emulated Samsung Cloud Platform has no snapshot ${id}`);
    return snapshot;
  };
  const stateOf = (volume: ScpVolume) => {
    if (volume.state !== undefined) return volume.state;
    const { revert } = volume;
    if (revert !== undefined && now() >= revert.fromMs) {
      if (now() < revert.untilMs) return "reverting"; // assumed, except the word
      if (revert.outcome !== "available") return revert.outcome;
    }
    return volume.serverId === undefined ? "available" : "in-use"; // assumed, except available
  };

  const take = (
    volume: ScpVolume,
    options: {
      id?: string;
      name?: string | null;
      description?: string | null;
      metadata?: ScpSnapshot["metadata"];
      createdAtMs: number;
      readyAtMs: number;
      outcome: string;
    },
  ): ScpSnapshot => {
    const { id = asUuid(common.nextId()), createdAtMs, readyAtMs, outcome } = options;
    return {
      id,
      volumeId: volume.id,
      name: options.name === undefined ? `foreign-${id.slice(0, 6)}` : options.name,
      description: options.description ?? null,
      metadata: options.metadata ?? {},
      sizeGib: volume.sizeGib,
      createdAtMs,
      takenAtMs: Math.min(createdAtMs, now()),
      updatedAtMs: undefined,
      readyAtMs,
      outcome,
      word: undefined,
      deletedAtMs: undefined,
    };
  };

  const newest = ({ snapshots }: ScpVolume) =>
    snapshots
      .present()
      .sort((a, b) => a.createdAtMs - b.createdAtMs)
      .at(-1);
  return { state, volumes, reverts, failing, statusOf, settle, find, stateOf, take, newest };
}

/** Data and helpers that the parts of the service share. */
export type Memory = ReturnType<typeof createMemory>;
