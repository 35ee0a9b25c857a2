import { z } from "zod";
import {
  type Answer,
  type Api,
  type Call,
  callApi,
  continued,
  type Explanation,
  type RawAnswer,
} from "../../http/client";
import { createLimiter, type Limiter } from "../../http/limiter";
import { PERSON_MS } from "../../http/retry";
import type { Connection } from "../../model/connection";
import { isSnapshotsError, SnapshotsError } from "../../model/errors";
import type { PlatformRuntime } from "../../model/platform";
import type { Scope } from "../../model/scope";
import type { JsonValue } from "../../model/snapshot";
import type { ShownTarget } from "./absence";
import { showVolume } from "./client-restore";
import { scp } from "./definition";
import { readWhole } from "./listing";
import { detailText } from "./mapping";
import { type RefusedVolume, toRefusedVolume } from "./mapping-restores";
import { errorBody, type VolumeSnapshot, volumeSnapshot, volumeSnapshotPage } from "./schemas";
import { signatureHeaders } from "./signature";

const PAGE_LIMIT = 100;

/** The services of the platform, each with its own address and version. */
export type Service = "virtualserver" | "backup" | "filestorage";

/**
 * Opens one service. The signature is made anew for each attempt, over the very URL that is sent.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/api-common
 */
export function openService(connection: Connection, runtime: PlatformRuntime, service: Service, limiter: Limiter): Api {
  const { fields } = connection;
  const version = fields[`${service}Version`] ?? "";
  return {
    ...runtime,
    connection,
    baseUrl: fields[`${service}Url`] ?? "",
    limiter,
    headers: (method, url) => ({
      ...signatureHeaders({
        method,
        url,
        timestampMs: runtime.clock.now(),
        accessKey: fields["accessKey"] ?? "",
        secretKey: fields["secretKey"] ?? "",
      }),
      "scp-api-version": `${service} ${version}`,
      "accept-language": "en-US",
    }),
    explain: (answer, json) => explain(answer, json, connection, service, version),
    rateLimitDelayMs: 5_000,
  };
}

/** One limiter for all services of a connection. */
export function openLimiter(runtime: PlatformRuntime): Limiter {
  return createLimiter(runtime.clock, 0);
}

/** Refuses to look in this connection's region for something that is in another one. */
export function refuseOtherRegion(connection: Connection, subject: string, held: string | undefined): void {
  const region = connection.fields["region"];
  if (held === undefined || held === region) return;
  throw new SnapshotsError(
    `[scp] ${subject} is in the region ${held}, and the connection "${connection.name}" is for ${region}: use one for ${held}`,
    { kind: "invalid", executed: "no" },
  );
}

function explain(
  answer: RawAnswer,
  json: unknown,
  connection: Connection,
  service: Service,
  version: string,
): Explanation {
  if (answer.status === 406) {
    return {
      kind: "invalid",
      message:
        `the ${service} service does not know version ${version} of its API; set another one with "pulumi config set ` +
        `--path --type string snapshots:${connection.name}.${service}Version <version>"`,
    };
  }
  const body = errorBody.safeParse(json);
  const [error] = body.data?.errors ?? [];
  if (error === undefined) {
    // Without the service's own envelope a 404 comes from the gateway, which answers so when a signature is missing.
    return answer.status === 404
      ? {
          kind: "unauthorized",
          message:
            "the gateway, not the service, answers 404: the signature, the address or the region is wrong, and nothing " +
            "is said about the resource",
        }
      : {};
  }
  return {
    message: [error.title, detailText(error.detail)].filter((part) => part != null).join(": ") || undefined,
    code: error.code ?? undefined,
    requestId: error.request_id ?? undefined,
  };
}

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
      query: (_index, last) => ({
        volume_id: volumeId,
        limit: PAGE_LIMIT,
        ...(last === undefined ? {} : { marker: last.id }),
      }),
    },
    scope,
  );
  return { snapshots: entries.filter(({ volume_id }) => volume_id === volumeId), ...clock };
}

