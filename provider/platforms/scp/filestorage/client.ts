import { type Answer, type Api, callApi } from "../../../http/client";
import { SnapshotsError } from "../../../model/errors";
import type { Scope } from "../../../model/scope";
import type { JsonValue } from "../../../model/snapshot";
import type { ShownTarget } from "../absence";
import { callDelete } from "../client";
import { scp } from "../definition";
import { readWhole } from "../listing";
import {
  acceptedFileSchedule,
  createdFileSnapshot,
  type FileSchedule,
  type FileSnapshot,
  fileSchedule,
  fileSnapshotList,
} from "./schemas";

/** `GET /snapshots?volume_id=` of File Storage, which is not paged. */
export async function listFileSnapshots(
  api: Api,
  volumeId: string,
  scope: Scope,
): Promise<{ snapshots: readonly FileSnapshot[]; serverTimeMs?: number }> {
  const { entries, ...clock } = await readWhole(
    api,
    {
      operation: "list snapshots of",
      target: `File Storage volume ${volumeId}`,
      path: "/snapshots",
      expect: fileSnapshotList,
      idOf: ({ id }) => id,
      query: () => ({ volume_id: volumeId }),
    },
    scope,
  );
  if (entries.some(({ volume_id }) => typeof volume_id === "string" && volume_id !== volumeId)) {
    throw new SnapshotsError(`[scp] list snapshots of File Storage volume ${volumeId}: an entry is of another volume`, {
      kind: "unexpectedAnswer",
    });
  }
  return { snapshots: entries, ...clock };
}

/**
 * File Storage volume as a target, shown by `GET /volumes/{volume_id}` of File Storage. 404 is documented, but not
 * whether another account's credential gets it.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/storage/filestorage/apis/showvolume/
 */
export function shownFileVolume(api: Api, volumeId: string): ShownTarget {
  const path = `/volumes/${encodeURIComponent(volumeId)}`;
  return { api, service: "filestorage", name: `File Storage volume ${volumeId}`, id: volumeId, path };
}

/** `POST /snapshots` of File Storage: 202 with the snapshot; the platform names it. */
export async function createFileSnapshot(api: Api, volumeId: string, scope: Scope): Promise<Answer<FileSnapshot>> {
  const { data, ...answer } = await callApi(
    api,
    {
      operation: "create a snapshot of",
      target: `File Storage volume ${volumeId}`,
      method: "POST",
      path: "/snapshots",
      body: { volume_id: volumeId },
      expect: createdFileSnapshot,
      timeoutMs: scp.createAnswerMs,
    },
    scope,
  );
  const { snapshot } = data;
  if (typeof snapshot.volume_id !== "string" || snapshot.volume_id === volumeId) return { ...answer, data: snapshot };
  throw new SnapshotsError(
    `[scp] create a snapshot of File Storage volume ${volumeId}: the answer names one of another volume, ` +
      `${snapshot.volume_id}`,
    { kind: "unexpectedAnswer" },
  );
}

/** `DELETE /snapshots/{id}?volume_id=` of File Storage: 202; false for a 404 of the service itself. */
export function deleteFileSnapshot(api: Api, volumeId: string, snapshotId: string, scope: Scope): Promise<boolean> {
  return callDelete(
    api,
    {
      operation: "delete snapshot",
      target: snapshotId,
      path: `/snapshots/${encodeURIComponent(snapshotId)}`,
      query: { volume_id: volumeId },
    },
    scope,
  );
}

/**
 * `GET /snapshot-schedules?volume_id=`.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/storage/filestorage/apis/listsnapshotschedule/
 */
export async function showFileSchedule(api: Api, volumeId: string, scope: Scope): Promise<FileSchedule> {
  const target = `File Storage volume ${volumeId}`;
  const { data } = await callApi(
    api,
    {
      operation: "show the snapshot schedule of",
      target,
      method: "GET",
      path: "/snapshot-schedules",
      query: { volume_id: volumeId },
      expect: fileSchedule,
    },
    scope,
  );
  const isEnabled = String(data.snapshot_policy_enabled) === "true";
  const entries = data.snapshot_schedule ?? [];
  const wrong =
    typeof data.volume_id === "string" && data.volume_id !== volumeId
      ? `it is of another volume, ${data.volume_id}`
      : data.snapshot_policy_enabled == null && data.snapshot_schedule == null
        ? "the answer says nothing about one"
        : isEnabled && entries.length === 0
          ? "it is enabled, and the answer doesn't name it"
          : undefined;
  if (wrong === undefined) return data;
  throw new SnapshotsError(`[scp] show the snapshot schedule of ${target}: ${wrong}`, { kind: "unexpectedAnswer" });
}

/**
 * `POST /snapshot-schedules`: 202 without the schedule's id.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/storage/filestorage/apis/createsnapshotschedule/
 */
export async function createFileSchedule(
  api: Api,
  volumeId: string,
  body: Readonly<Record<string, JsonValue>>,
  scope: Scope,
): Promise<void> {
  await callApi(
    api,
    {
      operation: "create a snapshot schedule of",
      target: `File Storage volume ${volumeId}`,
      method: "POST",
      path: "/snapshot-schedules",
      body: { volume_id: volumeId, ...body },
      expect: acceptedFileSchedule,
      timeoutMs: scp.createAnswerMs,
    },
    scope,
  );
}

/**
 * `PUT /snapshot-schedules/{id}?volume_id=`: 202; sets times and count in one request.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/storage/filestorage/apis/setsnapshotschedule/
 */
export async function setFileSchedule(
  api: Api,
  volumeId: string,
  scheduleId: string,
  body: Readonly<Record<string, JsonValue>>,
  scope: Scope,
): Promise<void> {
  await callApi(
    api,
    {
      operation: "set the snapshot schedule of",
      target: `File Storage volume ${volumeId}`,
      method: "PUT",
      path: `/snapshot-schedules/${encodeURIComponent(scheduleId)}`,
      query: { volume_id: volumeId },
      body,
      expect: acceptedFileSchedule,
      repeatable: true,
    },
    scope,
  );
}

/**
 * `DELETE /snapshot-schedules/{id}?volume_id=`: 202; deletes no snapshots. False for a 404 of the service itself.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/storage/filestorage/apis/deletesnapshotschedule/
 */
export function deleteFileSchedule(api: Api, volumeId: string, scheduleId: string, scope: Scope): Promise<boolean> {
  return callDelete(
    api,
    {
      operation: "delete the snapshot schedule of",
      target: `File Storage volume ${volumeId}`,
      path: `/snapshot-schedules/${encodeURIComponent(scheduleId)}`,
      query: { volume_id: volumeId },
    },
    scope,
  );
}
