import { type EmulatedPlatform, type Emulator, seed } from "../../emulator";
import type { Properties } from "../../provider/resources/host";
import type { ResourceName } from "../../sdk/provider-text";
import { restoreTargets } from "./restore-targets";

/** Snapshot, or policy run by the platform, as the platform itself has it. */
export interface Truth {
  /** Identity: always the same value for the same snapshot. */
  readonly item: unknown;
  /** Names that each identify it: its id, and the substitute where a list shows no id. */
  readonly names: readonly string[];
}

/** List of the platform that can lag. */
interface Late {
  lagMs: number;
  hold(): void;
  release(): void;
}

/** Target of the matrix, with access to the truth about its snapshots in the emulator. */
export interface MatrixTarget {
  readonly title: string;
  readonly platform: EmulatedPlatform;
  readonly resource: ResourceName;
  /** Runner of the target's policies; if it is the platform, a create creates the policy itself. */
  readonly runBy?: "up" | "platform" | "watched";
  /** Arguments that the resource requires. */
  readonly args: Properties;
  /** Set if an existing one satisfies a second resource, or is refused to it. */
  readonly isShared?: true;
  /** Operation that takes a snapshot; omitted if the platform has none. */
  readonly create?: string;
  /** Set if its new snapshots are verified, too. */
  readonly verifies?: true;
  /** Operation that shows whether a policy already exists. */
  readonly find?: string;
  /** Operation that deletes a snapshot. */
  readonly delete?: string;
  /** Set if the platform shows nothing of what was created: no request follows the create. */
  readonly isUnseen?: true;
  /** Whether a snapshot becomes usable some time after the response, or its list lags. */
  readonly waits: boolean;
  /** Items that exist now, without expired and deleted ones. */
  present(emulator: Emulator): Truth[];
  lists(emulator: Emulator): Late;
  /** Makes new snapshots usable only after a minute. */
  slowDown(emulator: Emulator): void;
  /** Adds somebody else's snapshot, usable immediately and dated `aheadMs` ahead; returns its id. */
  addForeign(emulator: Emulator, aheadMs?: number): string;
  /** Adds somebody else's snapshot that the platform may name in a response. Default: an old one. */
  addJoined?(emulator: Emulator): string;
  /** Adds other entries to the lists that the target's requests read, older than everything of a case. */
  fill?(emulator: Emulator, count: number): void;
  remove(emulator: Emulator, name: string): void;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Date field of an entry that is this far ahead of the emulator's own clock; empty for now. */
const dated = <Name extends string>(name: Name, emulator: Emulator, aheadMs: number | undefined) =>
  (aheadMs === undefined ? {} : { [name]: emulator.now() + aheadMs }) as { [Key in Name]?: number };

function virtus(kind: "app" | "database", id: string): MatrixTarget {
  const target = (emulator: Emulator) => known(emulator.virtus.targets.get(id));
  return {
    title: `Virtus Cloud ${kind}`,
    platform: "virtus",
    resource: "Snapshot",
    args: { platform: "virtus", [kind === "app" ? "appId" : "databaseId"]: id },
    create: `create-${kind}-snapshot`,
    ...(kind === "app" ? { verifies: true } : {}),
    waits: true,
    present: (emulator) =>
      target(emulator)
        .snapshots.present()
        .map((item) => ({ item, names: [item.versionId, new Date(item.modifiedMs).toISOString()] })),
    lists: (emulator) => target(emulator).snapshots,
    slowDown: (emulator) => emulator.virtus.setListLag(MINUTE_MS),
    addForeign(emulator, aheadMs) {
      const { versionId, modifiedMs } = emulator.virtus.addSnapshot(id, dated("modifiedMs", emulator, aheadMs));
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
    resource: "Snapshot",
    args: { platform: "discloud", appId },
    create: "create-snapshot",
    waits: false,
    present: (emulator) =>
      app(emulator)
        .snapshots.present()
        .map((item) => ({ item, names: [item.version] })),
    lists: (emulator) => app(emulator).snapshots,
    slowDown() {},
    addForeign: (emulator, aheadMs) =>
      emulator.discloud.addSnapshot(appId, dated("createdAtMs", emulator, aheadMs)).version,
    remove: (emulator, name) => emulator.discloud.removeSnapshot(appId, name),
  };
}

const dscloud: MatrixTarget = {
  title: "DS Cloud app",
  platform: "dscloud",
  resource: "Snapshot",
  args: { platform: "dscloud", appId: seed.dscloud.appId, adopt: "latest" },
  waits: false,
  present: (emulator) =>
    known(emulator.dscloud.apps.get(seed.dscloud.appId))
      .present()
      .map((item) => ({ item, names: [item.name] })),
  lists: (emulator) => known(emulator.dscloud.apps.get(seed.dscloud.appId)),
  slowDown() {},
  addForeign: (emulator, aheadMs) =>
    emulator.dscloud.addBackup(seed.dscloud.appId, dated("createdAtMs", emulator, aheadMs)).name,
  remove: (emulator, name) => emulator.dscloud.removeBackup(seed.dscloud.appId, name),
};

const snapshooter: MatrixTarget = {
  title: "SnapShooter job",
  platform: "snapshooter",
  resource: "Snapshot",
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
  addForeign: (emulator, aheadMs) =>
    emulator.snapshooter.addBackup(seed.snapshooter.jobId, dated("createdAtMs", emulator, aheadMs)).id,
  addJoined: (emulator) =>
    emulator.snapshooter.addBackup(seed.snapshooter.jobId, {
      createdAtMs: emulator.now() - 10 * MINUTE_MS,
      endsAtMs: emulator.now() + MINUTE_MS,
      tag: "daily",
    }).id,
  fill(emulator, count) {
    for (let days = 40 + count; days > 40; days--) {
      emulator.snapshooter.addBackup(seed.snapshooter.jobId, { createdAtMs: emulator.now() - days * DAY_MS });
    }
  },
  remove: (emulator, name) => emulator.snapshooter.removeBackup(name),
};

const volume: MatrixTarget = {
  title: "Samsung Cloud Platform volume",
  platform: "scp",
  resource: "Snapshot",
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
  addForeign: (emulator, aheadMs) =>
    emulator.scp.virtualserver.addSnapshot(seed.scp.volumeId, dated("createdAtMs", emulator, aheadMs)).id,
  fill(emulator, count) {
    for (let days = 40 + count; days > 40; days--) {
      emulator.scp.virtualserver.addSnapshot(seed.scp.volumeId, { createdAtMs: emulator.now() - days * DAY_MS });
    }
  },
  remove: (emulator, name) => emulator.scp.virtualserver.removeSnapshot(name),
};

const fileVolume: MatrixTarget = {
  title: "Samsung Cloud Platform File Storage volume",
  platform: "scp",
  resource: "Snapshot",
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
  addForeign: (emulator, aheadMs) =>
    emulator.scp.filestorage.addSnapshot(seed.scp.fileVolumeId, dated("createdAtMs", emulator, aheadMs)).id,
  remove: (emulator, name) => emulator.scp.filestorage.removeSnapshot(name),
};

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the emulator has no such target");
  return value;
}

const virtusApp = virtus("app", seed.virtus.appId);
const virtusDatabase = virtus("database", seed.virtus.databaseId);
const discloudApp: MatrixTarget = { ...discloud("Discloud app", seed.discloud.appId), verifies: true };

/** Policies of a target, run by Pulumi or observed only. */
function policyOf(
  { args, ...target }: MatrixTarget,
  runBy: "up" | "watched",
  others: Partial<MatrixTarget> = {},
): MatrixTarget {
  const { adopt: _adopt, deletionPolicy: _policy, ...named } = args;
  // The next scheduled time is a day away.
  const schedules = [{ cron: "0 2 * * *" }];
  return {
    ...target,
    title: `policy for a ${target.title}`,
    resource: "BackupPolicy",
    runBy,
    args: { ...named, ...(runBy === "up" ? { schedules } : { maxAge: "26h" }) },
    ...others,
  };
}

/** List that can't lag, or lags only because of a fault. */
const punctual = (): Late => ({ lagMs: 0, hold() {}, release() {} });

const watched = (target: MatrixTarget): MatrixTarget => {
  const { create: _create, delete: _delete, ...others } = policyOf(target, "watched");
  return { ...others, waits: false };
};

const job: MatrixTarget = {
  title: "policy that is a SnapShooter job",
  platform: "snapshooter",
  resource: "BackupPolicy",
  runBy: "platform",
  isShared: true,
  args: {
    platform: "snapshooter",
    job: {
      name: "nightly files",
      recipeId: 7,
      config: { root_path: "/var/www" },
      compute: { type: "server", server_id: seed.snapshooter.serverId },
      storage: { id: 71 },
    },
    schedules: [{ cron: "0 3 * * *", timezone: "Europe/Lisbon" }],
    retention: { keepDaily: 7 },
  },
  create: "create-job",
  find: "list-jobs",
  waits: false,
  present: (emulator) => [...emulator.snapshooter.jobs.keys()].map((id) => ({ item: id, names: [id] })),
  lists: punctual,
  slowDown() {},
  addForeign: (emulator) => emulator.snapshooter.addJob({ name: "nightly files" }).id,
  addJoined: (emulator) => emulator.snapshooter.addJob().id,
  remove: (emulator, name) => emulator.snapshooter.removeJob(name),
  fill(emulator, count) {
    // The platform has two jobs already.
    for (let made = 2; made < count; made++) emulator.snapshooter.addJob();
  },
};

const server: MatrixTarget = {
  title: "policy that is a Samsung Cloud Platform server backup",
  platform: "scp",
  resource: "BackupPolicy",
  runBy: "platform",
  isShared: true,
  args: {
    platform: "scp",
    serverId: seed.scp.serverId,
    name: "nightly",
    schedules: [{ cron: "0 3 * * 0", timezone: "Asia/Seoul" }],
    retention: { keepWithin: "14d" },
    deletionPolicy: "delete",
  },
  create: "create-backup",
  find: "check-backup-name",
  delete: "delete-backup",
  waits: true,
  present: (emulator) => emulator.scp.backup.policies().map(({ id }) => ({ item: id, names: [id] })),
  lists: punctual,
  slowDown(emulator) {
    emulator.scp.backup.creatingMs = MINUTE_MS;
  },
  addForeign: (emulator) => emulator.scp.backup.addPolicy(seed.scp.serverId, { name: "nightly" }).id,
  addJoined: (emulator) => emulator.scp.backup.addPolicy(seed.scp.serverId).id,
  remove: (emulator, name) => emulator.scp.backup.removePolicy(name),
};

const fileSchedule: MatrixTarget = {
  title: "policy that is a File Storage schedule",
  platform: "scp",
  resource: "BackupPolicy",
  runBy: "platform",
  isShared: true,
  args: {
    platform: "scp",
    fileVolumeId: seed.scp.fileVolumeId,
    schedules: [{ cron: "0 3 * * *", timezone: "Asia/Seoul" }],
    retention: { keepLast: 7 },
  },
  create: "create-file-schedule",
  find: "get-file-schedule",
  delete: "delete-file-schedule",
  waits: false,
  present(emulator) {
    const { schedule } = known(emulator.scp.filestorage.volumes.get(seed.scp.fileVolumeId));
    return schedule === undefined ? [] : [{ item: schedule.id, names: [schedule.id] }];
  },
  lists: punctual,
  slowDown() {},
  addForeign(emulator) {
    emulator.scp.filestorage.setSchedule(seed.scp.fileVolumeId, { retentionCount: 3 });
    return String(emulator.scp.filestorage.volumes.get(seed.scp.fileVolumeId)?.schedule?.id);
  },
  remove: (emulator) => emulator.scp.filestorage.setSchedule(seed.scp.fileVolumeId, undefined),
};

/** The targets of the matrix, at least one of each platform and of each way that policies are run. */
export const targets: readonly MatrixTarget[] = [
  virtusApp,
  virtusDatabase,
  discloudApp,
  discloud("Discloud app without other snapshots", seed.discloud.emptyAppId),
  dscloud,
  snapshooter,
  volume,
  fileVolume,
  policyOf(virtusApp, "up", { isShared: true }),
  policyOf(virtusDatabase, "up", { isShared: true }),
  policyOf(discloudApp, "up"),
  policyOf(volume, "up"),
  watched(dscloud),
  watched(snapshooter),
  job,
  server,
  fileSchedule,
  ...restoreTargets,
];
