import type { Api } from "../../../http/client";
import { defined } from "../../../model/defined";
import { SnapshotsError } from "../../../model/errors";
import type { Scope } from "../../../model/scope";
import type { ObservedSnapshot, Target } from "../../../model/snapshot";
import { isProof, lookFor, type Sight } from "../absence";
import { deleteUntilGone } from "../deletion";
import { newestFirst } from "../mapping";
import type { ServiceSnapshots } from "../snapshots";
import {
  createVolumeSnapshot,
  deleteVolumeSnapshot,
  listVolumeSnapshots,
  shownVolume,
  showVolumeSnapshot,
  updateVolumeSnapshot,
} from "./client";
import { toCreate, toUpdate, toVolumeSnapshot } from "./mapping";

/** Opens the snapshots of virtual-server volumes. */
export function openVolumeSnapshots(api: Api, region: string): Required<ServiceSnapshots> {
  const sightOf = (target: Target, snapshotId: string): Sight<ObservedSnapshot> => ({
    subject: `snapshot ${snapshotId} of volume ${target.id}`,
    absence: "the virtualserver service itself answers 404 for it",
    async look(scope) {
      const shown = await showVolumeSnapshot(api, target.id, snapshotId, scope);
      return shown === undefined ? undefined : toVolumeSnapshot(shown, region);
    },
    target: shownVolume(api, target.id),
  });

  /** Returns a snapshot's name on the platform, since an update without one would remove it. */
  async function nameOf(target: Target, snapshotId: string, scope: Scope): Promise<string> {
    const shown = await showVolumeSnapshot(api, target.id, snapshotId, scope);
    if (shown === undefined) {
      throw new SnapshotsError(`[scp] update snapshot ${snapshotId}: the virtualserver service answers 404 for it`, {
        kind: "notFound",
      });
    }
    if (shown.name != null) return shown.name;
    throw new SnapshotsError(
      `[scp] update snapshot ${snapshotId}: it has no name, and the API changes nothing of a snapshot without one: ` +
        "give it a name as well",
      { kind: "invalid" },
    );
  }

  return {
    async list(target, scope) {
      const { snapshots, ...clock } = await listVolumeSnapshots(api, target.id, scope);
      return {
        snapshots: newestFirst(snapshots).map((snapshot) => toVolumeSnapshot(snapshot, region)),
        complete: await isProof(snapshots, shownVolume(api, target.id), scope),
        ...clock,
      };
    },

    async observe(target, { snapshotId }, scope) {
      // From the third concurrent read on, one list serves them all.
      if (scope.mayShare && (scope.reads?.countById() ?? 0) > 2) {
        const listed = await listVolumeSnapshots(api, target.id, scope).catch(() => undefined);
        const shown = listed?.snapshots.find(({ id }) => id === snapshotId);
        if (shown !== undefined) return { outcome: "found", snapshot: toVolumeSnapshot(shown, region) };
      }
      const seen = await lookFor(sightOf(target, snapshotId), scope);
      return seen.outcome === "found" ? { outcome: "found", snapshot: seen.found } : seen;
    },

    async create(target, inputs, scope) {
      const { data, serverTimeMs } = await createVolumeSnapshot(api, target.id, toCreate(target.id, inputs), scope);
      return { snapshot: toVolumeSnapshot(data, region), ...defined({ serverTimeMs }) };
    },

    async update(target, { snapshotId }, inputs, scope) {
      const { name } = inputs;
      const body = toUpdate(typeof name === "string" ? name : await nameOf(target, snapshotId, scope), inputs);
      return toVolumeSnapshot(await updateVolumeSnapshot(api, target.id, snapshotId, body, scope), region);
    },

    delete: (target, { snapshotId }, scope) =>
      deleteUntilGone(
        {
          sight: sightOf(target, snapshotId),
          request: () => deleteVolumeSnapshot(api, snapshotId, scope),
          stuckAt: ({ status, platformStatus }) => (status === "failed" ? platformStatus : undefined),
        },
        api.clock,
        scope,
      ),
  };
}
