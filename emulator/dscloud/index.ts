import { createHash } from "node:crypto";
import { archive } from "../archive";
import { arrange, createShelf, type Shelf } from "../shelf";
import type { Answer, EmulatedRequest, PlatformContext, PlatformDefinition, Route } from "../types";

const seed = {
  /** Account id, which only download links need; too large for an exact JavaScript number. */
  accountId: "482915037716283907",
  appId: "6e1d5a0c2f8b4793ae50d1c4b7f29e83",
  /** The newest backup that succeeded: neither the list's first nor its last entry. */
  latestName: "Backup at 2025-06-14 09:48:16",
  /** The newest backup, which failed. */
  failedName: "Backup at 2025-06-15 09:30:05",
};

/**
 * In-memory DS Cloud API, written from its published document only:
 * https://dscloud.mintlify.app/api-reference/endpoint/apps/backups/get. It documents one operation, the list;
 * what it leaves open is marked `assumed`.
 */
export const dscloudEmulator = {
  credentials: { apiKey: "ds_emulated_1618033988749894" },
  seed,
  environment: (url, credentials) => ({
    DSCLOUD_API_KEY: credentials["apiKey"] ?? "",
    DSCLOUD_API_URL: `${url}/dscloud/v3`,
    DSCLOUD_BACKUPS_URL: `${url}/dscloud-backups`,
    DSCLOUD_ACCOUNT_ID: seed.accountId,
  }),
  start: startDscloud,
} satisfies PlatformDefinition<DscloudState, unknown>;

/** One backup on DS Cloud, as its list shows it. */
export interface DscloudBackup {
  /** `Backup at YYYY-MM-DD HH:MM:SS`, in an unnamed zone. */
  readonly name: string;
  readonly size: number;
  /** ISO 8601 with an offset. */
  readonly modified: string;
  /** 40 hex digits; backups of the same content share one. */
  readonly key: string;
  /** ISO 8601 with an offset; may be later than `modified`. */
  readonly created_at: string;
  readonly is_successful: boolean;
}

/** State of the emulated DS Cloud that tests read and change. */
export interface DscloudState {
  readonly accountId: string;
  /** Backups by app id. */
  readonly apps: ReadonlyMap<string, Shelf<DscloudBackup>>;
  /** `true`: every list is refused, as on a plan below Silver. */
  planRefused: boolean;
  addApp(id: string): void;
  removeApp(id: string): void;
  /** Adds a backup by the platform. Default: taken now, successful, named in the zone `offsetMinutes` (default 60). */
  addBackup(
    appId: string,
    backup?: { createdAtMs?: number; offsetMinutes?: number; successful?: boolean; size?: number; key?: string },
  ): DscloudBackup;
  removeBackup(appId: string, name: string): void;
}

/** As in the document: mixed offsets, one key and size twice, one `created_at` after its `modified`, oldest first. */
const seeded: readonly DscloudBackup[] = [
  {
    name: "Backup at 2024-12-07 22:07:11",
    size: 118_653,
    modified: "2024-12-07T22:07:20+01:00",
    key: "85592d2b15ff867407964790224dcbb3a95ce82b",
    created_at: "2024-12-07T22:07:11+01:00",
    is_successful: true,
  },
  {
    name: "Backup at 2025-03-30 01:28:26",
    size: 64_786,
    modified: "2025-03-30T01:28:26+00:00",
    key: "803d975bd5726c1f5771221fc59ec0f97e45fa12",
    created_at: "2025-03-30T01:28:48+00:00",
    is_successful: true,
  },
  {
    name: "Backup at 2025-06-14 09:48:16",
    size: 118_653,
    modified: "2025-06-14T09:48:25+02:00",
    key: "85592d2b15ff867407964790224dcbb3a95ce82b",
    created_at: "2025-06-14T09:48:16+02:00",
    is_successful: true,
  },
  {
    name: "Backup at 2025-06-15 09:30:05",
    size: 0,
    modified: "2025-06-15T09:30:06+01:00",
    key: "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    created_at: "2025-06-15T09:30:05+01:00",
    is_successful: false,
  },
];

