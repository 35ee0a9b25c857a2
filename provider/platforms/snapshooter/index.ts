import { lookScope, poll } from "../../http/poll";
import type { Connection } from "../../model/connection";
import { defined } from "../../model/defined";
import { isSnapshotsError, SnapshotsError } from "../../model/errors";
import type { PlatformRuntime, SnapshotPlatform } from "../../model/platform";
import { newestFirst, type ObservedSnapshot } from "../../model/snapshot";
import {
  deleteBackup,
  findBackup,
  getDownloadLinks,
  listBackups,
  openApi,
  RETAIN_INSTEAD,
  showBackup,
  startBackup,
} from "./client";
import { select, toSnapshot, toStart } from "./mapping";
import { openJobs } from "./policies";
import { probesOf } from "./probe";
import { openBackupRestores } from "./restores";

/** Opens SnapShooter on a connection. */
export function open(connection: Connection, runtime: PlatformRuntime): SnapshotPlatform {
  const api = openApi(connection, runtime);

  const observe: SnapshotPlatform["observe"] = async (target, { snapshotId }, scope) => {
    const shown = await showBackup(api, snapshotId, scope);
    if (shown !== undefined && typeof shown.job_id === "string" && shown.job_id !== target.id) {
      throw new SnapshotsError(
        `[snapshooter] show backup ${snapshotId}: it is of another job, ${shown.job_id}, not of ${target.id}`,
        { kind: "unexpectedAnswer" },
      );
    }
    let backup = shown;
    try {
      // A 404 alone may concern the route or the account; the job's own list decides.
      backup ??= await findBackup(api, target.id, snapshotId, scope);
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
  };

  return {
    async list(target, scope) {
      const { backups, serverTimeMs } = await listBackups(api, target.id, scope);
      return {
        snapshots: newestFirst(backups.map(toSnapshot)),
        complete: true,
        ...defined({ serverTimeMs }),
      };
    },

    observe,

    async create(target, inputs, scope) {
      const { backupId, ...clock } = await startBackup(api, target.id, toStart(inputs["tag"]), scope);
      return {
        ...clock,
        ...(backupId === undefined
          ? {}
          : { snapshot: { snapshotId: backupId, segments: [backupId], status: "pending", details: {} } }),
      };
    },

    select: (_answer, fresh, inputs) => select(fresh, inputs["tag"]),

    async delete(target, reference, scope) {
      const { clock } = runtime;
      const title = `[snapshooter] delete backup ${reference.snapshotId}`;
      const isAccepted = await deleteBackup(api, reference.snapshotId, scope);
      const answered = isAccepted ? "SnapShooter has accepted it" : "HTTP 404";
      let latest: ObservedSnapshot | undefined;
      const isGone = await poll(
        async () => {
          const seen = await observe(target, reference, lookScope(scope, clock));
          if (seen.outcome === "gone") return true;
          if (seen.outcome === "unproven") {
            throw new SnapshotsError(
              `${title}: ${answered}, and that does not prove it gone: ${seen.reason}. If you know that it is gone, take ` +
                "it out of the state with pulumi state delete",
              { kind: "notFound" },
            );
          }
          latest = seen.snapshot;
          return isAccepted ? undefined : false;
        },
        clock,
        scope.deadlineMs,
      );
      if (isGone) return;
      const state = `the backup is still there, its status is "${latest?.platformStatus}"`;
      const wayOut = `delete it in SnapShooter and run this again, or ${RETAIN_INSTEAD}`;
      throw isAccepted
        ? new SnapshotsError(`${title}: ${answered}, and ${state}. Run this again; if it stays, ${wayOut}`, {
            kind: "timeout",
          })
        : new SnapshotsError(
            `${title}: ${answered}, and ${state}: nothing was deleted. Check that the credential may delete it; else ${wayOut}`,
            { kind: "unexpectedAnswer", executed: "no", status: 404 },
          );
    },

    probes: probesOf(api),

    async downloadLink(_target, reference, scope) {
      const files = await getDownloadLinks(api, reference.snapshotId, scope);
      const [url] = Object.values(files);
      if (url === undefined) {
        throw new SnapshotsError(
          `[snapshooter] get download links of backup ${reference.snapshotId}: it has no files`,
          {
            kind: "notFound",
          },
        );
      }
      return { url, files };
    },

    policies: { job: openJobs(api) },
    restores: { jobId: openBackupRestores(api) },
  };
}
