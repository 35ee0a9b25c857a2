import { createHash } from "node:crypto";
import { archive } from "../archive";
import { pageOf } from "../shelf";
import type { Answer, EmulatedRequest, PlatformContext } from "../types";
import { isWithin } from "./forms";
import { directoryOf, type Memory } from "./memory";
import { invalid, storeRefusal } from "./refusals";
import type { SnapshooterBackup, SnapshooterFile, SnapshooterJob } from "./state";

const linkLifetimeSeconds = 3600;

/** Creates the API's answers, in the documented shapes, and the store that their links point to. */
export function createAnswers(
  { now, url }: PlatformContext,
  { state, known, statusOf, startedAt, completedAt }: Memory,
) {
  const links = new Map<string, { fileId: string; label: string; sizeBytes: number; expiresAtMs: number }>();
  /** Creates a presigned address with a new signature; the store it points to refuses a second credential. */
  const presign = (backup: SnapshooterBackup, file: SnapshooterFile) => {
    const signature = createHash("sha256")
      .update(`${file.id} ${links.size + 1}`)
      .digest("hex");
    const label = `snapshooter ${backup.jobId} ${backup.id} ${JSON.stringify(file.name)}`;
    const expiresAtMs = now() + linkLifetimeSeconds * 1000;
    links.set(signature, { fileId: file.id, label, sizeBytes: file.sizeBytes, expiresAtMs });
    const date = new Date(now()).toISOString().replaceAll(/[-:]|\.\d+/g, "");
    const query = [
      "X-Amz-Content-Sha256=UNSIGNED-PAYLOAD",
      "X-Amz-Algorithm=AWS4-HMAC-SHA256",
      `X-Amz-Credential=key%2F${date.slice(0, 8)}%2Feu-west-1%2Fs3%2Faws4_request`,
      `X-Amz-Date=${date}`,
      "X-Amz-SignedHeaders=host",
      `X-Amz-Expires=${linkLifetimeSeconds}`,
      `X-Amz-Signature=${signature}`,
    ];
    return `${url()}/snapshooter-storage/snapshooter-test/${file.id}?${query.join("&")}`;
  };

  const describeFiles = (backup: SnapshooterBackup, files = backup.files) =>
    files.map((file) => ({
      id: file.id,
      name: file.name,
      size: sizeText(file.sizeBytes),
      url: presign(backup, file),
    }));

  const describeBackup = (backup: SnapshooterBackup) => ({
    id: backup.id,
    job_id: backup.jobId,
    status: statusOf(backup),
    tags: backup.tags,
    s3_directory: directoryOf(known(backup.jobId), backup.createdAtMs),
    created_at: instant(backup.createdAtMs),
    started_at: instant(startedAt(backup)),
    completed_at: instant(completedAt(backup)),
    monitoring_available: true,
    encryption_key: backup.encryptionKey,
    // assumed: only a backup that completed has files
    files: statusOf(backup) === "completed" ? describeFiles(backup) : [],
  });

  const describeServer = (id: number) => ({
    id,
    host: `server-${id}.example.org`,
    user: "root",
    port: 22,
    name: `Server ${id}`,
    created_at: "2023-04-25T14:16:59.000000Z",
    last_used: "2023-07-06T21:02:49.000000Z",
    status: "success",
  });

  // https://snapshooter.com/api/jobs; the page's copies end within `config`, so what follows it is assumed.
  const describeJob = (job: SnapshooterJob) => ({
    id: job.id,
    name: job.name,
    recipe: job.recipe,
    compute_type: job.computeType,
    compute: {
      type: job.computeType,
      server_id: job.serverId,
      server: {
        ...describeServer(job.serverId),
        key: {
          id: 12,
          public_key: "ssh-ed25519 AAAAemulated",
          name: "Emulated",
          created_at: "2023-04-25T14:16:59.000000Z",
          last_used: "2023-07-06T21:02:49.000000Z",
        },
      },
    },
    config: Object.fromEntries(
      Object.entries(job.config).map(([field, value]) => [
        field,
        { value, label: labelOf(field), type: fieldTypes[field] ?? (typeof value === "number" ? "number" : "text") },
      ]),
    ),
    storage: job.storage,
    schedules: job.schedules,
    encryption_key_id: job.encryptionKeyId,
  });

  /** One page of a list. The names in `links` and `meta` are assumed to be Laravel's. */
  const paginate = (list: "jobs" | "backups", request: EmulatedRequest, items: readonly object[]): Answer => {
    if (state.paging === "whole") return { status: 200, body: { data: items, links: {}, meta: {} } };
    const page = integer(request.query.get("page") ?? "1", 1, Number.MAX_SAFE_INTEGER); // assumed name
    const asked = integer(request.query.get("page_size") ?? "15", 15, 100); // assumed default
    if (page === undefined) return invalid({ page: ["The page must be an integer of at least 1."] });
    if (asked === undefined) return invalid({ page_size: ["The page size must be between 15 and 100."] });
    const { listing } = request;
    const size = Math.min(asked, state.pageCap, listing.pageSize);
    const { shown, total } = pageOf(items, { page: page - 1, size, listing });
    const last = Math.max(1, Math.ceil(total / size));
    const path = request.url.split("?", 1)[0] as string;
    const at = (number: number) => {
      const query = new URLSearchParams(request.rawQuery);
      query.set("page", String(number));
      return `${path}?${query}`;
    };
    const next = page < last ? at(page + 1) : null;
    const toNext = next !== null && state.nextOrigin ? next.replace(new URL(next).origin, state.nextOrigin) : next;
    const linked = !listing.isBare && (state.paging === "both" || state.paging === "links");
    const counted = !listing.isBare && (state.paging === "both" || state.paging === "meta");
    state.afterPage?.(list, page);
    return {
      status: 200,
      body: {
        data: shown,
        links: linked ? { first: at(1), last: at(last), prev: page > 1 ? at(page - 1) : null, next: toNext } : {},
        meta: counted
          ? {
              current_page: page,
              from: shown.length === 0 ? null : (page - 1) * size + 1,
              last_page: last,
              path,
              per_page: size,
              to: shown.length === 0 ? null : (page - 1) * size + shown.length,
              total: total + state.totalSurplus,
            }
          : {},
      },
    };
  };

  /** Object store that presigned links point to; its errors have S3's form. */
  const download = (request: EmulatedRequest): Answer => {
    // https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    if (request.header("authorization") !== undefined) {
      return storeRefusal(400, "InvalidArgument", "Only one auth mechanism allowed");
    }
    const link = links.get(request.query.get("X-Amz-Signature") ?? "");
    if (!link || link.fileId !== request.param("file")) {
      return storeRefusal(403, "SignatureDoesNotMatch", "The request signature we calculated does not match");
    }
    if (link.expiresAtMs <= now()) return storeRefusal(403, "AccessDenied", "Request has expired");
    return { status: 200, body: archive(link.label, link.sizeBytes) };
  };

  return { describeFiles, describeBackup, describeServer, describeJob, presign, paginate, download };
}

/** Answers that the handlers return. */
export type Answers = ReturnType<typeof createAnswers>;

const fieldTypes: Readonly<Record<string, string>> = {
  root_path: "textarea",
  exclude: "textarea",
  compression_level: "number",
};

const labelOf = (field: string) => field.charAt(0).toUpperCase() + field.slice(1).replaceAll("_", " ");

/** UTC time to the microsecond; null for a time not yet reached. */
export const instant = (atMs: number | undefined) =>
  atMs === undefined ? null : new Date(atMs).toISOString().replace("Z", "000Z");

const sizeText = (bytes: number) => (bytes < 1024 ? `${bytes} bytes` : `${(bytes / 1024).toFixed(2)} KB`);

const integer = (text: string, least: number, most: number) =>
  /^\d+$/.test(text) && isWithin(Number(text), least, most) ? Number(text) : undefined;
