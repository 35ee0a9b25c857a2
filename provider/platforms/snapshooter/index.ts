import type { Connection } from "../../model/connection";
import { isSnapshotsError, SnapshotsError } from "../../model/errors";
import type { PlatformRuntime, SnapshotPlatform } from "../../model/platform";
import { newestFirst } from "../../model/snapshot";
import { deleteBackup, getDownloadLinks, listBackups, openApi, showBackup, startBackup } from "./client";
import { select, startedId, toSnapshot, toStart } from "./mapping";
import { openJobs } from "./policies";

/** Opens SnapShooter on a connection. */
export function open(connection: Connection, runtime: PlatformRuntime): SnapshotPlatform {
  const api = openApi(connection, runtime);
  return {
    async list(target, scope) {
      const { backups, serverTimeMs } = await listBackups(api, target.id, scope);
      return {
        snapshots: newestFirst(backups.map(toSnapshot)),
        complete: true,
        ...(serverTimeMs === undefined ? {} : { serverTimeMs }),
      };
    },

    async observe(target, reference, scope) {
      const { snapshotId } = reference;
      const shown = await showBackup(api, snapshotId, scope);
      if (shown !== undefined && typeof shown.job_id === "string" && shown.job_id !== target.id) {
        throw new SnapshotsError(
          `[snapshooter] show backup ${snapshotId}: it is of another job, ${shown.job_id}, not of ${target.id}`,
          { kind: "unexpectedAnswer" },
        );
      }
      let backup = shown;
      try {
        // A 404 alone could be about the route or the account; the job's own list settles it.
        backup ??= (await listBackups(api, target.id, scope)).backups.find(({ id }) => id === snapshotId);
      } catch (error) {
        if (!isSnapshotsError(error, "notFound")) throw error;
        return { outcome: "unproven", reason: `SnapShooter no longer shows the job ${target.id} itself` };
      }
      if (backup === undefined) {
        return {
          outcome: "gone",
          proof: `SnapShooter does not show it, and job ${target.id} lists its backups without it`,
        };
      }
      const snapshot = toSnapshot(backup);
      return snapshot.status === "gone"
        ? { outcome: "gone", proof: `its status on SnapShooter is "${backup.status}"` }
        : { outcome: "found", snapshot };
    },

    async create(target, inputs, scope) {
      const { data, serverTimeMs } = await startBackup(api, target.id, toStart(inputs["tag"]), scope);
      const backupId = startedId(data);
      return {
        ...(serverTimeMs === undefined ? {} : { serverTimeMs }),
        ...(backupId === undefined
          ? {}
          : { snapshot: { snapshotId: backupId, segments: [backupId], status: "pending", details: {} } }),
      };
    },

    select: (_answer, fresh, inputs) => select(fresh, inputs["tag"]),

    async delete(_target, reference, scope) {
      await deleteBackup(api, reference.snapshotId, scope);
    },

    async downloadLink(_target, reference, scope) {
      const files = await getDownloadLinks(api, reference.snapshotId, scope);
      const [url] = Object.values(files);
      if (url === undefined) {
        throw new SnapshotsError(
          `[snapshooter] get download links of backup ${reference.snapshotId}: it has no files`,
          {
            kind: "notFound",
            executed: "no",
          },
        );
      }
      return { url, files };
    },

    policies: { job: openJobs(api) },
  };
}