function startDscloud({ access, now, storageNow, isEmpty }: PlatformContext) {
  const apps = new Map<string, Shelf<DscloudBackup>>();
  const accountId = seed.accountId;

  const state: DscloudState = {
    accountId,
    apps,
    planRefused: false,
    addApp(id) {
      apps.set(id, createShelf(now));
    },
    removeApp(id) {
      apps.delete(id);
    },
    addBackup(appId, { createdAtMs = storageNow(), offsetMinutes = 60, successful = true, size = 118_653, key } = {}) {
      const shelf = known(appId);
      const taken = new Set(shelf.ever().map((backup) => backup.name));
      const nameAt = (atMs: number) => `Backup at ${local(atMs, offsetMinutes).replace("T", " ")}`;
      let atMs = createdAtMs;
      while (taken.has(nameAt(atMs))) atMs += 1000;
      const backup: DscloudBackup = {
        name: nameAt(atMs),
        size,
        modified: `${local(atMs + 9000, offsetMinutes)}${offsetText(offsetMinutes)}`,
        key: key ?? createHash("sha1").update(`${appId} ${atMs}`).digest("hex"),
        created_at: `${local(atMs, offsetMinutes)}${offsetText(offsetMinutes)}`,
        is_successful: successful,
      };
      shelf.add(backup);
      return backup;
    },
    removeBackup(appId, name) {
      const shelf = known(appId);
      const backup = shelf.present().find((candidate) => candidate.name === name);
      if (backup) shelf.remove(backup);
    },
  };

  const known = (appId: string) => {
    const shelf = apps.get(appId);
    if (!shelf) throw new Error(`the emulated DS Cloud has no app ${appId}`);
    return shelf;
  };

  // https://dscloud.mintlify.app/api-reference/endpoint/apps/backups/get
  const listBackups = (request: EmulatedRequest): Answer => {
    if (state.planRefused) return refusal(403); // assumed status
    const shelf = apps.get(request.param("appId"));
    if (!shelf) return refusal(404); // assumed status
    return {
      status: 200,
      body: { status: "success", response: arrange(shelf.listed(request.listing), request.listing) },
    };
  };

  // The documented template `{accountID}\_{name}.zip?{key}`; its backslash only escapes the underscore.
  const download = (request: EmulatedRequest): Answer => {
    for (const [appId, shelf] of apps) {
      for (const backup of shelf.present()) {
        if (request.param("file") !== `${accountId}_${backup.name}.zip` || request.rawQuery !== backup.key) continue;
        const label = `dscloud ${appId} ${backup.name}`;
        return { status: 200, body: archive(label, backup.size), contentType: "application/zip" };
      }
    }
    return { status: 404, body: "Not found" }; // assumed
  };

  if (!isEmpty) {
    state.addApp(seed.appId);
    for (const backup of seeded) known(seed.appId).seed(backup);
  }

  const orFirst = (appId?: string) => (appId !== undefined && apps.has(appId) ? appId : seed.appId);
  const base = "/dscloud/v3";
  const routes: Route[] = [
    {
      operation: "list-backups",
      method: "GET",
      path: `${base}/apps/:appId/backups`,
      lists: true,
      target: (request) => request.param("appId"),
      handle: listBackups,
    },
    { operation: "download", method: "GET", path: "/dscloud-backups/:file", download: true, handle: download },
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
    targets: () => [...apps.keys()].map((id) => ({ kind: "app", id })),
    refusal,
    addForeign: (appId?: string) => {
      state.addBackup(orFirst(appId));
    },
    expireNewest: (appId?: string) => {
      const shelf = known(orFirst(appId));
      const newest = shelf
        .present()
        .filter((backup) => backup.is_successful)
        .sort((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at))
        .at(-1);
      if (newest) shelf.remove(newest);
    },
  };
}

/** The document only says that an error's `status` is `error`; it is assumed to have no other member. */
const refusal = (status: number): Answer => ({ status, body: { status: "error" } });

const local = (atMs: number, offsetMinutes: number) =>
  new Date(atMs + offsetMinutes * 60_000).toISOString().slice(0, 19);

function offsetText(offsetMinutes: number): string {
  const minutes = Math.abs(offsetMinutes);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${offsetMinutes < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
