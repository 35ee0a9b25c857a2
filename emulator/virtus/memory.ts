import { createHash } from "node:crypto";
import { createShelf, type Shelf } from "../shelf";
import type { PlatformContext } from "../types";
import type { VirtusSnapshot, VirtusState, VirtusTarget } from "./state";

/** Ids of the initial data. */
export const seed = {
  /** Account id; too large for an exact JavaScript number. */
  accountId: "299792458162607015",
  appId: "5bbd020126ee4692aga43e0ca0a75454",
  databaseId: "7c4de81f90b24a6a8d35e2b1f06a9c57",
  /** The one name that all snapshots of `appId` share. */
  snapshotName: "1d2cdc0d6ebd435c91315c6329d12eab",
};

/** Creates the apps and databases with their snapshots, and the state that tests change. */
export function createMemory({ now, storageNow, isEmpty }: PlatformContext) {
  const targets = new Map<string, VirtusTarget>();
  const restores: { databaseId: string; versionId: string; at: number }[] = [];
  const accountId = seed.accountId;

  const addTarget = (kind: VirtusTarget["kind"], id: string, snapshotName: string) => {
    const target: VirtusTarget = { kind, id, snapshotName, snapshots: createShelf(now) };
    targets.set(id, target);
    return target;
  };
  const each = (change: (shelf: Shelf<VirtusSnapshot>) => void) => {
    for (const { snapshots } of targets.values()) change(snapshots);
  };

  const state: VirtusState = {
    accountId,
    targets,
    restores,
    versionIds: { appList: false, databaseList: true, create: false },
    createIntervalMs: 5000,
    planMemoryMb: 4096,
    addApp: (id) => addTarget("app", id, digest(`name of ${id}`).slice(0, 32)),
    addDatabase: (id) => addTarget("database", id, id),
    removeTarget(id) {
      targets.delete(id);
    },
    addSnapshot(targetId, options) {
      const target = known(targetId);
      const snapshot = take(target, options);
      target.snapshots.add(snapshot);
      return snapshot;
    },
    removeSnapshot(targetId, snapshot) {
      known(targetId).snapshots.remove(snapshot);
    },
    setListLag: (lagMs) =>
      each((shelf) => {
        shelf.lagMs = lagMs;
      }),
    holdLists: () => each((shelf) => shelf.hold()),
    releaseLists: () => each((shelf) => shelf.release()),
  };

  const known = (targetId: string) => {
    const target = targets.get(targetId);
    if (!target) throw new Error(`the emulated Virtus Cloud has no app or database ${targetId}`);
    return target;
  };

  const take = (
    { id, snapshotName, snapshots }: VirtusTarget,
    { modifiedMs = storageNow(), sizeBytes = 129_007 }: { modifiedMs?: number; sizeBytes?: number } = {},
  ): VirtusSnapshot => {
    const taken = new Set(snapshots.ever().map((snapshot) => snapshot.modifiedMs));
    let atMs = modifiedMs;
    while (taken.has(atMs)) atMs += 1;
    return { name: snapshotName, sizeBytes, modifiedMs: atMs, versionId: uuid(`${id} ${atMs}`) };
  };

  const newest = ({ snapshots }: VirtusTarget) =>
    snapshots
      .present()
      .sort((a, b) => a.modifiedMs - b.modifiedMs)
      .at(-1);

  if (!isEmpty) {
    const app = addTarget("app", seed.appId, seed.snapshotName);
    const database = state.addDatabase(seed.databaseId);
    // The documented dates: three with the same name and size, which differ only in `modified`.
    for (const date of ["2024-06-25T05:15:51.533Z", "2024-06-26T07:05:40.000Z", "2024-06-27T06:23:42.326Z"]) {
      app.snapshots.seed(take(app, { modifiedMs: Date.parse(date) }));
    }
    for (const date of ["2025-08-12T13:29:11.000Z", "2025-08-13T13:29:11.000Z"]) {
      database.snapshots.seed(take(database, { modifiedMs: Date.parse(date) }));
    }
  }

  return { state, accountId, targets, restores, known, newest };
}

const digest = (text: string) => createHash("sha256").update(text).digest("hex");

const uuid = (text: string) => digest(text).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, "$1-$2-4$3-8$4-$5");
