import { archive } from "../archive";
import { arrange, pageOf } from "../shelf";
import type { Answer, EmulatedRequest, PlatformContext, PlatformDefinition, Route } from "../types";
import { assume, describeApp, ok, planMessage, refusal, sizeText } from "./answers";
import { byVersion, createMemory, seed } from "./memory";
import type { DiscloudApp, DiscloudSnapshot, DiscloudState } from "./state";

export type { AssumedField, DiscloudApp, DiscloudAssumptions, DiscloudSnapshot, DiscloudState } from "./state";

/**
 * In-memory Discloud API, written from its published documents only:
 * https://docs.discloud.com/en/api-and-integrations/api-overview/snapshot and
 * https://github.com/discloud/apidoc. What they leave open is marked `assumed`.
 */
export const discloudEmulator = {
  // A token is a JWT with the claims `id` and `key`; this one holds invented values and no signature.
  credentials: { token: "eyJhbGciOiJub25lIn0.eyJpZCI6IjI3MTgyODE4Mjg0NTkwNDUyMyIsImtleSI6ImVtdWxhdGVkIn0.emulated" },
  seed,
  environment: (url, credentials) => ({
    DISCLOUD_TOKEN: credentials["token"] ?? "",
    DISCLOUD_API_URL: `${url}/discloud/v2`,
  }),
  start: startDiscloud,
} satisfies PlatformDefinition<DiscloudState, unknown>;

const appIdPattern = /^[a-zA-Z0-9-]{1,40}$/;
const versionPattern = /^\d{8}-\d{6}$/;
const linkLifetimeMs = 3_600_000; // assumed

