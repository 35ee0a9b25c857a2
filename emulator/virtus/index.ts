import { createHash } from "node:crypto";
import { archive } from "../archive";
import { createBucket } from "../limits";
import { arrange } from "../shelf";
import type { Answer, EmulatedRequest, PlatformContext, PlatformDefinition, Route } from "../types";
import { createMemory, seed } from "./memory";
import type { VirtusState, VirtusTarget } from "./state";

export type { VirtusSnapshot, VirtusState, VirtusTarget } from "./state";

/**
 * In-memory Virtus Cloud API, written from its published documents only:
 * https://docs.virtuscloud.app/api-reference/endpoint/apps/snapshots/get and its neighbours.
 * What they leave open is marked `assumed`, mostly based on the near-identical API of Square Cloud.
 */
export const virtusEmulator = {
  credentials: { apiKey: "vc_live_emulated_3141592653589793" },
  seed,
  environment: (url, credentials) => ({
    VIRTUS_API_KEY: credentials["apiKey"] ?? "",
    VIRTUS_API_URL: `${url}/virtus/v2`,
    VIRTUS_SNAPSHOTS_URL: `${url}/virtus-snapshots`,
  }),
  start: startVirtus,
} satisfies PlatformDefinition<VirtusState, unknown>;

const keyLifetimeMs = 30 * 86_400_000; // assumed, from the dates in the documented example
const dayMs = 86_400_000;

