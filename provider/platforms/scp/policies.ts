import type { Api } from "../../http/client";
import { isSnapshotsError, SnapshotsError } from "../../model/errors";
import type { ObservedPolicy, PolicyPlatform, PolicyReference } from "../../model/policy";
import type { Scope } from "../../model/scope";
import type { JsonValue } from "../../model/snapshot";
import { newestFirst as newestSnapshotsFirst } from "../../model/snapshot";
import { refuseOtherRegion } from "./client";
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
} from "./client-backup";
import {
  createFileSchedule,
  deleteFileSchedule,
  listFileSnapshots,
  setFileSchedule,
  showFileSchedule,
} from "./client-filestorage";
import { scp } from "./definition";
import { deleteUntilGone } from "./deletion";
import { newestFirst, toFileSnapshot, toServerSnapshot } from "./mapping";
import {
  toCreateBackup,
  toFilePolicies,
  toFileSchedule,
  toPolicyStatus,
  toServerPolicy,
  toServerRetention,
  toServerSchedules,
} from "./mapping-policies";

type Inputs = Readonly<Record<string, JsonValue>>;

const { serverId: serverTarget, fileVolumeId: fileVolumeTarget } = scp.policyTargets;

/** Opens the policies of the Backup service: each is one server's backup. */
export function openServerBackups(api: Api, region: string): PolicyPlatform {
  const idsOf = ({ segments: [serverId = "", backupId = ""], region: held }: PolicyReference) => {
    refuseOtherRegion(api.connection, `backup ${backupId} of server ${serverId}`, held);
    return { serverId, backupId };
  };

  /** A backup with its schedules, which stand apart; undefined where it is gone, and `notFound` where only they are. */
  async function show(
    backupId: string,
    serverId: string | undefined,
    inputs: Inputs,
    scope: Scope,
  ): Promise<ObservedPolicy | undefined> {
    const backup = await showBackup(api, backupId, scope);
    if (backup === undefined) return undefined;
    const owner = backup.server_uuid ?? serverId;
    if (owner === undefined || (serverId !== undefined && owner !== serverId)) {
      const whose = owner === undefined ? "the answer doesn't name its server" : `it is of another server, ${owner}`;
      throw new SnapshotsError(`[scp] show server backup ${backupId}: ${whose}`, { kind: "unexpectedAnswer" });
    }
    return toServerPolicy(backup, await listBackupSchedules(api, backupId, scope), owner, inputs, region);
  }

  return {
    async find(inputs, scope) {
      const name = String(inputs["name"]);
      if (!(await isBackupNameTaken(api, name, scope))) return [];
      const found: ObservedPolicy[] = [];
      for (const backupId of await findBackups(api, name, scope)) {
        const policy = await show(backupId, undefined, inputs, scope);
        if (policy !== undefined) found.push(policy);
      }
      if (found.length > 0) return found;
      throw new SnapshotsError(
        `[scp] find server backup ${JSON.stringify(name)}: the name is taken, and the list doesn't show by which backup ` +
          "(it may have been made or deleted just now): try again, or write another name",
        { kind: "conflict", executed: "no" },
      );
    },

    async create(inputs, scope) {
      const serverId = String(inputs["serverId"]);
      const backupId = await createBackup(api, serverId, toCreateBackup(inputs), scope);
      return { policyId: backupId, segments: [serverId, backupId], status: "pending", shown: {}, region };
    },

    async observe(reference, inputs, scope) {
      const { serverId, backupId } = idsOf(reference);
      try {
        const policy = await show(backupId, serverId, inputs, scope);
        return policy === undefined
          ? { outcome: "gone", proof: "the backup service itself answers 404 for it" }
          : { outcome: "found", policy };
      } catch (error) {
        if (!isSnapshotsError(error, "notFound")) throw error;
        return { outcome: "unproven", reason: "the backup service shows it, and answers 404 for its schedules" };
      }
    },

    async update(reference, inputs, shown, scope) {
      const { backupId } = idsOf(reference);
      const { schedules, retention } = inputs;
      if (!serverTarget.sameSchedules(schedules, shown["schedules"])) {
        await setBackupSchedules(api, backupId, toServerSchedules(inputs) as unknown as JsonValue, scope);
      }
      if (!serverTarget.sameRetention(retention, shown["retention"])) {
        await setBackupRetention(api, backupId, toServerRetention(inputs), scope);
      }
    },

    async delete(reference, scope) {
      const { serverId, backupId } = idsOf(reference);
      await deleteUntilGone(
        {
          subject: `backup ${backupId} of server ${serverId}`,
          request: () => deleteBackup(api, backupId, scope),
          async look(last) {
            const backup = await showBackup(api, backupId, last);
            if (backup === undefined) return { gone: true };
            return toPolicyStatus(backup.state) === "failed"
              ? { gone: false, platformStatus: backup.state ?? undefined }
              : undefined;
          },
        },
        api.clock,
        scope,
      );
    },

    async list(reference, scope) {
      const { backupId } = idsOf(reference);
      const { runs, ...clock } = await listBackupHistories(api, backupId, scope);
      const snapshots = newestSnapshotsFirst(runs.map((run) => toServerSnapshot(run, region)));
      return { snapshots, complete: true, ...clock };
    },
  };
}

