import { poll } from "../../http/poll";
import type { Connection } from "../../model/connection";
import { isSnapshotsError, SnapshotsError } from "../../model/errors";
import type { PlatformRuntime, SnapshotPlatform, SnapshotReference } from "../../model/platform";
import { type Observation, onlyOne, type Target } from "../../model/snapshot";
import {
  createFileSnapshot,
  createVolumeSnapshot,
  deleteFileSnapshot,
  deleteVolumeSnapshot,
  listFileSnapshots,
  listVolumeSnapshots,
  openLimiter,
  openService,
  showVolumeSnapshot,
  updateVolumeSnapshot,
} from "./client";
import { newestFirst, toCreate, toFileSnapshot, toUpdate, toVolumeSnapshot } from "./mapping";
import type { FileSnapshot } from "./schemas";

/** How long a look that is due at the end of the time may take. */
const LAST_LOOK_MS = 5_000;

/** Opens Samsung Cloud Platform on a connection. */
export function open(connection: Connection, runtime: PlatformRuntime): SnapshotPlatform {
  const limiter = openLimiter(runtime);
  const virtualserver = openService(connection, runtime, "virtualserver", limiter);
  const filestorage = openService(connection, runtime, "filestorage", limiter);
  const region = connection.fields["region"] ?? "";

  function checkRegion(target: Target, reference: SnapshotReference): void {
    if (reference.region === undefined || reference.region === region) return;
    throw new SnapshotsError(
      `[scp] snapshot ${reference.snapshotId} of ${target.kind} ${target.id} is in the region ${reference.region}, and ` +
        `the connection "${connection.name}" is for ${region}: use one for ${reference.region}`,
      { kind: "invalid", executed: "no" },
    );
  }

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
      let refusal: SnapshotsError | undefined;
      const accepted = await poll(
        async () => {
          try {
            if (target.kind === "volume") await deleteVolumeSnapshot(virtualserver, snapshotId, scope);
            else await deleteFileSnapshot(filestorage, target.id, snapshotId, scope);
            return true;
          } catch (error) {
            // 500 soon after a create is a race of the platform's: asking again later is what helps.
            if (!isSnapshotsError(error, "unavailable", "timeout")) throw error;
            if (error.executed !== "no" || refusal === undefined) refusal = error;
            return undefined;
          }
        },
        runtime.clock,
        scope.deadlineMs,
      );
      const ended =
        accepted &&
        (await poll(
          async () => {
            // The last look is due when the time is up, and an answer needs a moment.
            const deadlineMs = Math.max(scope.deadlineMs, runtime.clock.now() + LAST_LOOK_MS);
            const observed = await platform.observe(target, reference, { ...scope, deadlineMs });
            const isStill = observed.outcome === "found" && observed.snapshot.status !== "failed";
            return isStill ? undefined : observed;
          },
          runtime.clock,
          scope.deadlineMs,
        ));
      // Once a deletion was accepted, a volume that is gone itself has taken the snapshot along.
      if (ended !== undefined && ended.outcome !== "found") return;
      const state =
        ended?.outcome === "found"
          ? `its status is now "${ended.snapshot.platformStatus}"`
          : accepted
            ? "it is still there"
            : `it was refused until the time was up (${refusal?.message})`;
      throw new SnapshotsError(
        `[scp] delete snapshot ${snapshotId} of ${target.kind} ${target.id}: ${state}; run pulumi up or destroy again`,
        { kind: "timeout", cause: refusal },
      );
    },
  };
  return platform;
}
