import type { Api } from "../../../http/client";
import { defined } from "../../../model/defined";
import type { ObservedSnapshot, Target } from "../../../model/snapshot";
import { isProof, lookFor, type Sight } from "../absence";
import { deleteUntilGone } from "../deletion";
import { newestFirst } from "../mapping";
import type { ServiceSnapshots } from "../snapshots";
import { createFileSnapshot, deleteFileSnapshot, listFileSnapshots, shownFileVolume } from "./client";
import { toFileSnapshot } from "./mapping";

/** Opens the snapshots of File Storage volumes. */
export function openFileSnapshots(api: Api, region: string): ServiceSnapshots {
  const sightOf = (target: Target, snapshotId: string): Sight<ObservedSnapshot> => ({
    subject: `snapshot ${snapshotId} of File Storage volume ${target.id}`,
    absence: `File Storage volume ${target.id} lists its snapshots without it`,
    // File Storage's operation to show a snapshot is broken: it answers 403 for every snapshot.
    async look(scope) {
      const { snapshots } = await listFileSnapshots(api, target.id, scope);
      const listed = snapshots.find(({ id }) => id === snapshotId);
      return listed === undefined ? undefined : toFileSnapshot(listed, region);
    },
    target: shownFileVolume(api, target.id),
  });

  return {
    async list(target, scope) {
      const { snapshots, ...clock } = await listFileSnapshots(api, target.id, scope);
      return {
        snapshots: newestFirst(snapshots).map((snapshot) => toFileSnapshot(snapshot, region)),
        complete: await isProof(snapshots, shownFileVolume(api, target.id), scope),
        ...clock,
      };
    },

    async observe(target, { snapshotId }, scope) {
      const seen = await lookFor(sightOf(target, snapshotId), scope);
      return seen.outcome === "found" ? { outcome: "found", snapshot: seen.found } : seen;
    },

    async create(target, _inputs, scope) {
      const { data, serverTimeMs } = await createFileSnapshot(api, target.id, scope);
      return { snapshot: toFileSnapshot(data, region), ...defined({ serverTimeMs }) };
    },

    delete: (target, { snapshotId }, scope) =>
      deleteUntilGone(
        {
          sight: sightOf(target, snapshotId),
          request: () => deleteFileSnapshot(api, target.id, snapshotId, scope),
          stuckAt: ({ status, platformStatus }) => (status === "failed" ? platformStatus : undefined),
        },
        api.clock,
        scope,
      ),
  };
}
