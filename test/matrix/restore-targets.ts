import { type Emulator, seed } from "../../emulator";
import type { MatrixTarget } from "./targets";

/** Newest version of the database that the emulator starts with. */
const VERSION_ID = "d5752931-847c-4403-8b78-3071a5879231";
/** Instant after the end of every case. */
const before = "2026-12-31T00:00:00Z";

/** The source of a restore belongs to somebody else: a case neither adds nor removes it. */
const common = {
  resource: "Restore",
  lists: () => ({ lagMs: 0, hold() {}, release() {} }),
  slowDown() {},
  addForeign: () => "",
  remove() {},
} as const;

const { jobId, backupId } = seed.snapshooter;
const { volumeId, snapshotId } = seed.scp;
const { databaseId } = seed.virtus;

/** A restore on each platform that supports it. The restore itself is what is created, named by the snapshot's id. */
export const restoreTargets: readonly MatrixTarget[] = [
  {
    ...common,
    title: "restore of a SnapShooter backup",
    platform: "snapshooter",
    args: { platform: "snapshooter", jobId, backupId, confirm: { target: jobId, before } },
    create: "restore-backup",
    isUnseen: true,
    waits: false,
    present: ({ snapshooter }: Emulator) =>
      snapshooter.restores.map((item) => ({ item, names: [item.id, item.backupId] })),
  },
  {
    ...common,
    title: "restore of a Samsung Cloud Platform volume",
    platform: "scp",
    args: { platform: "scp", volumeId, snapshotId, confirm: { target: volumeId, before } },
    create: "revert-volume",
    waits: true,
    present: ({ scp }: Emulator) => scp.virtualserver.reverts.map((item) => ({ item, names: [item.snapshotId] })),
    slowDown(emulator: Emulator) {
      emulator.scp.virtualserver.revertingMs = 60_000;
    },
  },
  {
    ...common,
    title: "restore of a Virtus Cloud database",
    platform: "virtus",
    args: { platform: "virtus", databaseId, versionId: VERSION_ID, confirm: { target: databaseId, before } },
    create: "restore-database-snapshot",
    isUnseen: true,
    waits: false,
    present: ({ virtus }: Emulator) => virtus.restores.map((item) => ({ item, names: [item.versionId] })),
  },
];
