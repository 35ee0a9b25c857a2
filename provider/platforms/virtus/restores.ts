import type { Api } from "../../http/client";
import { isoText } from "../../model/clock";
import { defined } from "../../model/defined";
import { SnapshotsError } from "../../model/errors";
import type { RestorePlatform } from "../../model/restore";
import { listSnapshots, restoreDatabase } from "./client";
import { virtus } from "./definition";
import { entryOfVersion, versionsInWords } from "./mapping";

/** Opens the restores of databases. The API shows nothing about a restore after its answer. */
export function openDatabaseRestores(api: Api): RestorePlatform {
  return {
    async prepare({ target, snapshotId: versionId }, scope) {
      const { data, serverTimeMs } = await listSnapshots(api, target, scope);
      const entry = entryOfVersion(data.response, versionId);
      if (entry === undefined) {
        throw new SnapshotsError(
          `[virtus] restore ${target.kind} ${target.id}: no version "${versionId}" is in its list, so nothing is ` +
            `restored. The list shows ${versionsInWords(data.response)}, and may be up to ` +
            `${virtus.listLagMs / 60_000} minutes late`,
          { kind: "notFound" },
        );
      }
      return {
        overwrites: `all data of database ${target.id}`,
        ...defined({ serverTimeMs }),
        async send(sending) {
          const answer = await restoreDatabase(api, target, { name: entry.name, versionId }, sending);
          return {
            status: "accepted",
            ...defined({ startedAt: isoText(answer.serverTimeMs) }),
          };
        },
      };
    },
  };
}
