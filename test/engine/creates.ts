import type { ActiveFault, Emulator } from "../../emulator";
import { connectionTo, type Declared, type Stack } from "./stack";

const DAY_MS = 86_400_000;

/** How a Snapshot is created on one platform, as its emulator sees it. */
export interface Create {
  readonly platform: "discloud" | "virtus" | "snapshooter" | "scp";
  /** The requests of one create, in order; the last one is sent until the snapshot is usable. */
  readonly operations: readonly string[];
  /** Makes a target. */
  addTarget(emulator: Emulator, id: string): void;
  args(id: string): Declared;
  /** The ids of the snapshots that appeared since the target was made, oldest first. */
  made(emulator: Emulator, id: string): string[];
  /** Somebody else takes a snapshot. */
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

/** Discloud answers 404 for the list of an app without snapshots: one request more tells whether there is such an app. */
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
  // One account may take a snapshot every five seconds: side by side they need connections of their own.
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

/** An empty list of Samsung Cloud Platform says nothing of the volume: one request more tells whether there is such a one. */
const scp: Create = {
  platform: "scp",
  operations: ["list-snapshots", "get-volume", "create-snapshot", "get-snapshot", "get-snapshot"],
  addTarget: (emulator, id) => void emulator.scp.virtualserver.addVolume({ id }),
  args: (volumeId) => ({ platform: "scp", volumeId, deletionPolicy: "retain" }),
  made: (emulator, id) => emulator.scp.virtualserver.snapshotsOf(id).map((snapshot) => snapshot.id),
  addForeign: (emulator, id) => void emulator.scp.virtualserver.addSnapshot(id),
};

export const creates = { discloud, "discloud-first": first, virtus, snapshooter, scp } as const;

/** Whatever is made from now on stays unfinished, where a platform makes snapshots after its answer. */
export function keepRunning(emulator: Emulator): void {
  emulator.snapshooter.timing.pendingMs = Number.POSITIVE_INFINITY;
  emulator.scp.virtualserver.creatingMs = Number.POSITIVE_INFINITY;
}

/** What was made on these targets is usable now. */
export function finish({ snapshooter, scp: { virtualserver } }: Emulator, targets: readonly string[]): void {
  for (const target of targets) {
    const backups = snapshooter.jobs.get(target)?.backups.present() ?? [];
    for (const { id } of backups) snapshooter.setStatus(id, "completed");
    const snapshots = virtualserver.volumes.has(target) ? virtualserver.snapshotsOf(target) : [];
    for (const { id } of snapshots) virtualserver.setStatus(id, "available");
  }
}

/** What was made is usable now, and what is made from now on at once. */
export function finishAll(emulator: Emulator): void {
  Object.assign(emulator.snapshooter.timing, { pendingMs: 0, runningMs: 0 });
  emulator.scp.virtualserver.creatingMs = 0;
  finish(emulator, [...emulator.snapshooter.jobs.keys(), ...emulator.scp.virtualserver.volumes.keys()]);
}

/** Lifts the limits that a whole file's creates on one emulator would run into. */
export function liftLimits({ discloud: { rateLimit }, virtus: account }: Emulator): void {
  rateLimit.limit = 100_000;
  account.createIntervalMs = 0;
  account.planMemoryMb = 1_000_000;
}

/** One create of the program. Its target has its name. */
export interface Case {
  readonly name: string;
  readonly create: Create;
}

/** Declares a Snapshot of each case with more arguments by name, other resources, and the connections that they need. */
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

/** Holds the request of a create at `index`, before it reaches the platform or before its answer leaves. */
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