/** Opens the snapshot schedules of File Storage: a volume has one at most. */
export function openFileSchedules(api: Api, region: string): PolicyPlatform {
  const idsOf = ({ segments: [volumeId = "", scheduleId = ""], region: held }: PolicyReference) => {
    refuseOtherRegion(api.connection, `snapshot schedule ${scheduleId} of File Storage volume ${volumeId}`, held);
    return { volumeId, scheduleId };
  };

  const policies: PolicyPlatform = {
    async find(inputs, scope) {
      const volumeId = String(inputs["fileVolumeId"]);
      const answer = await showFileSchedule(api, volumeId, scope);
      return toFilePolicies(volumeId, answer, inputs, api.clock.now(), region);
    },

    async create(inputs, scope) {
      const body = toFileSchedule(inputs, api.clock.now()) as unknown as Inputs;
      await createFileSchedule(api, String(inputs["fileVolumeId"]), body, scope);
      return undefined;
    },

    async observe(reference, inputs, scope) {
      const { volumeId, scheduleId } = idsOf(reference);
      try {
        const answer = await showFileSchedule(api, volumeId, scope);
        const shown = toFilePolicies(volumeId, answer, inputs, api.clock.now(), region);
        const policy = shown.find(({ policyId }) => policyId === scheduleId);
        return policy === undefined
          ? { outcome: "gone", proof: `File Storage volume ${volumeId} shows its snapshot schedule without it` }
          : { outcome: "found", policy };
      } catch (error) {
        if (!isSnapshotsError(error, "notFound")) throw error;
        return { outcome: "unproven", reason: `the File Storage volume ${volumeId} itself is no longer there` };
      }
    },

    async update(reference, inputs, shown, scope) {
      const { volumeId, scheduleId } = idsOf(reference);
      const nowMs = api.clock.now();
      const isSame =
        fileVolumeTarget.sameSchedules(inputs["schedules"], shown["schedules"], nowMs) &&
        fileVolumeTarget.sameRetention(inputs["retention"], shown["retention"]);
      if (isSame) return;
      const body = toFileSchedule(inputs, nowMs) as unknown as Inputs;
      await setFileSchedule(api, volumeId, scheduleId, body, scope);
    },

    async delete(reference, scope) {
      const { volumeId, scheduleId } = idsOf(reference);
      await deleteUntilGone(
        {
          subject: `snapshot schedule ${scheduleId} of File Storage volume ${volumeId}`,
          request: () => deleteFileSchedule(api, volumeId, scheduleId, scope),
          look: async (last) =>
            (await policies.observe(reference, {}, last)).outcome === "found" ? undefined : { gone: true },
        },
        api.clock,
        scope,
      );
    },

    async list(reference, scope) {
      const { volumeId } = idsOf(reference);
      const { snapshots, ...clock } = await listFileSnapshots(api, volumeId, scope);
      return {
        snapshots: newestFirst(snapshots).map((snapshot) => toFileSnapshot(snapshot, region)),
        complete: true,
        ...clock,
      };
    },
  };
  return policies;
}