function startDiscloud(context: PlatformContext) {
  const { access, now, url } = context;
  const { state, apps, busy, bucket, known, zoned, newest } = createMemory(context);
  const links = new Map<string, { appId: string; version: string; expiresAtMs: number }>();
  /** assumed: a text without a zone; the documents say only that it is a string. */
  const dateOf = (snapshot: DiscloudSnapshot) => zoned(snapshot.createdAtMs).slice(0, 19).replace("T", " ");

  const newestFirst = (app: DiscloudApp, request: EmulatedRequest) =>
    app.snapshots.listed(request.listing).sort(byVersion).reverse();

  const mintLink = (appId: string, version: string) => {
    const id = `${appId}-${version}-${links.size + 1}`;
    const expiresAtMs = now() + linkLifetimeMs;
    links.set(id, { appId, version, expiresAtMs });
    return { url: `${url()}/discloud-downloads/${id}.zip`, expiresAt: new Date(expiresAtMs).toISOString() };
  };

  const versionsItem = (snapshot: DiscloudSnapshot) =>
    assume([
      ["version", snapshot.version, state.assumed.versionsItemVersion], // assumed, as in allVersions
      ["size", sizeText(snapshot.sizeBytes), state.assumed.versionsItemSize], // assumed, as in allVersions
      ["date", dateOf(snapshot), state.assumed.versionsItemDate], // assumed, as in allVersions
    ]);

  const accountItem = (appId: string, snapshot: DiscloudSnapshot, summary: boolean) =>
    assume([
      ["appID", appId, state.assumed.accountItemAppId], // assumed, as the query names it
      ["version", snapshot.version, state.assumed.accountItemVersion], // assumed
      ...(summary // assumed: a summary leaves these out
        ? []
        : ([
            ["size", sizeText(snapshot.sizeBytes), state.assumed.accountItemSize], // assumed
            ["date", dateOf(snapshot), state.assumed.accountItemDate], // assumed
          ] as const)),
    ]);

  const refusePlan = () =>
    state.planRefused ? { status: 404, body: { status: "error", message: planMessage } } : undefined;

  const refuseAppId = (request: EmulatedRequest) =>
    appIdPattern.test(request.param("appId")) ? undefined : refusal(400, "Invalid App ID format");

  // https://docs.discloud.com/en/api-and-integrations/api-overview/snapshot#get-snapshot
  const listSnapshots = (request: EmulatedRequest): Answer => {
    const page = integer(request.query.get("page") ?? "1", 1, Number.MAX_SAFE_INTEGER);
    const limit = integer(request.query.get("limit") ?? "50", 1, 200);
    const appId = request.query.get("appID");
    const summary = request.query.get("summary") ?? "false";
    if (page === undefined || limit === undefined || !["true", "false"].includes(summary)) {
      return refusal(400, "Invalid parameter");
    }
    if (appId !== null && !appIdPattern.test(appId)) return refusal(400, "Invalid parameter");
    const plan = refusePlan();
    if (plan) return plan;
    const all = [...apps.values()]
      .filter((app) => app.owned && (appId === null || app.id === appId))
      .flatMap((app) => app.snapshots.listed(request.listing).map((snapshot) => ({ app, snapshot })))
      .sort((a, b) => byVersion(b.snapshot, a.snapshot)); // assumed: newest first
    const { shown } = pageOf(all, { page: page - 1, size: limit, listing: request.listing });
    const items = arrange(shown, request.listing);
    // assumed: a page past the end is empty, and empty is 404
    if (items.length === 0) return refusal(404, "No backups found for the given appID");
    const list = items.map(({ app, snapshot }) => accountItem(app.id, snapshot, summary === "true"));
    return ok("Backups retrieved successfully", assume([["snapshots", list, state.assumed.accountList]])); // assumed
  };

  // https://docs.discloud.com/en/api-and-integrations/api-overview/snapshot#get-snapshot-appid
  const listAppSnapshots = (request: EmulatedRequest): Answer => {
    const refused = refuseAppId(request) ?? refusePlan();
    if (refused) return refused;
    const app = apps.get(request.param("appId"));
    const snapshots = app?.owned ? arrange(newestFirst(app, request), request.listing) : []; // assumed: newest first
    if (!app || snapshots.length === 0) return refusal(404, "No backups found for this app");
    return ok("Backups loaded successfully", {
      app: { id: app.id },
      ...assume([["versions", snapshots.map(versionsItem), state.assumed.versions]]),
    });
  };

  // https://docs.discloud.com/en/api-and-integrations/api-overview/snapshot#post-snapshot-appid
  const createSnapshot = (request: EmulatedRequest): Answer => {
    const refused = refuseAppId(request) ?? refusePlan();
    if (refused) return refused;
    const app = apps.get(request.param("appId"));
    if (!app) return refusal(404, "App not found");
    if (!app.owned) return refusal(403, "Not the owner of this application");
    const occupied = busy.get(app.id);
    if (occupied) {
      if (typeof occupied === "number") busy.set(app.id, occupied - 1);
      return refusal(409, "Application is busy processing another task");
    }
    const snapshot = (request.joins && newest(app)) || state.addSnapshot(app.id);
    return ok("Versioned backup created successfully", {
      app: { id: app.id },
      snapshot: {
        version: snapshot.version,
        size: sizeText(snapshot.sizeBytes),
        url: mintLink(app.id, snapshot.version).url,
        allVersions: app.snapshots
          .present()
          .sort(byVersion)
          .reverse()
          .map((item) => ({ version: item.version, size: sizeText(item.sizeBytes), date: dateOf(item) })),
      },
    });
  };

  // https://docs.discloud.com/en/api-and-integrations/api-overview/snapshot#get-snapshot-appid-versions-version
  const getDownloadLink = (request: EmulatedRequest): Answer => {
    const version = request.param("version");
    const refused = refuseAppId(request) ?? refusePlan();
    if (refused) return refused;
    if (!versionPattern.test(version)) return refusal(400, "Invalid parameter");
    const app = apps.get(request.param("appId"));
    const snapshot = app?.owned ? app.snapshots.present().find((item) => item.version === version) : undefined;
    if (!app || !snapshot) return refusal(404, "Backup version not found");
    return ok("Download link generated successfully", {
      app: { id: app.id },
      download: { ...mintLink(app.id, version), version, size: snapshot.sizeBytes },
    });
  };

  // assumed: the documents give neither the address of a link nor the answer to an expired one
  const download = (request: EmulatedRequest): Answer => {
    const link = links.get(request.param("file").replace(/\.zip$/, ""));
    const snapshot = apps
      .get(link?.appId ?? "")
      ?.snapshots.present()
      .find((item) => item.version === link?.version);
    if (!link || !snapshot || link.expiresAtMs <= now()) return { status: 404, body: "Not Found" };
    const label = `discloud ${link.appId} ${link.version}`;
    return { status: 200, body: archive(label, snapshot.sizeBytes), contentType: "application/zip" };
  };

  // https://docs.discloud.com/en/api-and-integrations/api-overview/applications-endpoints
  const getApp = (request: EmulatedRequest): Answer => {
    const message = "The information of your application has been loaded.";
    if (request.param("appId") === "all") {
      return ok(message, { apps: [...apps.values()].filter(({ owned }) => owned).map(describeApp) });
    }
    const app = apps.get(request.param("appId"));
    return app?.owned ? ok(message, { apps: describeApp(app) }) : refusal(404, "App not found");
  };

  // https://docs.discloud.com/en/api-and-integrations/api-overview/user-endpoints
  const getUser = (): Answer =>
    ok("User data were successfully charged", {
      user: {
        userID: "271828182845904523",
        totalRamMb: 16384,
        ramUsedMb: 3386,
        subdomains: ["emulated"],
        customdomains: ["emulated.example.org"],
        apps: [...apps.values()].filter(({ owned }) => owned).map(({ id }) => id),
        plan: "Safira",
        locale: "pt-BR",
        lastDataLeft: { days: 264, hours: 12, minutes: 6, seconds: 56 },
        planDataEnd: new Date(now() + 264 * 86_400_000).toISOString(),
      },
    });

  const firstApp = (target?: string) => known(target !== undefined && apps.has(target) ? target : seed.appId);
  const target = (request: EmulatedRequest) => request.param("appId");
  const base = "/discloud/v2";
  const routes: Route[] = [
    {
      operation: "list-snapshots",
      method: "GET",
      path: `${base}/snapshot`,
      lists: true,
      isLaterPage: (request) => Number(request.query.get("page") ?? 1) > 1,
      target: (request) => request.query.get("appID") ?? undefined,
      handle: listSnapshots,
    },
    {
      operation: "list-app-snapshots",
      method: "GET",
      path: `${base}/snapshot/:appId`,
      lists: true,
      target,
      handle: listAppSnapshots,
    },
    {
      operation: "create-snapshot",
      method: "POST",
      path: `${base}/snapshot/:appId`,
      changes: true,
      takes: true,
      target,
      handle: createSnapshot,
    },
    {
      operation: "get-download-link",
      method: "GET",
      path: `${base}/snapshot/:appId/versions/:version`,
      target,
      handle: getDownloadLink,
    },
    { operation: "get-app", method: "GET", path: `${base}/app/:appId`, target, handle: getApp },
    { operation: "get-user", method: "GET", path: `${base}/user`, handle: getUser },
    { operation: "download", method: "GET", path: "/discloud-downloads/:file", download: true, handle: download },
  ];

  return {
    state,
    routes,
    prefixes: [base],
    admit(request: EmulatedRequest) {
      if (request.operation === "download") return undefined;
      if (!bucket.take()) return refusal(429, "Too many requests"); // assumed body
      const token = request.header("api-token");
      if (token === undefined) return { status: 401, body: { message: "Block" } };
      if (access.revoked || token !== access.credentials["token"]) return refusal(401);
      return undefined;
    },
    headers: () => ({
      "ratelimit-limit": String(bucket.limit),
      "ratelimit-remaining": String(bucket.remaining()),
      "ratelimit-reset": String(bucket.resetSeconds()),
    }),
    targets: () => [...apps.values()].filter(({ owned }) => owned).map(({ id }) => ({ kind: "app", id })),
    refusal,
    addForeign: (appId?: string) => {
      state.addSnapshot(firstApp(appId).id);
    },
    expireNewest: (appId?: string) => {
      const app = firstApp(appId);
      const expired = newest(app);
      if (expired) app.snapshots.remove(expired);
    },
  };
}

function integer(text: string, minimum: number, maximum: number): number | undefined {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= minimum && value <= maximum ? value : undefined;
}