/**
 * A volume, which `GET /volumes/{volume_id}` shows. What it answers for one that does not exist, or is another account's,
 * is not documented; for a snapshot it is 404.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/compute/virtualserver/apis/showvolume/
 */
export function shownVolume(api: Api, volumeId: string): ShownTarget {
  const path = `/volumes/${encodeURIComponent(volumeId)}`;
  return { api, service: "virtualserver", name: `volume ${volumeId}`, id: volumeId, path };
}

/**
 * A server, which `GET /servers/{server_id}` shows, GPU servers as well; 404 is documented, and not whether another
 * account's credential gets it.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/compute/virtualserver/apis/showvirtualserver/
 */
export function shownServer(api: Api, serverId: string): ShownTarget {
  const path = `/servers/${encodeURIComponent(serverId)}`;
  return { api, service: "virtualserver", name: `server ${serverId}`, id: serverId, path };
}

/** Refuses an answer about another snapshot, or about one of another volume. */
function checkAbout(snapshot: VolumeSnapshot, what: string, volumeId: string, snapshotId = snapshot.id): void {
  const wrong =
    snapshot.volume_id !== volumeId
      ? `the answer is about one of another volume, ${snapshot.volume_id}, not of ${volumeId}`
      : snapshot.id !== snapshotId
        ? `the answer is about another one, ${snapshot.id}`
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
  try {
    const answer = await callApi(
      api,
      {
        operation: "show snapshot",
        target: snapshotId,
        method: "GET",
        path: `/snapshots/${encodeURIComponent(snapshotId)}`,
        expect: volumeSnapshot,
      },
      scope,
    );
    checkAbout(answer.data, `show snapshot ${snapshotId}`, volumeId);
    return answer.data;
  } catch (error) {
    if (isSnapshotsError(error, "notFound")) return undefined;
    throw error;
  }
}

/**
 * `POST /snapshots`: 202 with the snapshot, which is made from then on.
 * Source: https://docs.e.samsungsdscloud.com/en/apireference/compute/virtualserver/apis/createsnapshot/
 */
export async function createVolumeSnapshot(
  api: Api,
  volumeId: string,
  body: Readonly<Record<string, JsonValue>>,
  scope: Scope,
): Promise<Answer<VolumeSnapshot>> {
  /** The volume tells why it was refused; where that can't be read, the refusal stands for itself. */
  const explained = async (refusal: SnapshotsError): Promise<RefusedVolume | undefined> => {
    const shown = await showVolume(api, volumeId, scope).catch(() => undefined);
    const refused = shown === undefined ? undefined : toRefusedVolume(shown.data, body["force"]);
    if (refused?.remedy === undefined) return refused;
    throw new SnapshotsError(continued(refusal.message, refused.remedy), {
      kind: "invalid",
      executed: "no",
      cause: refusal,
    });
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

/** `DELETE /snapshots/{snapshot_id}`: 202, and the deletion goes on from then; false for a 404 of the service itself. */
export function deleteVolumeSnapshot(api: Api, snapshotId: string, scope: Scope): Promise<boolean> {
  const path = `/snapshots/${encodeURIComponent(snapshotId)}`;
  return callDelete(api, { operation: "delete snapshot", target: snapshotId, path }, scope);
}

/** An answer to a deletion, which has no documented shape; never an error's. */
const accepted = z.unknown().refine((answer) => !errorBody.safeParse(answer).success, "holds errors");

/** Sends a deletion; false where the service itself answers 404, which does not prove that the thing is gone. */
export async function callDelete(
  api: Api,
  call: Pick<Call<z.ZodType>, "operation" | "target" | "path" | "query">,
  scope: Scope,
): Promise<boolean> {
  try {
    await callApi(api, { ...call, method: "DELETE", expect: accepted }, scope);
    return true;
  } catch (error) {
    if (!isSnapshotsError(error, "notFound")) throw error;
    return false;
  }
}