function startVirtus(context: PlatformContext) {
  const { access, now, url } = context;
  const { state, accountId, targets, restores, known, newest } = createMemory(context);
  const creates: number[] = [];
  const signatures = new Map<string, { target: VirtusTarget; versionId: string | undefined; expires: string }>();
  const statusBucket = createBucket(now, 15, 60_000);

  /** Creates a new signed query: for one version, or without `versionId` for whatever is newest. */
  const sign = (target: VirtusTarget, versionId: string | undefined) => {
    const signature = createHash("sha1")
      .update(`${target.id} ${signatures.size + 1}`)
      .digest("base64");
    const expires = String(Math.floor((now() + keyLifetimeMs) / 1000));
    signatures.set(signature, { target, versionId, expires });
    // The documented placeholder of an app's key holds this literal space.
    const keyId = target.kind === "app" ? "access key" : "VCEMULATEDKEY";
    const version = versionId === undefined ? "" : `&versionId=${versionId}`;
    return `AWSAccessKeyId=${keyId}&Expires=${expires}&Signature=${encodeURIComponent(signature)}${version}`;
  };

  const collection = ({ kind }: VirtusTarget) => (kind === "app" ? "applications" : "databases");

  const find = (request: EmulatedRequest, kind: VirtusTarget["kind"]) => {
    const target = targets.get(request.param("id"));
    return target?.kind === kind ? target : undefined;
  };
  const missing = (kind: VirtusTarget["kind"]) => refusal(404, kind === "app" ? "APP_NOT_FOUND" : "DATABASE_NOT_FOUND");

  // https://docs.virtuscloud.app/api-reference/endpoint/apps/snapshots/get
  // https://docs.virtuscloud.app/api-reference/endpoint/databases/snapshots/get
  const listSnapshots = (kind: VirtusTarget["kind"]) => (request: EmulatedRequest) => {
    const target = find(request, kind);
    if (!target) return missing(kind);
    const withVersion = kind === "app" ? state.versionIds.appList : state.versionIds.databaseList;
    const newestFirst = target.snapshots.listed(request.listing).sort((a, b) => b.modifiedMs - a.modifiedMs);
    return success(
      arrange(newestFirst, request.listing).map((snapshot) => ({
        name: snapshot.name,
        size: snapshot.sizeBytes,
        modified: new Date(snapshot.modifiedMs).toISOString(),
        key: sign(target, withVersion ? snapshot.versionId : undefined),
      })),
    );
  };

  // https://docs.virtuscloud.app/api-reference/endpoint/apps/snapshots/post
  // https://docs.virtuscloud.app/api-reference/endpoint/databases/snapshots/do_snapshot
  const createSnapshot = (kind: VirtusTarget["kind"]) => (request: EmulatedRequest) => {
    const target = find(request, kind);
    if (!target) return missing(kind);
    const at = now();
    const last = creates.at(-1);
    if (last !== undefined && at < last + state.createIntervalMs) return refusal(429, "KEEP_CALM"); // assumed code
    // assumed: the plan's memory, and a rolling day
    const quota = Math.floor(state.planMemoryMb / 256) * 2;
    if (creates.filter((createdAt) => createdAt > at - dayMs).length >= quota) {
      return refusal(429, "DAILY_SNAPSHOTS_LIMIT_REACHED"); // assumed code
    }
    creates.push(at);
    const snapshot = (request.joins && newest(target)) || state.addSnapshot(target.id);
    const key = sign(target, state.versionIds.create || request.joins ? snapshot.versionId : undefined);
    return success({
      url: `${url()}/virtus-snapshots/${collection(target)}/${accountId}/${snapshot.name}.zip?${key}`,
      key,
    });
  };

  // https://docs.virtuscloud.app/api-reference/endpoint/databases/snapshots/restore
  const restoreSnapshot = (request: EmulatedRequest): Answer => {
    const target = find(request, "database");
    if (!target) return missing("database");
    const { snapshotId, versionId } = (request.json() ?? {}) as { snapshotId?: unknown; versionId?: unknown };
    if (snapshotId !== target.snapshotName) return refusal(400, "INVALID_SNAPSHOT_ID"); // assumed status and code
    if (typeof versionId !== "string") return refusal(400, "INVALID_VERSION_ID"); // assumed status and code
    if (!target.snapshots.present().some((snapshot) => snapshot.versionId === versionId)) {
      return refusal(404, "SNAPSHOT_NOT_FOUND"); // assumed status and code
    }
    restores.push({ databaseId: target.id, versionId, at: now() });
    return { status: 200, body: { status: "success" } };
  };

  // https://docs.virtuscloud.app/api-reference/endpoint/users/me
  const getMe = (): Answer => {
    const all = [...targets.values()];
    return success({
      user: {
        id: accountId,
        name: "emulated",
        email: "emulated@example.org",
        plan: {
          name: "standard",
          memory: { limit: state.planMemoryMb, available: state.planMemoryMb - 512, used: 512 },
          duration: now() + 30 * dayMs,
        },
      },
      applications: all
        .filter(({ kind }) => kind === "app")
        .map(({ id }) => ({
          id,
          name: `app-${id.slice(0, 6)}`,
          desc: "An invented app",
          ram: 256,
          lang: "javascript",
          domain: null,
          custom: null,
          cluster: "emulated-1",
        })),
      // assumed fields: the documents show the array only
      databases: all.filter(({ kind }) => kind === "database").map(({ id }) => ({ id, name: `db-${id.slice(0, 6)}` })),
    });
  };

  // https://docs.virtuscloud.app/api-reference/endpoint/apps/status-all
  const getStatus = (): Answer => {
    if (!statusBucket.take()) return refusal(429);
    const apps = [...targets.values()].filter(({ kind }) => kind === "app");
    return success(apps.map(({ id }) => ({ id, cpu: "0.00%", ram: "55.88MB", running: true })));
  };

  // assumed: refused with a text; the documents say only that keys expire
  const download = (request: EmulatedRequest): Answer => {
    const query = new Map(request.rawQuery.split("&").map((part) => part.split("=", 2) as [string, string]));
    const issued = signatures.get(decode(query.get("Signature") ?? ""));
    const target = issued?.target;
    if (
      !issued ||
      !target ||
      query.get("Expires") !== issued.expires ||
      Number(issued.expires) * 1000 <= now() ||
      query.get("versionId") !== issued.versionId ||
      request.param("collection") !== collection(target) ||
      request.param("account") !== accountId ||
      request.param("file") !== `${target.snapshotName}.zip`
    ) {
      return { status: 403, body: "Access denied" };
    }
    const present = target.snapshots.present().sort((a, b) => a.modifiedMs - b.modifiedMs);
    const snapshot =
      issued.versionId === undefined ? present.at(-1) : present.find(({ versionId }) => versionId === issued.versionId);
    if (!snapshot) return { status: 404, body: "Not found" };
    const label = `virtus ${target.kind} ${target.id} ${snapshot.versionId}`;
    return { status: 200, body: archive(label, snapshot.sizeBytes), contentType: "application/zip" };
  };

  const orFirst = (targetId?: string) => known(targetId !== undefined && targets.has(targetId) ? targetId : seed.appId);
  const target = (request: EmulatedRequest) => request.param("id");
  const base = "/virtus/v2";
  const ofKind = (kind: VirtusTarget["kind"]): Route[] => {
    const path = `${base}/${kind}s/:id/snapshots`;
    return [
      {
        operation: `list-${kind}-snapshots`,
        method: "GET",
        path,
        lists: true,
        target,
        handle: listSnapshots(kind),
      },
      {
        operation: `create-${kind}-snapshot`,
        method: "POST",
        path,
        changes: true,
        takes: true,
        target,
        handle: createSnapshot(kind),
      },
    ];
  };
  const routes: Route[] = [
    ...ofKind("app"),
    ...ofKind("database"),
    {
      operation: "restore-database-snapshot",
      method: "POST",
      path: `${base}/databases/:id/snapshots/restore`,
      changes: true,
      target,
      handle: restoreSnapshot,
    },
    { operation: "get-me", method: "GET", path: `${base}/users/me`, handle: getMe },
    { operation: "get-status", method: "GET", path: `${base}/apps/status`, handle: getStatus },
    {
      operation: "download",
      method: "GET",
      path: "/virtus-snapshots/:collection/:account/:file",
      download: true,
      handle: download,
    },
  ];

  return {
    state,
    routes,
    prefixes: [base],
    admit(request: EmulatedRequest) {
      if (request.operation === "download") return undefined;
      const accepted = !access.revoked && request.header("authorization") === access.credentials["apiKey"];
      return accepted ? undefined : refusal(401);
    },
    targets: () => [...targets.values()].map(({ kind, id }) => ({ kind, id })),
    refusal,
    addForeign: (targetId?: string) => {
      state.addSnapshot(orFirst(targetId).id);
    },
    expireNewest: (targetId?: string) => {
      const target = orFirst(targetId);
      const expired = newest(target);
      if (expired) target.snapshots.remove(expired);
    },
  };
}

/** assumed, except 401 (https://docs.virtuscloud.app/blob-reference/authentication): Square Cloud's codes. */
const codes: Record<number, string> = {
  401: "ACCESS_DENIED",
  402: "UPGRADE_REQUIRED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  429: "RATE_LIMITED",
};

const refusal = (status: number, code = codes[status] ?? "INTERNAL_SERVER_ERROR"): Answer => ({
  status,
  body: { status: "error", code },
});

const success = (response: unknown): Answer => ({ status: 200, body: { status: "success", response } });

const decode = (text: string) => {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
};
