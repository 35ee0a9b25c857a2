import type { Api } from "../../../http/client";
import { isSnapshotsError, SnapshotsError } from "../../../model/errors";
import type { ObservedPolicy, PolicyPlatform, PolicyReference } from "../../../model/policy";
import type { Scope } from "../../../model/scope";
import { type JsonValue, newestFirst } from "../../../model/snapshot";
import { askForTarget, lookFor, type Sight, unlessFound } from "../absence";
import { refuseOtherRegion } from "../client";
import { deleteUntilGone } from "../deletion";
import { shownServer } from "../virtualserver/client";
import {
  createBackup,
  deleteBackup,
  findBackups,
  isBackupNameTaken,
  listBackupHistories,
  listBackupSchedules,
  setBackupRetention,
  setBackupSchedules,
  showBackup,
} from "./client";
import { serverPolicies } from "./definition";
import {
  toCreateBackup,
  toPolicyStatus,
  toServerPolicy,
  toServerRetention,
  toServerSchedules,
  toServerSnapshot,
} from "./mapping";
import type { ServerBackup } from "./schemas";

type Inputs = Readonly<Record<string, JsonValue>>;

/**
 * Opens the policies of the Backup service: each is one server's backup. The virtualserver service shows the server; it
 * does not know bare-metal servers, so the absence of their backups is never proven.
 */
export function openServerBackups(api: Api, virtualserver: Api, region: string): PolicyPlatform {
  const idsOf = ({ segments: [serverId = "", backupId = ""], region: held }: PolicyReference) => {
    refuseOtherRegion(api.connection, `backup ${backupId} of server ${serverId}`, held);
    return { serverId, backupId };
  };

  const sightOf = (serverId: string, backupId: string): Sight<ServerBackup> => ({
    subject: `backup ${backupId} of server ${serverId}`,
    absence: "the backup service itself answers 404 for it",
    async look(scope) {
      const backup = await showBackup(api, backupId, scope);
      const owner = backup?.server_uuid ?? serverId;
      if (owner === serverId) return backup;
      throw new SnapshotsError(`[scp] show server backup ${backupId}: it is of another server, ${owner}`, {
        kind: "unexpectedAnswer",
      });
    },
    target: shownServer(virtualserver, serverId),
  });

  /** Maps a backup together with its schedules, which the service shows separately. */
  const withSchedules = async (backup: ServerBackup, serverId: string, inputs: Inputs, scope: Scope) =>
    toServerPolicy(backup, await listBackupSchedules(api, backup.id, scope), serverId, inputs, region);

  return {
    async find(inputs, scope) {
      const name = String(inputs["name"]);
      if (!(await isBackupNameTaken(api, name, scope))) {
        // For another account's credential every name is free. No service shows a bare-metal server.
        if (inputs["serverCategory"] === "BAREMETAL_SERVER") return [];
        const visibility = await askForTarget(shownServer(virtualserver, String(inputs["serverId"])), scope);
        if (visibility.isVisible || visibility.isForbidden) return [];
        throw new SnapshotsError(
          `[scp] find server backup ${JSON.stringify(name)}: ${visibility.reason}; ${visibility.remedy}`,
          { kind: "notFound" },
        );
      }
      const found: ObservedPolicy[] = [];
      for (const backupId of await findBackups(api, name, scope)) {
        const backup = await showBackup(api, backupId, scope);
        if (backup === undefined) continue;
        const { server_uuid: owner } = backup;
        if (owner == null) {
          throw new SnapshotsError(`[scp] show server backup ${backupId}: the answer doesn't name its server`, {
            kind: "unexpectedAnswer",
          });
        }
        found.push(await withSchedules(backup, owner, inputs, scope));
      }
      if (found.length > 0) return found;
      throw new SnapshotsError(
        `[scp] find server backup ${JSON.stringify(name)}: the name is taken, and the list doesn't show by which backup ` +
          "(it may just have been created or deleted): try again, or write another name",
        { kind: "conflict" },
      );
    },

    async create(inputs, scope) {
      const serverId = String(inputs["serverId"]);
      const backupId = await createBackup(api, serverId, toCreateBackup(inputs), scope);
      const made = await showBackup(api, backupId, scope).catch(() => undefined);
      if (made?.name != null && made.name !== inputs["name"]) {
        throw new SnapshotsError(
          `[scp] create a backup of server ${serverId}: the answer names another one, ${JSON.stringify(made.name)} ` +
            `(${backupId})`,
          { kind: "unexpectedAnswer" },
        );
      }
      return { policyId: backupId, segments: [serverId, backupId], status: "pending", shown: {}, region };
    },

    async observe(reference, inputs, scope) {
      const { serverId, backupId } = idsOf(reference);
      const seen = await lookFor(sightOf(serverId, backupId), scope);
      if (seen.outcome !== "found") return unlessFound(seen);
      try {
        return { outcome: "found", policy: await withSchedules(seen.found, serverId, inputs, scope) };
      } catch (error) {
        if (!isSnapshotsError(error, "notFound")) throw error;
        return { outcome: "unproven", reason: "the backup service shows it, and answers 404 for its schedules" };
      }
    },

    async update(reference, inputs, shown, scope) {
      const { backupId } = idsOf(reference);
      const { schedules, retention } = inputs;
      if (!serverPolicies.sameSchedules(schedules, shown["schedules"])) {
        await setBackupSchedules(api, backupId, toServerSchedules(inputs), scope);
      }
      if (!serverPolicies.sameRetention(retention, shown["retention"])) {
        await setBackupRetention(api, backupId, toServerRetention(inputs), scope);
      }
    },

    async delete(reference, scope) {
      const { serverId, backupId } = idsOf(reference);
      await deleteUntilGone(
        {
          sight: sightOf(serverId, backupId),
          request: () => deleteBackup(api, backupId, scope),
          stuckAt: ({ state }) => (toPolicyStatus(state) === "failed" ? (state ?? undefined) : undefined),
        },
        api.clock,
        scope,
      );
    },

    async list(reference, scope) {
      const { backupId } = idsOf(reference);
      const { runs, ...clock } = await listBackupHistories(api, backupId, scope);
      const snapshots = newestFirst(runs.map((run) => toServerSnapshot(run, region)));
      return { snapshots, complete: true, ...clock };
    },
  };
}
