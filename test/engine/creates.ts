import type { ActiveFault, Emulator } from "../../emulator";
import { connectionTo, type Declared, type Stack } from "./stack";

const DAY_MS = 86_400_000;

/** Creation of a Snapshot on one platform, as its emulator sees it. */
export interface Create {
  readonly platform: "discloud" | "virtus" | "snapshooter" | "scp";
  /** Requests of one create, in order; the last one is repeated until the snapshot is usable. */
  readonly operations: readonly string[];
  /** Creates a target. */
  addTarget(emulator: Emulator, id: string): void;
  args(id: string): Declared;
  /** Ids of the snapshots that appeared since the target was created, oldest first. */
  made(emulator: Emulator, id: string): string[];
  /** Adds somebody else's snapshot. */
  addForeign(emulator: Emulator, id: string): void;
}

const discloud: Create = {
  platform: "discloud",
  operations: ["list-app-snapshots", "create-snapshot"],
  addTarget({ discloud: { addApp, addSnapshot } }, id) {
    addApp(id);
    addSnapshot(id, { createdAtMs: Date.now() - DAY_MS });
  },
  args: (appId) => ({ platform: "discloud", appId }),
  made: (emulator, id) => versions(emulator, id).slice(1),
  addForeign: (emulator, id) => void emulator.discloud.addSnapshot(id),
};

function versions(emulator: Emulator, id: string): string[] {
  return (emulator.discloud.apps.get(id)?.snapshots.present() ?? []).map(({ version }) => version);
}

/** Discloud answers 404 for the list of an app without snapshots: one more request shows whether the app exists. */
const first: Create = {
  ...discloud,
  operations: ["list-app-snapshots", "get-app", "create-snapshot"],
  addTarget: (emulator, id) => void emulator.discloud.addApp(id),
  made: versions,
};

const virtus: Create = {
  platform: "virtus",
  operations: ["list-app-snapshots", "create-app-snapshot", "list-app-snapshots"],
  addTarget(emulator, id) {
    emulator.virtus.addApp(id);
    emulator.virtus.addSnapshot(id, { modifiedMs: Date.now() - DAY_MS });
  },
  // An account may take one snapshot every five seconds: parallel creates need connections of their own.
  args: (appId) => ({ platform: "virtus", appId, connection: appId }),
  made: (emulator, id) =>
    (emulator.virtus.targets.get(id)?.snapshots.present() ?? [])
      .slice(1)
      .map(({ modifiedMs }) => new Date(modifiedMs).toISOString()),
  addForeign: (emulator, id) => void emulator.virtus.addSnapshot(id),
};

const snapshooter: Create = {
  platform: "snapshooter",
  operations: ["list-backups", "start-backup", "get-backup", "get-backup"],
  addTarget: (emulator, id) => void emulator.snapshooter.addJob({ id }),
  args: (jobId) => ({ platform: "snapshooter", jobId, deletionPolicy: "retain" }),
  made: (emulator, id) => (emulator.snapshooter.jobs.get(id)?.backups.present() ?? []).map((backup) => backup.id),
  addForeign: (emulator, id) => void emulator.snapshooter.addBackup(id),
};

/** An empty list of Samsung Cloud Platform says nothing about the volume: one more request shows whether it exists. */
const scp: Create = {
  platform: "scp",
  operations: ["list-snapshots", "get-volume", "create-snapshot", "get-snapshot", "get-snapshot"],
  addTarget: (emulator, id) => void emulator.scp.virtualserver.addVolume({ id }),
  args: (volumeId) => ({ platform: "scp", volumeId, deletionPolicy: "retain" }),
  made: (emulator, id) => emulator.scp.virtualserver.snapshotsOf(id).map((snapshot) => snapshot.id),
  addForeign: (emulator, id) => void emulator.scp.virtualserver.addSnapshot(id),
};

export const creates = { discloud, "discloud-first": first, virtus, snapshooter, scp } as const;

/** Keeps new snapshots unfinished, on platforms that finish them after the response. */
export function keepRunning(emulator: Emulator): void {
  emulator.snapshooter.timing.pendingMs = Number.POSITIVE_INFINITY;
  emulator.scp.virtualserver.creatingMs = Number.POSITIVE_INFINITY;
}

/** Makes the snapshots of these targets usable. */
export function finish({ snapshooter, scp: { virtualserver } }: Emulator, targets: readonly string[]): void {
  for (const target of targets) {
    const backups = snapshooter.jobs.get(target)?.backups.present() ?? [];
    for (const { id } of backups) snapshooter.setStatus(id, "completed");
    const snapshots = virtualserver.volumes.has(target) ? virtualserver.snapshotsOf(target) : [];
    for (const { id } of snapshots) virtualserver.setStatus(id, "available");
  }
}

/** Makes all snapshots usable, and new ones usable immediately. */
export function finishAll(emulator: Emulator): void {
  Object.assign(emulator.snapshooter.timing, { pendingMs: 0, runningMs: 0 });
  emulator.scp.virtualserver.creatingMs = 0;
  finish(emulator, [...emulator.snapshooter.jobs.keys(), ...emulator.scp.virtualserver.volumes.keys()]);
}

/** Lifts the limits that a whole file's creates on one emulator would exceed. */
export function liftLimits({ discloud: { rateLimit }, virtus: account }: Emulator): void {
  rateLimit.limit = 100_000;
  account.createIntervalMs = 0;
  account.planMemoryMb = 1_000_000;
}

/** One create of the program. Its target has the same name. */
export interface Case {
  readonly name: string;
  readonly create: Create;
}

/** Declares a Snapshot for each case, with extra arguments by name, other resources, and the connections they need. */
export function declareCreates(
  { emulator, workspace, declare }: Stack,
  cases: readonly Case[],
  extra: Record<string, object> = {},
  others: Record<string, Declared> = {},
): void {
  const snapshots = cases.map(({ name, create }) => [name, { ...create.args(name), ...extra[name] }]);
  declare({ ...Object.fromEntries(snapshots), ...others });
  const own = cases.filter(({ create }) => create.platform === "virtus");
  const connections = own.map(({ name }) => [`snapshots:${name}`, connectionTo(emulator, "virtus")]);
  workspace.setConfig(Object.fromEntries(connections));
}

/** Holds a create's request at `index`, before it reaches the platform or before its response leaves. */
export function holdAt(
  emulator: Emulator,
  { name, create }: Case,
  index: number,
  when: "before" | "after",
): ActiveFault {
  const operation = create.operations[index] as string;
  const skip = create.operations.slice(0, index).filter((earlier) => earlier === operation).length;
  return emulator.faults.add({ platform: create.platform, operation, target: name, fault: "hold", when, skip });
}
