import { type Api, callApi } from "../../http/client";
import { SnapshotsError } from "../../model/errors";
import type { Scope } from "../../model/scope";
import type { JsonValue } from "../../model/snapshot";
import { callDelete } from "./client";
import { scp } from "./definition";
import {
  acceptedFileSchedule,
  createdFileSnapshot,
  type FileSchedule,
  type FileSnapshot,
  fileSchedule,
  fileSnapshotList,
} from "./schemas";

/** `GET /snapshots?volume_id=` of File Storage; it knows no pages. */
export async function listFileSnapshots(
  api: Api,
  volumeId: string,
  scope: Scope,
): Promise<{ snapshots: FileSnapshot[]; serverTimeMs?: number }> {
  const { data, serverTimeMs } = await callApi(
    api,
    {
      operation: "list snapshots of",
      target: `File Storage volume ${volumeId}`,
      method: "GET",
      path: "/snapshots",
      query: { volume_id: volumeId },
      expect: fileSnapshotList,
    },
    scope,
  );
  if (data.snapshots.some(({ volume_id }) => typeof volume_id === "string" && volume_id !== volumeId)) {
    throw new SnapshotsError(`[scp] list snapshots of File Storage volume ${volumeId}: an entry is of another volume`, {
      kind: "unexpectedAnswer",
    });
  }
  return { snapshots: data.snapshots, ...(serverTimeMs === undefined ? {} : { serverTimeMs }) };
}

/** `POST /snapshots` of File Storage: 202 with the snapshot; the platform names it. */
export function createFileSnapshot(api: Api, volumeId: string, scope: Scope) {
  return callApi(
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
}

/** `DELETE /snapshots/{id}?volume_id=` of File Storage: 202. */
export function deleteFileSnapshot(api: Api, volumeId: string, snapshotId: string, scope: Scope): Promise<void> {
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
 * `PUT /snapshot-schedules/{id}?volume_id=`: 202; sets times and count at once.
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
 * `DELETE /snapshot-schedules/{id}?volume_id=`: 202; no snapshot goes.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/storage/filestorage/apis/deletesnapshotschedule/
 */
export function deleteFileSchedule(api: Api, volumeId: string, scheduleId: string, scope: Scope): Promise<void> {
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
