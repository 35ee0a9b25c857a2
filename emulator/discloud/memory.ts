import { createBucket } from "../limits";
import { createShelf } from "../shelf";
import type { PlatformContext } from "../types";
import type { DiscloudApp, DiscloudSnapshot, DiscloudState } from "./state";

/** Ids of the initial data. */
export const seed = {
  appId: "1745338954955",
  /** An app that has no snapshot yet. */
  emptyAppId: "empty-app",
  /** An app of somebody else: a snapshot of it is refused. */
  foreignAppId: "1719010867306",
  /** The snapshot that `appId` has. */
  version: "20241207-190711",
};

/** Creates the apps with their snapshots, and the state that tests change. */
export function createMemory({ now, storageNow, isEmpty }: PlatformContext) {
  const apps = new Map<string, DiscloudApp>();
  const busy = new Map<string, boolean | number>();
  const bucket = createBucket(now, 60, 60_000);

  const state: DiscloudState = {
    apps,
    assumed: {
      versions: {},
      versionsItemVersion: {},
      versionsItemSize: {},
      versionsItemDate: {},
      accountList: {},
      accountItemAppId: {},
      accountItemVersion: {},
      accountItemSize: {},
      accountItemDate: {},
    },
    utcOffsetMinutes: -180,
    rateLimit: bucket,
    planRefused: false,
    addApp(id, { owned = true, name = `App ${id}` } = {}) {
      const app: DiscloudApp = { id, name, owned, snapshots: createShelf(now) };
      apps.set(id, app);
      return app;
    },
    removeApp(id) {
      apps.delete(id);
    },
    addSnapshot(appId, options) {
      const app = known(appId);
      const snapshot = take(app, options);
      app.snapshots.add(snapshot);
      return snapshot;
    },
    removeSnapshot(appId, version) {
      const { snapshots } = known(appId);
      const snapshot = snapshots.present().find((candidate) => candidate.version === version);
      if (snapshot) snapshots.remove(snapshot);
    },
    setBusy(appId, value) {
      busy.set(appId, value);
    },
  };

  const known = (appId: string) => {
    const app = apps.get(appId);
    if (!app) throw new Error(`the emulated Discloud has no app ${appId}`);
    return app;
  };

  /** Takes a snapshot. Versions have whole seconds: if one is in use, the next free second is used. */
  const take = (
    app: DiscloudApp,
    { createdAtMs = storageNow(), sizeBytes = 131_072 + app.snapshots.ever().length * 1024 } = {},
  ) => {
    const taken = new Set(app.snapshots.ever().map((snapshot) => snapshot.version));
    let atMs = createdAtMs;
    while (taken.has(versionOf(atMs))) atMs += 1000;
    return { version: versionOf(atMs), sizeBytes, createdAtMs: atMs };
  };
  const zoned = (atMs: number) => new Date(atMs + state.utcOffsetMinutes * 60_000).toISOString();
  const versionOf = (atMs: number) =>
    zoned(atMs).slice(0, 19).replaceAll("-", "").replaceAll(":", "").replace("T", "-");

  const newest = ({ snapshots }: DiscloudApp) => snapshots.present().sort(byVersion).at(-1);
  if (!isEmpty) {
    const seeded = state.addApp(seed.appId, { name: "Quick start" });
    seeded.snapshots.seed({ version: seed.version, sizeBytes: 130_048, createdAtMs: Date.UTC(2024, 11, 7, 22, 7, 11) });
    state.addApp(seed.emptyAppId, { name: "Without snapshots" });
    state.addApp(seed.foreignAppId, { name: "Somebody else's", owned: false });
  }

  return { state, apps, busy, bucket, known, zoned, newest };
}

/** Orders snapshots oldest first. */
export const byVersion = (a: DiscloudSnapshot, b: DiscloudSnapshot) => (a.version < b.version ? -1 : 1);
