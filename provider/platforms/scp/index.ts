import type { Connection } from "../../model/connection";
import type { PlatformRuntime, SnapshotPlatform, SnapshotReference } from "../../model/platform";
import { onlyOne, type Target } from "../../model/snapshot";
import { openServerBackups } from "./backup";
import { openLimiter, openService, refuseOtherRegion } from "./client";
import { openFileSnapshots } from "./filestorage";
import { openFileSchedules } from "./filestorage/policies";
import { probesOf } from "./probe";
import type { ServiceSnapshots } from "./snapshots";
import { openVolumeSnapshots } from "./virtualserver";
import { openVolumeReverts } from "./virtualserver/restores";

/** Opens Samsung Cloud Platform on a connection. */
export function open(connection: Connection, runtime: PlatformRuntime): SnapshotPlatform {
  const limiter = openLimiter(runtime);
  const virtualserver = openService(connection, runtime, "virtualserver", limiter);
  const filestorage = openService(connection, runtime, "filestorage", limiter);
  const backup = openService(connection, runtime, "backup", limiter);
  const region = connection.fields["region"] ?? "";
  const volumes = openVolumeSnapshots(virtualserver, region);
  const fileVolumes = openFileSnapshots(filestorage, region);

  const serviceOf = ({ kind }: Target): ServiceSnapshots => (kind === "volume" ? volumes : fileVolumes);
  const checkRegion = (target: Target, { snapshotId, region }: SnapshotReference): void =>
    refuseOtherRegion(connection, `snapshot ${snapshotId} of ${target.kind} ${target.id}`, region);

  return {
    list: (target, scope) => serviceOf(target).list(target, scope),

    async observe(target, reference, scope) {
      checkRegion(target, reference);
      return serviceOf(target).observe(target, reference, scope);
    },

    create: (target, inputs, scope) => serviceOf(target).create(target, inputs, scope),

    select: (_answer, fresh, { name }) =>
      onlyOne(name === undefined ? fresh : fresh.filter(({ details }) => details["name"] === name)),

    async update(target, reference, inputs, scope) {
      checkRegion(target, reference);
      return volumes.update(target, reference, inputs, scope);
    },

    async delete(target, reference, scope) {
      checkRegion(target, reference);
      await serviceOf(target).delete(target, reference, scope);
    },

    probes: probesOf({ virtualserver, backup, filestorage }, connection),

    policies: {
      serverId: openServerBackups(backup, virtualserver, region),
      fileVolumeId: openFileSchedules(filestorage, region),
    },
    restores: { volumeId: openVolumeReverts(virtualserver) },
  };
}
