import type { Answer, EmulatedRequest, PlatformContext, PlatformDefinition, Route } from "../types";
import { type Complaint, digest, type ScpCommon, type ScpService } from "./answers";
import { createBackup, type ScpBackupState } from "./backup";
import { createFileStorage, type ScpFileStorageState } from "./filestorage";
import { checkSignature } from "./signature";
import { createVirtualServer, type ScpVirtualServerState } from "./virtualserver";

const seed = {
  region: "kr-west1",
  /** A detached volume. */
  volumeId: "3f500f00-ed80-4566-a057-e31760226f9a",
  /** The snapshot that `volumeId` has. */
  snapshotId: "cceed636-1f1e-4bb0-b85c-4e5b9e0bf790",
  /** A volume that is attached to `serverId` and has no snapshot yet. */
  attachedVolumeId: "760fee21-42b7-4717-adb7-511b31f8af74",
  /** A File Storage volume without a snapshot or a schedule. */
  fileVolumeId: "bfdbabf2-04d9-4e8b-a205-020f8e6da438",
  /** A server without a backup. */
  serverId: "89f5ef44-1021-4a5c-8e06-fbb289eac366",
};

/**
 * In-memory APIs of Samsung Cloud Platform, written from its published documents only:
 * https://docs.e.samsungsdscloud.com/en/apireference/ and the OpenAPI definitions in
 * https://github.com/SamsungSDSCloud/terraform-sdk-samsungcloudplatformv2. What they leave open is marked `assumed`.
 */
export const scpEmulator = {
  credentials: { accessKey: "EMULATED2718281828459045", secretKey: "emulated-secret-1414213562373095" },
  seed,
  environment: (url, credentials) => ({
    SCP_ACCESS_KEY: credentials["accessKey"] ?? "",
    SCP_SECRET_KEY: credentials["secretKey"] ?? "",
    SCP_REGION: seed.region,
    SCP_VIRTUALSERVER_URL: `${url}/scp/virtualserver/v1`,
    SCP_BACKUP_URL: `${url}/scp/backup/v1`,
    SCP_FILESTORAGE_URL: `${url}/scp/filestorage/v1`,
  }),
  start: startScp,
} satisfies PlatformDefinition<ScpState, unknown>;

/** One version of a service's API. */
export interface ScpVersion {
  readonly id: string;
  /** One version of a service is `CURRENT`: it answers requests that name no version. */
  readonly status: "CURRENT" | "SUPPORTED" | "DEPRECATED";
  readonly notBefore: string | null;
}

/** State of the emulated Samsung Cloud Platform that tests read and change. */
export interface ScpState {
  readonly virtualserver: ScpVirtualServerState;
  readonly backup: ScpBackupState;
  readonly filestorage: ScpFileStorageState;
  /** The versions that each service answers. */
  readonly versions: Record<ScpService, ScpVersion[]>;
  /** `true`: a request without `Scp-Api-Version` is refused (assumed: 406). Default `false`: the current one. */
  versionRequired: boolean;
  /** The form of `detail` in errors. Default `string`. */
  detail: "string" | "array" | "objects";
  /** Largest difference between a request's timestamp and the platform's clock; undocumented. Default Infinity. */
  maxSkewMs: number;
  /** Timestamps of the correctly signed requests, in order. */
  readonly timestamps: readonly number[];
}

const services = ["virtualserver", "backup", "filestorage"] as const;

const codes: Record<number, readonly [code: string, title: string, detail: string]> = {
  400: ["ValidationError", "Bad Request", "Field required"],
  401: ["Unauthorized", "Unauthorized", "HMAC validation failed."],
  403: ["Forbidden", "Forbidden", "Action definition is not found"],
  404: ["NotFound", "Not Found", "The resource could not be found."],
  406: ["NotAcceptable", "Not Acceptable", "The API version is not supported."],
  409: ["Conflict", "Conflict", "The resource is in use."],
  429: ["TooManyRequests", "Too Many Requests", "Too many requests."],
  500: ["ContactAdminForAssistance", "Internal Server Error", "Contact the administrator for assistance."],
}; // assumed, except ValidationError, ContactAdminForAssistance and the details of 401 and 403

