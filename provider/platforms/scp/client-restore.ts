import { z } from "zod";
import { type Answer, type Api, callApi } from "../../http/client";
import { withoutWaiting } from "../../http/unwaited";
import { SnapshotsError } from "../../model/errors";
import type { Scope } from "../../model/scope";
import { scp } from "./definition";
import { errorBody, type Volume, volume } from "./schemas";

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
  throw new SnapshotsError(`[scp] show volume ${volumeId}: the answer is about another one, ${answer.data.id}`, {
    kind: "unexpectedAnswer",
  });
}

/** The documented answer has no body; one that holds errors is no success. */
const accepted = z.unknown().refine((answer) => !errorBody.safeParse(answer).success, "holds errors");

/**
 * `POST /volumes/{volume_id}/revert`: 202 without a body; the volume is Reverting from then on.
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
