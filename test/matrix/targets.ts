import { type EmulatedPlatform, type Emulator, seed } from "../../provider/emulator";
import type { Properties } from "../../provider/resources/host";

/** A snapshot as the platform itself has it. */
export interface Truth {
  /** One and the same object for one and the same snapshot. */
  readonly item: object;
  /** Each of them alone names it: its id, and what stands for it where a list shows none. */
  readonly names: readonly string[];
}

/** A list of the platform that can be late. */
interface Late {
  lagMs: number;
  hold(): void;
  release(): void;
}

/** A target of the matrix, and how the truth about its snapshots is read from the emulator. */
export interface MatrixTarget {
  readonly title: string;
  readonly platform: EmulatedPlatform;
  /** A Snapshot of it: the arguments that it can't do without. */
  readonly args: Properties;
  /** The operation that takes one; left out where the platform has none. */
  readonly create?: string;
  /** The operation that deletes one. */
  readonly delete?: string;
  /** Whether a snapshot becomes usable some time after the answer, or its list shows it late. */
  readonly waits: boolean;
  /** What there is now, expired and deleted ones left out. */
  present(emulator: Emulator): Truth[];
  lists(emulator: Emulator): Late;
  /** Makes what is taken from now on usable only after a minute. */
  slowDown(emulator: Emulator): void;
  /** Somebody else takes one, usable at once; returns its id. */
  addForeign(emulator: Emulator): string;
  remove(emulator: Emulator, name: string): void;
}

const MINUTE_MS = 60_000;

function virtus(kind: "app" | "database", id: string): MatrixTarget {
  const target = (emulator: Emulator) => known(emulator.virtus.targets.get(id));
  return {
    title: `Virtus Cloud ${kind}`,
    platform: "virtus",
    args: { platform: "virtus", [kind === "app" ? "appId" : "databaseId"]: id },
    create: `create-${kind}-snapshot`,
    waits: true,
    present: (emulator) =>
      target(emulator)
        .snapshots.present()
        .map((item) => ({ item, names: [item.versionId, new Date(item.modifiedMs).toISOString()] })),
    lists: (emulator) => target(emulator).snapshots,
    slowDown: (emulator) => emulator.virtus.setListLag(MINUTE_MS),
    addForeign(emulator) {
      const { versionId, modifiedMs } = emulator.virtus.addSnapshot(id);
      return kind === "app" ? new Date(modifiedMs).toISOString() : versionId;
    },
    remove(emulator, name) {
      const { snapshots } = target(emulator);
      const item = snapshots
        .present()
        .find(({ versionId, modifiedMs }) => versionId === name || new Date(modifiedMs).toISOString() === name);
      if (item !== undefined) snapshots.remove(item);
    },
  };
}

function discloud(title: string, appId: string): MatrixTarget {
  const app = (emulator: Emulator) => known(emulator.discloud.apps.get(appId));
  return {
    title,
    platform: "discloud",
    args: { platform: "discloud", appId },
    create: "create-snapshot",
    waits: false,
    present: (emulator) =>
      app(emulator)
        .snapshots.present()
        .map((item) => ({ item, names: [item.version] })),
    lists: (emulator) => app(emulator).snapshots,
    slowDown() {},
    addForeign: (emulator) => emulator.discloud.addSnapshot(appId).version,
    remove: (emulator, name) => emulator.discloud.removeSnapshot(appId, name),
  };
}

const dscloud: MatrixTarget = {
  title: "DS Cloud app",
  platform: "dscloud",
  args: { platform: "dscloud", appId: seed.dscloud.appId, adopt: "latest" },
  waits: false,
  present: (emulator) =>
    known(emulator.dscloud.apps.get(seed.dscloud.appId))
      .present()
      .map((item) => ({ item, names: [item.name] })),
  lists: (emulator) => known(emulator.dscloud.apps.get(seed.dscloud.appId)),
  slowDown() {},
  addForeign: (emulator) => emulator.dscloud.addBackup(seed.dscloud.appId).name,
  remove: (emulator, name) => emulator.dscloud.removeBackup(seed.dscloud.appId, name),
};

const snapshooter: MatrixTarget = {
  title: "SnapShooter job",
  platform: "snapshooter",
  args: { platform: "snapshooter", jobId: seed.snapshooter.jobId, deletionPolicy: "delete" },
  create: "start-backup",
  delete: "delete-backup",
  waits: true,
  present: (emulator) =>
    known(emulator.snapshooter.jobs.get(seed.snapshooter.jobId))
      .backups.present()
      .filter(({ id }) => emulator.snapshooter.statusOf(id) !== "expired")
      .map((item) => ({ item, names: [item.id] })),
  lists: (emulator) => known(emulator.snapshooter.jobs.get(seed.snapshooter.jobId)).backups,
  slowDown(emulator) {
    Object.assign(emulator.snapshooter.timing, { pendingMs: MINUTE_MS / 3, runningMs: MINUTE_MS });
  },
  addForeign: (emulator) => emulator.snapshooter.addBackup(seed.snapshooter.jobId).id,
  remove: (emulator, name) => emulator.snapshooter.removeBackup(name),
};

const volume: MatrixTarget = {
  title: "Samsung Cloud Platform volume",
  platform: "scp",
  args: { platform: "scp", volumeId: seed.scp.volumeId, deletionPolicy: "delete" },
  create: "create-snapshot",
  delete: "delete-snapshot",
  waits: true,
  present: (emulator) =>
    emulator.scp.virtualserver.snapshotsOf(seed.scp.volumeId).map((item) => ({ item, names: [item.id] })),
  lists: (emulator) => known(emulator.scp.virtualserver.volumes.get(seed.scp.volumeId)).snapshots,
  slowDown(emulator) {
    emulator.scp.virtualserver.creatingMs = MINUTE_MS;
  },
  addForeign: (emulator) => emulator.scp.virtualserver.addSnapshot(seed.scp.volumeId).id,
  remove: (emulator, name) => emulator.scp.virtualserver.removeSnapshot(name),
};

const fileVolume: MatrixTarget = {
  title: "Samsung Cloud Platform File Storage volume",
  platform: "scp",
  args: { platform: "scp", fileVolumeId: seed.scp.fileVolumeId, deletionPolicy: "delete" },
  create: "create-file-snapshot",
  delete: "delete-file-snapshot",
  waits: true,
  present: (emulator) =>
    emulator.scp.filestorage.snapshotsOf(seed.scp.fileVolumeId).map((item) => ({ item, names: [item.id] })),
  lists: (emulator) => known(emulator.scp.filestorage.volumes.get(seed.scp.fileVolumeId)).snapshots,
  slowDown(emulator) {
    emulator.scp.filestorage.creatingMs = MINUTE_MS;
  },
  addForeign: (emulator) => emulator.scp.filestorage.addSnapshot(seed.scp.fileVolumeId).id,
  remove: (emulator, name) => emulator.scp.filestorage.removeSnapshot(name),
};

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the emulator has no such target");
  return value;
}

/** The targets of the matrix, at least one of each platform. */
export const targets: readonly MatrixTarget[] = [
  virtus("app", seed.virtus.appId),
  virtus("database", seed.virtus.databaseId),
  discloud("Discloud app", seed.discloud.appId),
  discloud("Discloud app without other snapshots", seed.discloud.emptyAppId),
  dscloud,
  snapshooter,
  volume,
  fileVolume,
];
