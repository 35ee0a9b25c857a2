import { createShelf } from "../../shelf";
import { asUuid, type ScpCommon, wordOf } from "../answers";
import type { ScpFileSnapshot, ScpFileStorageState, ScpFileVolume } from "./state";

/** Creates the volumes, their snapshots and schedules, which change with time, and the state that tests change. */
export function createMemory(common: ScpCommon) {
  const { now, storageNow } = common;
  const volumes = new Map<string, ScpFileVolume>();

  const state: ScpFileStorageState = {
    volumes,
    creatingMs: 1000,
    outcome: "available",
    deletingMs: 500,
    deleteOutcome: "gone",
    utcOffsetMinutes: 0,
    asText: { size: false, retentionCount: false, policyEnabled: true },
    addVolume({ id = asUuid(common.nextId()), name = `files_${id.slice(0, 6)}` } = {}) {
      const volume: ScpFileVolume = { id, name, schedule: undefined, snapshots: createShelf(now) };
      volumes.set(id, volume);
      return volume;
    },
    removeVolume(id) {
      volumes.delete(id);
    },
    addSnapshot(volumeId, { state: word, createdAtMs = storageNow(), ...options } = {}) {
      const volume = known(volumeId);
      const snapshot = take(volume, { readyAtMs: now(), outcome: "available", createdAtMs, ...options });
      snapshot.word = word;
      volume.snapshots.add(snapshot);
      return snapshot;
    },
    removeSnapshot(id) {
      const snapshot = knownSnapshot(id);
      known(snapshot.volumeId).snapshots.remove(snapshot);
    },
    setState(snapshotId, word) {
      knownSnapshot(snapshotId).word = word;
    },
    snapshotsOf(volumeId) {
      settle();
      return known(volumeId).snapshots.present();
    },
    setSchedule(volumeId, schedule) {
      const volume = known(volumeId);
      volume.schedule = schedule && {
        id: volume.schedule?.id ?? asUuid(common.nextId()),
        frequency: "DAILY",
        dayOfWeek: null,
        hour: "23",
        retentionCount: 10,
        ...volume.schedule,
        ...schedule,
      };
    },
  };

  const known = (id: string) => {
    const volume = volumes.get(id);
    if (!volume) throw new Error(`the emulated Samsung Cloud Platform has no file volume ${id}`);
    return volume;
  };
  const stateOf = (snapshot: ScpFileSnapshot) =>
    wordOf(snapshot, state, now(), { creating: "creating", deleting: "deleting" }); // assumed words
  const settle = () => {
    for (const { snapshots } of volumes.values()) {
      for (const snapshot of snapshots.present()) if (stateOf(snapshot) === "gone") snapshots.remove(snapshot);
    }
  };
  const knownSnapshot = (id: string) => {
    settle();
    const all = [...volumes.values()].flatMap(({ snapshots }) => snapshots.present());
    const snapshot = all.find((candidate) => candidate.id === id);
    if (!snapshot) throw new Error(`the emulated Samsung Cloud Platform has no file snapshot ${id}`);
    return snapshot;
  };

  /** Time without a zone, to the microsecond. */
  const local = (atMs: number) => new Date(atMs + state.utcOffsetMinutes * 60_000).toISOString().replace("Z", "000");

  const take = (
    volume: ScpFileVolume,
    options: { id?: string; createdAtMs: number; sizeBytes?: number; readyAtMs: number; outcome: string },
  ): ScpFileSnapshot => {
    const { id = asUuid(common.nextId()), createdAtMs, sizeBytes = 4096, readyAtMs, outcome } = options;
    const [date = "", time = ""] = local(createdAtMs).split("T");
    return {
      id,
      volumeId: volume.id,
      name: `${volume.name}.${date}_${time.slice(0, 8).replaceAll(":", "")}`,
      sizeBytes,
      createdAtMs,
      readyAtMs,
      outcome,
      word: undefined,
      deletedAtMs: undefined,
    };
  };

  const newest = ({ snapshots }: ScpFileVolume) =>
    snapshots
      .present()
      .sort((a, b) => a.createdAtMs - b.createdAtMs)
      .at(-1);
  return { state, volumes, stateOf, settle, local, take, newest };
}