const gatewayErrors: Record<number, string> = {
  404: "Not Found",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

function startScp({ access, now, storageNow, isEmpty, url }: PlatformContext) {
  const timestamps: number[] = [];
  let ids = 0;
  const nextId = () => {
    ids += 1;
    return digest(`scp ${ids}`);
  };

  // Counted separately: a refusal changes nothing, so the ids of what is created must not depend on it.
  let refusals = 0;
  const refusalId = () => {
    refusals += 1;
    return digest(`scp refusal ${refusals}`);
  };

  const supported = (version: string, notBefore: string | null = null): ScpVersion => ({
    id: version,
    status: "SUPPORTED",
    notBefore,
  });
  const deprecated = (version: string, notBefore: string): ScpVersion => ({
    id: version,
    status: "DEPRECATED",
    notBefore,
  });
  const current = (version: string): ScpVersion => ({ id: version, status: "CURRENT", notBefore: null });
  const versions: ScpState["versions"] = {
    virtualserver: [
      deprecated("1.0", "2025-12-31"),
      deprecated("1.1", "2026-05-31"),
      supported("1.2", "2026-08-31"),
      supported("1.3"),
      supported("1.4"),
      current("1.5"),
    ],
    backup: [
      deprecated("1.0", "2026-03-31"),
      supported("1.1", "2026-05-31"),
      supported("1.2"),
      supported("1.3"),
      current("1.4"),
    ],
    filestorage: [deprecated("1.0", "2025-12-31"), supported("1.1"), current("1.2")],
  };

  /** A service's error. Its `links`, `related_resources` and `response` are documented by name only. */
  const refuse = (status: number, detail?: string | readonly Complaint[]): Answer => {
    const [code, title, ownDetail] = codes[status] ?? ["Error", "Error", "The request failed."];
    const complaints: readonly Complaint[] =
      typeof detail === "object" ? detail : [{ loc: ["request"], msg: detail ?? ownDetail }];
    const texts = complaints.map(({ msg }) => msg);
    const forms = {
      string: texts.join("; "),
      array: texts,
      objects: complaints.map(({ loc, msg }) => ({ loc, msg, type_: "value_error", ctx: null })),
    };
    const requestId = `req-${refusalId()}`;
    return {
      status,
      body: {
        errors: [
          {
            code,
            title,
            status,
            detail: forms[state.detail],
            request_id: requestId,
            global_request_id: requestId,
            links: [],
            related_resources: [],
            response: null,
          },
        ],
      },
    };
  };
  /** Error of the gateway in front of the services, which has its own form. */
  const gateway = (status: number, path: string): Answer => ({
    status,
    body: {
      timestamp: new Date(now()).toISOString().replace("Z", "+00:00"),
      path,
      status,
      error: gatewayErrors[status] ?? "Error",
      requestId: refusalId().slice(0, 8),
    },
  });
  const refusal = (status: number): Answer => (status > 500 ? gateway(status, "/v1") : refuse(status));

  const serviceOf = (request: EmulatedRequest) => {
    const { pathname } = new URL(request.url);
    return services.find((service) => pathname.split("/")[2] === service);
  };
  const versionOf = (request: EmulatedRequest): ScpVersion | undefined => {
    const service = serviceOf(request);
    const known = service ? versions[service] : [];
    const asked = request.header("scp-api-version");
    if (asked === undefined)
      return state.versionRequired ? undefined : known.find(({ status }) => status === "CURRENT");
    return known.find(({ id }) => asked === `${service} ${id}`);
  };

  const common: ScpCommon = {
    now,
    storageNow,
    refuse,
    minor: (request) => Number(versionOf(request)?.id.split(".")[1] ?? 0),
    nextId,
  };
  const backup = createBackup(common, "/scp/backup/v1", seed.region);
  const virtualserver = createVirtualServer(common, "/scp/virtualserver/v1", backup.state.servers);
  const filestorage = createFileStorage(common, "/scp/filestorage/v1");

  const state: ScpState = {
    virtualserver: virtualserver.state,
    backup: backup.state,
    filestorage: filestorage.state,
    versions,
    versionRequired: false,
    detail: "string",
    maxSkewMs: Number.POSITIVE_INFINITY,
    timestamps,
  };

  // Unsigned: https://docs.e.samsungsdscloud.com/en/apireference/api-common/
  const listVersions = (request: EmulatedRequest): Answer => {
    const service = serviceOf(request) as ScpService;
    return {
      status: 200,
      body: {
        versions: versions[service].map(({ id, status, notBefore }) => ({
          id: `v${id}`,
          links: [{ href: `${url()}/scp/${service}/v1`, rel: "self" }],
          not_before: notBefore,
          status,
        })),
      },
    };
  };

  if (!isEmpty) {
    const volume = virtualserver.state.addVolume({ id: seed.volumeId, name: "data" });
    virtualserver.state.addVolume({ id: seed.attachedVolumeId, name: "root", sizeGib: 8, serverId: seed.serverId });
    filestorage.state.addVolume({ id: seed.fileVolumeId, name: "my_volume" });
    backup.state.addServer({ id: seed.serverId, name: "server-001" });
    const takenAtMs = Date.parse("2025-07-22T09:00:00Z");
    volume.snapshots.seed({
      id: seed.snapshotId,
      volumeId: volume.id,
      name: "snapshot-1",
      description: "description",
      metadata: "Metadata", // a text, as in the documented example
      sizeGib: volume.sizeGib,
      createdAtMs: takenAtMs,
      takenAtMs,
      updatedAtMs: Date.parse("2025-07-26T12:00:00Z"),
      readyAtMs: Number.NEGATIVE_INFINITY,
      outcome: "available",
      word: undefined,
      deletedAtMs: undefined,
    });
  }

  /** Target of the hooks below: a file volume, a policy, or a volume (default: the first one). */
  const meant = (target?: string) => {
    if (target !== undefined && filestorage.state.volumes.has(target)) return { kind: "file", id: target } as const;
    const policy = backup.state.policies().find(({ id }) => id === target);
    if (policy) return { kind: "policy", id: policy.id } as const;
    const known = target !== undefined && virtualserver.state.volumes.has(target);
    return { kind: "volume", id: known ? target : seed.volumeId } as const;
  };

  const base: Route[] = services.map((service) => ({
    operation: `list-${service}-versions`,
    method: "GET",
    path: `/scp/${service}`,
    handle: listVersions,
  }));
  return {
    state,
    routes: [...base, ...virtualserver.routes, ...backup.routes, ...filestorage.routes],
    prefixes: services.map((service) => `/scp/${service}`),
    admit(request: EmulatedRequest) {
      if (request.operation.endsWith("-versions")) return undefined;
      const { pathname } = new URL(request.url);
      const signature = checkSignature(request, access.credentials);
      if (signature === "missing") return gateway(404, pathname);
      const timestamp = Number(request.header("scp-timestamp"));
      const skewed = Math.abs(timestamp - now()) > state.maxSkewMs;
      // An empty path segment, such as an empty id, is answered as a wrong signature.
      const empty = (request.url.split("?", 1)[0] as string).slice("http://".length).includes("//");
      if (access.revoked || signature === "wrong" || skewed || empty) return refuse(401);
      timestamps.push(timestamp);
      if (request.operation === "unknown") return gateway(404, pathname); // assumed
      return versionOf(request) ? undefined : refuse(406);
    },
    targets: () => [
      ...[...virtualserver.state.volumes.keys()].map((id) => ({ kind: "volume", id })),
      ...[...filestorage.state.volumes.keys()].map((id) => ({ kind: "file-volume", id })),
      ...[...backup.state.servers.keys()].map((id) => ({ kind: "server", id })),
    ],
    refusal,
    addForeign: (target?: string) => {
      const { kind, id } = meant(target);
      if (kind === "file") filestorage.state.addSnapshot(id);
      else if (kind === "policy") backup.state.addHistory(id);
      else virtualserver.state.addSnapshot(id);
    },
    expireNewest: (target?: string) => {
      const { kind, id } = meant(target);
      const newest = <Item extends { createdAtMs: number }>(items: Item[]) =>
        items.sort((a, b) => a.createdAtMs - b.createdAtMs).at(-1);
      if (kind === "volume") {
        const { snapshotsOf, statusOf, removeSnapshot } = virtualserver.state;
        const item = newest(snapshotsOf(id).filter((snapshot) => statusOf(snapshot.id) === "available"));
        if (item) removeSnapshot(item.id);
      } else if (kind === "file") {
        const { snapshotsOf, removeSnapshot } = filestorage.state;
        const item = newest(snapshotsOf(id).filter((snapshot) => snapshot.deletedAtMs === undefined));
        if (item) removeSnapshot(item.id);
      }
    },
  };
}
