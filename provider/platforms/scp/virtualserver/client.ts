import { type Answer, type Api, callApi } from "../../../http/client";
import { continued } from "../../../http/failures";
import { unlessNotFound } from "../../../http/not-found";
import { PERSON_MS } from "../../../http/retry";
import { withoutWaiting } from "../../../http/unwaited";
import { defined } from "../../../model/defined";
import { isSnapshotsError, SnapshotsError } from "../../../model/errors";
import type { Scope } from "../../../model/scope";
import type { JsonValue } from "../../../model/snapshot";
import type { ShownTarget } from "../absence";
import { accepted, callDelete } from "../client";
import { scp } from "../definition";
import { readWhole } from "../listing";
import { type RefusedVolume, toRefusedVolume } from "./mapping-restores";
import { type Volume, type VolumeSnapshot, volume, volumeSnapshot, volumeSnapshotPage } from "./schemas";

const PAGE_LIMIT = 100;

/**
 * `GET /snapshots?volume_id=`, all pages by marker. `sort` is not sent: versions below 1.3 refuse it.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/compute/virtualserver/apis/listsnapshots/
 */
export async function listVolumeSnapshots(
  api: Api,
  volumeId: string,
  scope: Scope,
): Promise<{ snapshots: VolumeSnapshot[]; serverTimeMs?: number }> {
  const { entries, ...clock } = await readWhole(
    api,
    {
      operation: "list snapshots of",
      target: `volume ${volumeId}`,
      path: "/snapshots",
      expect: volumeSnapshotPage,
      idOf: ({ id }) => id,
      by: "marker",
      query: (_index, marker) => defined({ volume_id: volumeId, limit: PAGE_LIMIT, marker }),
    },
    scope,
  );
  return { snapshots: entries.filter(({ volume_id }) => volume_id === volumeId), ...clock };
}

/**
 * Volume as a target, shown by `GET /volumes/{volume_id}`. Its answer for a volume that does not exist, or is another
 * account's, is not documented; for a snapshot it is 404.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/compute/virtualserver/apis/showvolume/
 */
export function shownVolume(api: Api, volumeId: string): ShownTarget {
  const path = `/volumes/${encodeURIComponent(volumeId)}`;
  return { api, service: "virtualserver", name: `volume ${volumeId}`, id: volumeId, path };
}

/**
 * Server as a target, shown by `GET /servers/{server_id}`, which includes GPU servers. 404 is documented, but not
 * whether another account's credential gets it.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/compute/virtualserver/apis/showvirtualserver/
 */
export function shownServer(api: Api, serverId: string): ShownTarget {
  const path = `/servers/${encodeURIComponent(serverId)}`;
  return { api, service: "virtualserver", name: `server ${serverId}`, id: serverId, path };
}

/** Throws if an answer is about another snapshot, or about a snapshot of another volume. */
function checkAbout(snapshot: VolumeSnapshot, what: string, volumeId: string, snapshotId = snapshot.id): void {
  const wrong =
    snapshot.volume_id !== volumeId
      ? `the answer is about one of another volume, ${snapshot.volume_id}, not of ${volumeId}`
      : snapshot.id !== snapshotId
        ? `the answer names another one, ${snapshot.id}`
        : undefined;
  if (wrong !== undefined) throw new SnapshotsError(`[scp] ${what}: ${wrong}`, { kind: "unexpectedAnswer" });
}

/** `GET /snapshots/{snapshot_id}`; undefined for a 404 of the service itself. */
export async function showVolumeSnapshot(
  api: Api,
  volumeId: string,
  snapshotId: string,
  scope: Scope,
): Promise<VolumeSnapshot | undefined> {
  const answer = await unlessNotFound(
    callApi(
      api,
      {
        operation: "show snapshot",
        target: snapshotId,
        method: "GET",
        path: `/snapshots/${encodeURIComponent(snapshotId)}`,
        expect: volumeSnapshot,
      },
      scope,
    ),
  );
  if (answer !== undefined) checkAbout(answer.data, `show snapshot ${snapshotId}`, volumeId);
  return answer?.data;
}

