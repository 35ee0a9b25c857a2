import type { Api } from "../../http/client";
import { isoText } from "../../model/clock";
import { defined } from "../../model/defined";
import { SnapshotsError } from "../../model/errors";
import type { RestorePlatform } from "../../model/restore";
import { askForBackup, restoreBackup } from "./client";
import { overwritten, restoreProblem, toObservedRestore, toRestore, toStatus } from "./mapping";

/** Opens the restores of backups. The API shows nothing about a restore after its answer. */
export function openBackupRestores(api: Api): RestorePlatform {
  return {
    async prepare({ target, snapshotId, options }, scope) {
      const title = `[snapshooter] restore backup ${snapshotId}`;
      const shown = await askForBackup(api, snapshotId, scope);
      const backup = shown?.backup;
      const problem =
        backup === undefined
          ? "SnapShooter shows no such backup"
          : typeof backup.job_id === "string" && backup.job_id !== target.id
            ? `it is of another job, ${backup.job_id}, not of ${target.id}`
            : restoreProblem(backup, options);
      if (backup === undefined || problem !== undefined) {
        throw new SnapshotsError(`${title}: nothing is restored: ${problem}`, {
          kind: backup === undefined ? "notFound" : "invalid",
        });
      }
      const isUnclear = toStatus(backup.status) === "unknown";
      return {
        overwrites: overwritten(target.id, backup, options),
        warnings: isUnclear
          ? [
              `the status of backup ${snapshotId} is "${backup.status}", which is not a documented success: it may be incomplete`,
            ]
          : [],
        ...defined({ serverTimeMs: shown?.serverTimeMs }),
        async send(sending) {
          const { restore, serverTimeMs } = await restoreBackup(api, snapshotId, toRestore(options), sending);
          if (typeof restore.backup_id === "string" && restore.backup_id !== snapshotId) {
            throw new SnapshotsError(
              `${title}: the answer is about a restore of another backup, ${restore.backup_id} (restore ${restore.id})`,
              { kind: "unexpectedAnswer" },
            );
          }
          return toObservedRestore(restore, isoText(serverTimeMs));
        },
      };
    },
  };
}
