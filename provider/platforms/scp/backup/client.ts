import { type Api, callApi } from "../../../http/client";
import { unlessNotFound } from "../../../http/not-found";
import { isSnapshotsError, SnapshotsError } from "../../../model/errors";
import type { Scope } from "../../../model/scope";
import type { JsonValue } from "../../../model/snapshot";
import { callDelete } from "../client";
import { scp } from "../definition";
import { readWhole } from "../listing";
import { runIdOf } from "./mapping";
import {
  type BackupHistory,
  backupHistoryPage,
  backupPage,
  nameCheck,
  type ServerBackup,
  type ServerBackupSchedules,
  serverBackup,
  serverBackupSchedules,
  syncResponse,
} from "./schemas";

const PAGE_SIZE = 100;

const pathOf = (backupId: string): string => `/backups/${encodeURIComponent(backupId)}`;

/** Paging of the Backup service's lists: page numbers from 0. */
const byPage = (query: Readonly<Record<string, string>> = {}) =>
  ({
    by: "number",
    query: (page: number) => ({ ...query, page, size: PAGE_SIZE }),
  }) as const;

/**
 * `GET /backups/check-name-duplication`: whether the name is taken.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/storage/backup/apis/checkbackupnameduplication/
 */
export async function isBackupNameTaken(api: Api, name: string, scope: Scope): Promise<boolean> {
  const { data } = await callApi(
    api,
    {
      operation: "check the name of server backup",
      target: JSON.stringify(name),
      method: "GET",
      path: "/backups/check-name-duplication",
      query: { backup_name: name },
      expect: nameCheck,
    },
    scope,
  );
  return data.result;
}

/**
 * `GET /backups?name=`, all pages; keeps exact matches only, since the documents don't say how the name filters.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/storage/backup/apis/listbackups/
 */
export async function findBackups(api: Api, name: string, scope: Scope): Promise<string[]> {
  const { entries } = await readWhole(
    api,
    {
      operation: "list server backups named",
      target: JSON.stringify(name),
      path: "/backups",
      expect: backupPage,
      idOf: ({ id }) => id,
      ...byPage({ name }),
    },
    scope,
  );
  return entries.filter((entry) => entry.name === name).map(({ id }) => id);
}

/**
 * `POST /backups`: 200 with the id; the platform then sets up the backup.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/storage/backup/apis/createbackup/
 */
export async function createBackup(
  api: Api,
  serverId: string,
  body: Readonly<Record<string, JsonValue>>,
  scope: Scope,
): Promise<string> {
  const { data } = await callApi(
    api,
    {
      operation: "create a backup of",
      target: `server ${serverId}`,
      method: "POST",
      path: "/backups",
      body,
      expect: syncResponse,
      timeoutMs: scp.createAnswerMs,
    },
    scope,
  );
  return data.resource.id;
}

/**
 * `GET /backups/{id}`; undefined for a 404 of the service itself.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/storage/backup/apis/showbackup/
 */
export async function showBackup(api: Api, backupId: string, scope: Scope): Promise<ServerBackup | undefined> {
  const answer = await unlessNotFound(
    callApi(
      api,
      {
        operation: "show server backup",
        target: backupId,
        method: "GET",
        path: pathOf(backupId),
        expect: serverBackup,
      },
      scope,
    ),
  );
  if (answer === undefined || answer.data.id === backupId) return answer?.data;
  throw new SnapshotsError(`[scp] show server backup ${backupId}: the answer names another one, ${answer.data.id}`, {
    kind: "unexpectedAnswer",
  });
}

/**
 * `GET /backups/{id}/schedules`.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/storage/backup/apis/listbackupschedules/
 */
export async function listBackupSchedules(api: Api, backupId: string, scope: Scope): Promise<ServerBackupSchedules> {
  const target = `server backup ${backupId}`;
  const { entries } = await readWhole(
    api,
    {
      operation: "list schedules of",
      target,
      path: `${pathOf(backupId)}/schedules`,
      expect: serverBackupSchedules,
      idOf: (schedule) => schedule.id ?? JSON.stringify(schedule),
      query: () => ({}),
    },
    scope,
  );
  if (entries.some(({ backup_id: owner }) => owner != null && owner !== backupId)) {
    throw new SnapshotsError(`[scp] list schedules of ${target}: an entry belongs to another backup`, {
      kind: "unexpectedAnswer",
    });
  }
  return [...entries];
}

/**
 * `PUT /backups/{id}/schedules`: 200; replaces all schedules.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/storage/backup/apis/setbackupschedules/
 */
export function setBackupSchedules(api: Api, backupId: string, schedules: JsonValue, scope: Scope): Promise<void> {
  return set(api, backupId, "schedules", { schedules }, scope);
}

/**
 * `PUT /backups/{id}/retention-period`: 200.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/storage/backup/apis/setbackupretentionperiod/
 */
export function setBackupRetention(api: Api, backupId: string, period: string, scope: Scope): Promise<void> {
  return set(api, backupId, "retention-period", { retention_period: period }, scope);
}

async function set(
  api: Api,
  backupId: string,
  what: "schedules" | "retention-period",
  body: Readonly<Record<string, JsonValue>>,
  scope: Scope,
): Promise<void> {
  await callApi(
    api,
    {
      operation: `set ${what.replace("-", " ")} of`,
      target: `server backup ${backupId}`,
      method: "PUT",
      path: `${pathOf(backupId)}/${what}`,
      body,
      expect: syncResponse,
      repeatable: true,
    },
    scope,
  );
}

/**
 * `DELETE /backups/{id}`: 200 when the deletion starts; 409 or 500 while a job runs; false for a 404 of the service
 * itself.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/storage/backup/apis/deletebackup/
 */
export async function deleteBackup(api: Api, backupId: string, scope: Scope): Promise<boolean> {
  try {
    const call = { operation: "delete server backup", target: backupId, path: pathOf(backupId) };
    return await callDelete(api, call, scope);
  } catch (error) {
    const { name, fields } = api.connection;
    const minor = Number(fields["backupVersion"]?.split(".")[1]);
    if (!isSnapshotsError(error, "invalid") || !(minor >= 4)) throw error;
    throw new SnapshotsError(
      `${error.message}. From version 1.4 of the API on, only a person can delete a backup, with a one-time password: set ` +
        `another version with "pulumi config set --path --type string snapshots:${name}.backupVersion 1.2", or set ` +
        'deletionPolicy: "retain" and run pulumi up once',
      { kind: "unsupported", cause: error },
    );
  }
}

/**
 * `GET /backups/{id}/backup-histories`, all pages.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/storage/backup/apis/listbackuphistories/
 */
export async function listBackupHistories(
  api: Api,
  backupId: string,
  scope: Scope,
): Promise<{ runs: readonly BackupHistory[]; serverTimeMs?: number }> {
  const { entries, ...clock } = await readWhole(
    api,
    {
      operation: "list the runs of",
      target: `server backup ${backupId}`,
      path: `${pathOf(backupId)}/backup-histories`,
      expect: backupHistoryPage,
      idOf: runIdOf,
      ...byPage(),
    },
    scope,
  );
  return { runs: entries, ...clock };
}