/**
 * `POST /snapshots`: 202 with the snapshot, which the platform then creates.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/compute/virtualserver/apis/createsnapshot/
 */
export async function createVolumeSnapshot(
  api: Api,
  volumeId: string,
  body: Readonly<Record<string, JsonValue>>,
  scope: Scope,
): Promise<Answer<VolumeSnapshot>> {
  /** Explains a refusal by the volume's state; throws if there is a remedy, undefined if the volume can't be read. */
  const explained = async (refusal: SnapshotsError): Promise<RefusedVolume | undefined> => {
    const shown = await showVolume(api, volumeId, scope).catch(() => undefined);
    const refused = shown === undefined ? undefined : toRefusedVolume(shown.data, body["force"]);
    if (refused?.remedy === undefined) return refused;
    throw new SnapshotsError(continued(refusal.message, refused.remedy), { kind: "invalid", cause: refusal });
  };
  const answer = await callApi(
    api,
    {
      operation: "create a snapshot of",
      target: `volume ${volumeId}`,
      method: "POST",
      path: "/snapshots",
      body,
      expect: volumeSnapshot,
      timeoutMs: scp.createAnswerMs,
      whenBusy: async (refusal) =>
        (await explained(refusal))?.needsPerson ? (scope.ownTimeoutMs ?? PERSON_MS) : undefined,
    },
    scope,
  ).catch(async (error: unknown) => {
    if (isSnapshotsError(error, "invalid") && error.status === 400) await explained(error);
    throw error;
  });
  checkAbout(answer.data, `create a snapshot of volume ${volumeId}`, volumeId);
  return answer;
}

/** `PUT /snapshots/{snapshot_id}`: sets name and description. */
export async function updateVolumeSnapshot(
  api: Api,
  volumeId: string,
  snapshotId: string,
  body: Readonly<Record<string, JsonValue>>,
  scope: Scope,
): Promise<VolumeSnapshot> {
  const { data } = await callApi(
    api,
    {
      operation: "update snapshot",
      target: snapshotId,
      method: "PUT",
      path: `/snapshots/${encodeURIComponent(snapshotId)}`,
      body,
      expect: volumeSnapshot,
      repeatable: true,
    },
    scope,
  );
  checkAbout(data, `update snapshot ${snapshotId}`, volumeId, snapshotId);
  return data;
}

/** `DELETE /snapshots/{snapshot_id}`: 202 when the deletion starts; false for a 404 of the service itself. */
export function deleteVolumeSnapshot(api: Api, snapshotId: string, scope: Scope): Promise<boolean> {
  const path = `/snapshots/${encodeURIComponent(snapshotId)}`;
  return callDelete(api, { operation: "delete snapshot", target: snapshotId, path }, scope);
}

/**
 * `GET /volumes/{volume_id}`.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/compute/virtualserver/apis/showvolume/
 */
export async function showVolume(api: Api, volumeId: string, scope: Scope): Promise<Answer<Volume>> {
  const answer = await callApi(
    api,
    {
      operation: "show volume",
      target: volumeId,
      method: "GET",
      path: `/volumes/${encodeURIComponent(volumeId)}`,
      expect: volume,
    },
    scope,
  );
  if (answer.data.id === volumeId) return answer;
  throw new SnapshotsError(`[scp] show volume ${volumeId}: the answer names another one, ${answer.data.id}`, {
    kind: "unexpectedAnswer",
  });
}

/**
 * `POST /volumes/{volume_id}/revert`: 202 without a body; the volume is then Reverting.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/compute/virtualserver/apis/revertvolumetosnapshot/
 */
export function revertVolume(api: Api, volumeId: string, snapshotId: string, scope: Scope): Promise<Answer<unknown>> {
  return callApi(
    withoutWaiting(api),
    {
      operation: "revert volume",
      target: volumeId,
      method: "POST",
      path: `/volumes/${encodeURIComponent(volumeId)}/revert`,
      body: { snapshot_id: snapshotId },
      expect: accepted,
      timeoutMs: scp.createAnswerMs,
    },
    scope,
  );
}
