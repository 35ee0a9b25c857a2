import { z } from "zod";
import { type Answer, type Api, type Call, callApi, type Explanation, type RawAnswer } from "../../http/client";
import { createLimiter, type Limiter } from "../../http/limiter";
import type { Connection } from "../../model/connection";
import { isSnapshotsError, SnapshotsError } from "../../model/errors";
import type { PlatformRuntime } from "../../model/platform";
import type { Scope } from "../../model/scope";
import type { JsonValue } from "../../model/snapshot";
import { scp } from "./definition";
import { detailText } from "./mapping";
import { errorBody, type VolumeSnapshot, volumeSnapshot, volumeSnapshotPage } from "./schemas";
import { signatureHeaders } from "./signature";

const PAGE_LIMIT = 100;
const MOST_PAGES = 1_000;

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
  const all = new Map<string, VolumeSnapshot>();
  let serverTimeMs: number | undefined;
  let marker: string | undefined;
  for (let page = 1; page <= MOST_PAGES; page++) {
    const answer: Answer<z.output<typeof volumeSnapshotPage>> = await callApi(
      api,
      {
        operation: "list snapshots of",
        target: `volume ${volumeId}`,
        method: "GET",
        path: "/snapshots",
        query: { volume_id: volumeId, limit: PAGE_LIMIT, ...(marker === undefined ? {} : { marker }) },
        expect: volumeSnapshotPage,
      },
      scope,
    );
    serverTimeMs ??= answer.serverTimeMs;
    const { snapshots, count } = answer.data;
    const before = all.size;
    for (const snapshot of snapshots) all.set(snapshot.id, snapshot);
    marker = snapshots.at(-1)?.id;
    // A page may be shorter than asked for: only the count, or a page without anything new, is the end.
    if (all.size === before || (typeof count === "number" && all.size >= count)) break;
  }
  const mine = [...all.values()].filter(({ volume_id }) => volume_id === volumeId);
  return { snapshots: mine, ...(serverTimeMs === undefined ? {} : { serverTimeMs }) };
}

/** `GET /snapshots/{snapshot_id}`; undefined for a 404 of the service itself. */
export async function showVolumeSnapshot(
  api: Api,
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
export function createVolumeSnapshot(
  api: Api,
  volumeId: string,
  body: Readonly<Record<string, JsonValue>>,
  scope: Scope,
): Promise<Answer<VolumeSnapshot>> {
  return callApi(
    api,
    {
      operation: "create a snapshot of",
      target: `volume ${volumeId}`,
      method: "POST",
      path: "/snapshots",
      body,
      expect: volumeSnapshot,
      timeoutMs: scp.createAnswerMs,
    },
    scope,
  );
}

/** `PUT /snapshots/{snapshot_id}`: sets name and description. */
export async function updateVolumeSnapshot(
  api: Api,
  snapshotId: string,
  body: Readonly<Record<string, JsonValue>>,
  scope: Scope,
): Promise<VolumeSnapshot> {
  const answer = await callApi(
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
  return answer.data;
}

/** `DELETE /snapshots/{snapshot_id}`: 202, and the deletion goes on from then. */
export function deleteVolumeSnapshot(api: Api, snapshotId: string, scope: Scope): Promise<void> {
  const path = `/snapshots/${encodeURIComponent(snapshotId)}`;
  return callDelete(api, { operation: "delete snapshot", target: snapshotId, path }, scope);
}

/** A deletion of something that is gone already is one that has succeeded. */
export async function callDelete(
  api: Api,
  call: Pick<Call<z.ZodType>, "operation" | "target" | "path" | "query">,
  scope: Scope,
): Promise<void> {
  try {
    await callApi(api, { ...call, method: "DELETE", expect: z.unknown() }, scope);
  } catch (error) {
    if (!isSnapshotsError(error, "notFound")) throw error;
  }
}
