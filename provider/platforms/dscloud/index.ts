import type { Connection } from "../../model/connection";
import { defined } from "../../model/defined";
import { isSnapshotsError, SnapshotsError } from "../../model/errors";
import type { PlatformRuntime, SnapshotPlatform, SnapshotReference } from "../../model/platform";
import { newestFirst } from "../../model/snapshot";
import { listBackups, openApi } from "./client";
import { downloadUrl, toSnapshot } from "./mapping";
import { probesOf } from "./probe";
import type { ListEntry } from "./schemas";

/** Finds the entry of a reference. Names resolve to seconds: if two entries share one, the creation time decides. */
function findEntry(entries: readonly ListEntry[], appId: string, reference: SnapshotReference): ListEntry | undefined {
  const named = entries.filter(({ name }) => name === reference.snapshotId);
  const meant = named.length < 2 ? named : named.filter((entry) => toSnapshot(entry).createdAt === reference.createdAt);
  if (named.length > 1 && meant.length !== 1) {
    throw new SnapshotsError(
      `[dscloud] find backup "${reference.snapshotId}" of app ${appId}: ${named.length} backups share this name, and ` +
        "nothing shows which one is meant",
      { kind: "unexpectedAnswer" },
    );
  }
  return meant[0];
}

/** Opens DS Cloud on a connection. Its API can only list backups. */
export function open(connection: Connection, runtime: PlatformRuntime): SnapshotPlatform {
  const api = openApi(connection, runtime);
  return {
    async list(target, scope) {
      const answer = await listBackups(api, target.id, scope);
      return {
        snapshots: newestFirst(answer.data.response.map(toSnapshot)),
        complete: answer.data.response.length > 0,
        ...defined({ serverTimeMs: answer.serverTimeMs }),
      };
    },

    async observe(target, reference, scope) {
      const { data } = await listBackups(api, target.id, scope).catch((error: unknown) => {
        if (!isSnapshotsError(error, "notFound")) throw error;
        throw new SnapshotsError(
          `${error.message}. If the app is gone, take the resource out of the state with "pulumi state delete"`,
          { kind: "notFound", cause: error },
        );
      });
      const entry = findEntry(data.response, target.id, reference);
      if (entry !== undefined) return { outcome: "found", snapshot: toSnapshot(entry) };
      return data.response.length === 0
        ? {
            outcome: "unproven",
            reason: `DS Cloud answers an empty list for the app ${target.id}, which proves nothing`,
          }
        : { outcome: "gone", proof: `the app ${target.id} lists its backups without it` };
    },

    probes: probesOf(api),

    async downloadLink(target, reference, scope) {
      const accountId = connection.fields["accountId"];
      if (accountId === undefined) {
        throw new SnapshotsError(
          `[dscloud] get a download link for app ${target.id}: the field accountId of the connection ` +
            `"${connection.name}" is missing; set it with "pulumi config set --path --type string ` +
            `snapshots:${connection.name}.accountId <value>"` +
            (connection.name === "dscloud" ? " or in the environment as DSCLOUD_ACCOUNT_ID" : ""),
          { kind: "invalid" },
        );
      }
      const { data } = await listBackups(api, target.id, scope);
      const entry = findEntry(data.response, target.id, reference);
      if (entry === undefined) {
        throw new SnapshotsError(
          `[dscloud] get a download link for app ${target.id}: it lists no backup "${reference.snapshotId}"`,
          { kind: "notFound" },
        );
      }
      return { url: downloadUrl(connection.fields["backupsUrl"] ?? "", accountId, entry) };
    },
  };
}
