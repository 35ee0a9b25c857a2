import type { Connection } from "../../model/connection";
import { isSnapshotsError, SnapshotsError } from "../../model/errors";
import type { PlatformRuntime, SnapshotPlatform, SnapshotReference } from "../../model/platform";
import { type Observation, onlyOne, type Target } from "../../model/snapshot";
import {
  createVolumeSnapshot,
  deleteVolumeSnapshot,
  listVolumeSnapshots,
  openLimiter,
  openService,
  refuseOtherRegion,
  showVolumeSnapshot,
  updateVolumeSnapshot,
} from "./client";
import { createFileSnapshot, deleteFileSnapshot, listFileSnapshots } from "./client-filestorage";
import { deleteUntilGone } from "./deletion";
import { newestFirst, toCreate, toFileSnapshot, toUpdate, toVolumeSnapshot } from "./mapping";
import { openFileSchedules, openServerBackups } from "./policies";
import { openVolumeReverts } from "./restores";
import type { FileSnapshot } from "./schemas";

/** Opens Samsung Cloud Platform on a connection. */
export function open(connection: Connection, runtime: PlatformRuntime): SnapshotPlatform {
  const limiter = openLimiter(runtime);
  const virtualserver = openService(connection, runtime, "virtualserver", limiter);
  const filestorage = openService(connection, runtime, "filestorage", limiter);
  const region = connection.fields["region"] ?? "";

  const checkRegion = (target: Target, { snapshotId, region }: SnapshotReference): void =>
    refuseOtherRegion(connection, `snapshot ${snapshotId} of ${target.kind} ${target.id}`, region);

  const platform: SnapshotPlatform = {
    async list(target, scope) {
      const isVolume = target.kind === "volume";
      const { snapshots, serverTimeMs } = isVolume
        ? await listVolumeSnapshots(virtualserver, target.id, scope).then((answer) => ({
            ...answer,
            snapshots: newestFirst(answer.snapshots).map((snapshot) => toVolumeSnapshot(snapshot, region)),
          }))
        : await listFileSnapshots(filestorage, target.id, scope).then((answer) => ({
            ...answer,
            snapshots: newestFirst(answer.snapshots).map((snapshot) => toFileSnapshot(snapshot, region)),
          }));
      return {
        snapshots,
        complete: true,
        ...(serverTimeMs === undefined ? {} : { serverTimeMs }),
      };
    },

    async observe(target, reference, scope): Promise<Observation> {
      checkRegion(target, reference);
      const { snapshotId } = reference;
      if (target.kind === "volume") {
        const shown = await showVolumeSnapshot(virtualserver, snapshotId, scope);
        if (shown === undefined) {
          return { outcome: "gone", proof: "the virtualserver service itself answers 404 for it" };
        }
        if (shown.volume_id !== target.id) {
          throw new SnapshotsError(
            `[scp] show snapshot ${snapshotId}: it is of another volume, ${shown.volume_id}, not of ${target.id}`,
            { kind: "unexpectedAnswer" },
          );
        }
        return { outcome: "found", snapshot: toVolumeSnapshot(shown, region) };
      }
      // The API's show is broken for File Storage: it answers 403 for every snapshot.
      let listed: FileSnapshot | undefined;
      try {
        const { snapshots } = await listFileSnapshots(filestorage, target.id, scope);
        listed = snapshots.find(({ id }) => id === snapshotId);
      } catch (error) {
        if (!isSnapshotsError(error, "notFound")) throw error;
        return { outcome: "unproven", reason: `the File Storage volume ${target.id} itself is no longer there` };
      }
      return listed === undefined
        ? { outcome: "gone", proof: `File Storage volume ${target.id} lists its snapshots without it` }
        : { outcome: "found", snapshot: toFileSnapshot(listed, region) };
    },

    async create(target, inputs, scope) {
      if (target.kind === "volume") {
        const { data, serverTimeMs } = await createVolumeSnapshot(
          virtualserver,
          target.id,
          toCreate(target.id, inputs),
          scope,
        );
        return { snapshot: toVolumeSnapshot(data, region), ...(serverTimeMs === undefined ? {} : { serverTimeMs }) };
      }
      const { data, serverTimeMs } = await createFileSnapshot(filestorage, target.id, scope);
      return {
        snapshot: toFileSnapshot(data.snapshot, region),
        ...(serverTimeMs === undefined ? {} : { serverTimeMs }),
      };
    },

    select: (_answer, fresh, { name }) =>
      onlyOne(name === undefined ? fresh : fresh.filter(({ details }) => details["name"] === name)),

    async update(target, reference, inputs, scope) {
      checkRegion(target, reference);
      const body = toUpdate(reference.name, inputs);
      return toVolumeSnapshot(await updateVolumeSnapshot(virtualserver, reference.snapshotId, body, scope), region);
    },

    async delete(target, reference, scope) {
      checkRegion(target, reference);
      const { snapshotId } = reference;
      await deleteUntilGone(
        {
          subject: `snapshot ${snapshotId} of ${target.kind} ${target.id}`,
          request: () =>
            target.kind === "volume"
              ? deleteVolumeSnapshot(virtualserver, snapshotId, scope)
              : deleteFileSnapshot(filestorage, target.id, snapshotId, scope),
          async look(last) {
            const observed = await platform.observe(target, reference, last);
            // Once a deletion was accepted, a volume that is gone itself has taken the snapshot along.
            if (observed.outcome !== "found") return { gone: true };
            const { status, platformStatus } = observed.snapshot;
            return status === "failed" ? { gone: false, platformStatus } : undefined;
          },
        },
        runtime.clock,
        scope,
      );
    },

    policies: {
      serverId: openServerBackups(openService(connection, runtime, "backup", limiter), region),
      fileVolumeId: openFileSchedules(filestorage, region),
    },
    restores: { volumeId: openVolumeReverts(virtualserver) },
  };
  return platform;
}
