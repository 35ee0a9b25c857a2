import { createHash } from "node:crypto";
import { archive } from "../archive";
import { createBucket } from "../limits";
import { arrange, createShelf, pageOf, type Shelf } from "../shelf";
import type { Answer, EmulatedRequest, PlatformContext, PlatformDefinition, Route } from "../types";

const seed = {
  jobId: "6f7c5f07-bd49-49a5-8416-27b8de037ddc",
  /** The backup of `jobId` that is completed. */
  backupId: "596c5046-1bd8-4664-9a3f-6208526c3b87",
  /** The older backup of `jobId`, which expired and is still listed. */
  expiredBackupId: "70bf81d5-bf19-4a09-b0e0-c10b140d712e",
  /** A job that has no backup yet. */
  emptyJobId: "0b6f2a52-3f7e-4c58-9c1d-5a86c3f1e7d4",
  /** The file of `backupId`. */
  fileId: "045c31f2-234c-4c12-ae69-b6188b37412d",
  /** A server that a restore can run on. */
  serverId: 9362,
};

/**
 * SnapShooter's API from memory, written from its published documents only: https://snapshooter.com/api/backups,
 * https://snapshooter.com/api/jobs, https://snapshooter.com/api/schedules and https://www.snapshooter.io/api/backups.
 * What they leave open is marked `assumed`, mostly after Laravel, which the API looks like. All errors are assumed:
 * the documents hold neither a status nor a body of one.
 */
export const snapshooterEmulator = {
  credentials: { token: "snapshooter_emulated_5772156649015328" },
  seed,
  environment: (url, credentials) => ({
    SNAPSHOOTER_TOKEN: credentials["token"] ?? "",
    SNAPSHOOTER_API_URL: `${url}/snapshooter/v1`,
  }),
  start: startSnapshooter,
} satisfies PlatformDefinition<SnapshooterState, unknown>;

/** The rotations that a backup may count in. */
export type SnapshooterTag = "manual" | "hourly" | "daily" | "weekly" | "monthly";

/** One file of a backup. */
export interface SnapshooterFile {
  readonly id: string;
  /** A full path as a rule; data, whatever it holds. */
  readonly name: string;
  readonly sizeBytes: number;
}

/** One backup that SnapShooter holds. */
export interface SnapshooterBackup {
  readonly id: string;
  readonly jobId: string;
  readonly tags: Readonly<Record<SnapshooterTag, boolean>>;
  readonly createdAtMs: number;
  /** When it leaves `pending`; Infinity: never. */
  readonly startsAtMs: number;
  /** When it leaves `running`; Infinity: never. */
  readonly endsAtMs: number;
  /** The word that it ends in. */
  readonly outcome: string;
  readonly files: readonly SnapshooterFile[];
  /** Base64 of a PEM; null: not encrypted (assumed). */
  readonly encryptionKey: string | null;
}

/** One schedule of a job, in the form that SnapShooter answers. */
export interface SnapshooterSchedule {
  id: number;
  schedule_name: string;
  schedule_order: number;
  status: string;
  frequency: number;
  frequency_mode: string;
  cron: string;
  timezone: string;
  run_offset: number;
  retention: { hourly: number; daily: number; weekly: number; monthly: number };
  resource_type: string;
  resource_id: string;
}

/** One backup job. What may be changed is changed by tests only: the API's way to do it isn't documented. */
export interface SnapshooterJob {
  readonly id: string;
  name: string;
  /** The slug of its recipe; the documents show `file-backups`. */
  recipe: string;
  /** `server`, `ss_agent` or, assumed, `serverless`. */
  computeType: string;
  serverId: number;
  /** By the config's field. */
  config: Record<string, unknown>;
  storage: Record<string, unknown>;
  schedules: SnapshooterSchedule[];
  encryptionKeyId: string | null;
  readonly backups: Shelf<SnapshooterBackup>;
}

/** A restore that was asked for; the API has no way to read it again. */
export interface SnapshooterRestore {
  readonly id: string;
  readonly jobId: string;
  readonly backupId: string;
  readonly fileIds: readonly string[];
  readonly compute: { readonly type: string; readonly serverId: number };
  readonly at: number;
}

/** What tests read and change of the emulated SnapShooter. */
export interface SnapshooterState {
  readonly jobs: ReadonlyMap<string, SnapshooterJob>;
  readonly restores: readonly SnapshooterRestore[];
  /** How long a backup that is started from now on is pending, then running. Infinity: for ever. Default 500 and 1,000. */
  readonly timing: { pendingMs: number; runningMs: number };
  /** The word in which a backup that is started from now on ends. Default `completed`; any other may be unknown. */
  outcome: string;
  /** The names of the files of backups from now on. Default: one, under the backup's directory. */
  fileNames: readonly string[] | undefined;
  /** The encryption key of backups from now on, as every answer holds it; null: not encrypted. */
  encryptionKey: string | null;
  /** The words of backups that have ended, which have a `completed_at`. Default `completed`, `failed`, `expired` (assumed). */
  readonly endedWords: string[];
  /**
   * Where the answer to a start holds the new backup's id. Default `backup_id`, at the top level. `message`: nowhere, and
   * it says only that one was started; `none`: nowhere, and it says nothing.
   */
  startAnswer: "backup_id" | "data.backup_id" | "data.id" | "message" | "none";
  /** The status of the answer to a start. Default 201; the documents name none. */
  startStatus: number;
  /** Nothing is started, and the answer to a start is this message with 200. Default: none. */
  startRefusal: string | undefined;
  /** `true`: while a backup of the job is pending or running, a start starts none and answers that one's id. */
  startJoins: boolean;
  /** The word in the answer to a restore. Default `pending`, as in the documents; no other is documented. */
  restoreStatus: string;
  /** What an expired backup leaves: its entry with that word (default), or nothing. */
  expiry: "word" | "removal";
  /**
   * What a deletion does. Default `accepted`. `not-found`: nothing, and it is answered 404, as if there were no such
   * backup; `not-allowed`: nothing, and it is answered 405, as where the API has no such method.
   */
  deletion: "accepted" | "not-found" | "not-allowed";
  /** How long a backup is still shown after its deletion was accepted, in milliseconds. Infinity: for ever. Default 0. */
  deletionMs: number;
  /**
   * Which members of a list lead to its next page. Default both; `none`: `links` and `meta` are empty, as in the documents;
   * `whole`: they are empty, and each page is the whole list.
   */
  paging: "both" | "links" | "meta" | "none" | "whole";
  /** How many entries more than there are `meta.total` states. Default 0. */
  totalSurplus: number;
  /** Called when a page of a list is answered: what it changes moves entries between this page and the next one. */
  afterPage: ((list: "jobs" | "backups", page: number) => void) | undefined;
  /** The platform's order of a job's backups without `sort`. Default newest first (assumed). */
  defaultOrder: "newest-first" | "oldest-first";
  /** No page of a list holds more entries, whatever was asked for. Default Infinity. */
  pageCap: number;
  /** Replaces the origin in `links.next`. Default: none. */
  nextOrigin: string | undefined;
  /** Requests per window; none is documented, so Infinity by default. */
  readonly rateLimit: { limit: number; windowMs: number };
  /** A backup's status word, by the platform's clock. */
  statusOf(backupId: string): string;
  addJob(job?: { id?: string; name?: string; computeType?: string; recipe?: string }): SnapshooterJob;
  removeJob(id: string): void;
  /** A backup that this program didn't start. Default: taken now, completed, manual. */
  addBackup(
    jobId: string,
    backup?: {
      id?: string;
      createdAtMs?: number;
      /** By the platform's clock. Default: it has ended. */
      endsAtMs?: number;
      tag?: SnapshooterTag;
      status?: string;
      fileNames?: readonly string[];
      encryptionKey?: string | null;
    },
  ): SnapshooterBackup;
  removeBackup(backupId: string): void;
  /** Moves a backup on, whatever the clock says. */
  setStatus(backupId: string, status: string): void;
}

const tags = ["manual", "hourly", "daily", "weekly", "monthly"] as const;
const modes: Readonly<Record<string, { mode: string; values: readonly number[] }>> = {
  h: { mode: "hour", values: [24, 12, 6, 4, 3, 2, 1] },
  m: { mode: "minute", values: [30, 20, 15, 10, 6, 5] },
};
const sorts = ["created_at", "started_at", "completed_at", "status"] as const; // assumed but for completed_at
const linkLifetimeSeconds = 3600;

// The visible end of the documented example decodes to the end of a PEM; the content is invented.
const pemLabel = "PRIVATE KEY";
const inventedKey = Buffer.from(
  `-----BEGIN ${pemLabel}-----\nZW11bGF0ZWQtc25hcHNob290ZXIta2V5Cg\n-----END ${pemLabel}-----`,
).toString("base64");

function startSnapshooter({ access, now, storageNow, isEmpty, url }: PlatformContext) {
  const jobs = new Map<string, SnapshooterJob>();
  const jobList = createShelf<SnapshooterJob>(now);
  const restores: SnapshooterRestore[] = [];
  const moved = new Map<string, { status: string; at: number }>();
  /** When the accepted deletions are carried out, by backup. */
  const deletions = new Map<SnapshooterBackup, number>();
  const links = new Map<string, { fileId: string; label: string; sizeBytes: number; expiresAtMs: number }>();
  const bucket = createBucket(now, Number.POSITIVE_INFINITY, 60_000);
  let scheduleIds = 4000;
  let made = 0;
  const nextId = () => {
    made += 1;
    return uuid(`snapshooter ${made}`);
  };

  const state: SnapshooterState = {
    jobs,
    restores,
    timing: { pendingMs: 500, runningMs: 1000 },
    outcome: "completed",
    fileNames: undefined,
    encryptionKey: inventedKey,
    startAnswer: "backup_id",
    startStatus: 201,
    startRefusal: undefined,
    startJoins: false,
    restoreStatus: "pending",
    endedWords: ["completed", "failed", "expired"],
    expiry: "word",
    deletion: "accepted",
    deletionMs: 0,
    paging: "both",
    totalSurplus: 0,
    afterPage: undefined,
    defaultOrder: "newest-first",
    pageCap: Number.POSITIVE_INFINITY,
    nextOrigin: undefined,
    rateLimit: bucket,
    statusOf: (backupId) => statusOf(knownBackup(backupId)),
    addJob(options) {
      const job = makeJob(options);
      jobs.set(job.id, job);
      jobList.add(job);
      return job;
    },
    removeJob(id) {
      jobList.remove(known(id));
      jobs.delete(id);
    },
    addBackup(jobId, { tag = "manual", status = "completed", createdAtMs = storageNow(), endsAtMs, ...rest } = {}) {
      const askedAtMs = Math.min(createdAtMs, now());
      const backup = take(known(jobId), {
        tags: only(tag),
        createdAtMs,
        askedAtMs,
        runsMs: [0, endsAtMs === undefined ? 0 : endsAtMs - askedAtMs],
        outcome: "completed",
        ...rest,
      });
      known(jobId).backups.add(backup);
      if (status !== "completed") state.setStatus(backup.id, status);
      return backup;
    },
    removeBackup(backupId) {
      const backup = knownBackup(backupId);
      known(backup.jobId).backups.remove(backup);
    },
    setStatus(backupId, status) {
      moved.set(knownBackup(backupId).id, { status, at: now() });
    },
  };

  const known = (jobId: string) => {
    const job = jobs.get(jobId);
    if (!job) throw new Error(`the emulated SnapShooter has no job ${jobId}`);
    return job;
  };
  const makeJob = ({
    id = nextId(),
    name = `Job ${id.slice(0, 8)}`,
    computeType = "server",
    recipe = "file-backups",
  }: Parameters<SnapshooterState["addJob"]>[0] = {}) => {
    const job: SnapshooterJob = {
      id,
      name,
      recipe,
      computeType,
      serverId: 3,
      config: { root_path: "/var/www", exclude: "node_modules\n.cache", compression_level: 6 },
      storage: { id: 71 },
      schedules: [],
      encryptionKeyId: null,
      backups: createShelf(now),
    };
    job.schedules.push(
      readForm(job, { order: 0, frequency: "h24", run_offset: 3, timezone: "UTC", ...retentionOf(0, 7, 4, 12) }),
    );
    return job;
  };
  const findBackup = (backupId: string) => {
    for (const job of jobs.values()) {
      const backup = job.backups.present().find(({ id }) => id === backupId);
      if (backup) return backup;
    }
    return undefined;
  };
  const newestOf = (job: SnapshooterJob) =>
    job.backups
      .present()
      .sort((a, b) => a.createdAtMs - b.createdAtMs)
      .at(-1);
  const carryOutDeletions = () => {
    for (const [backup, at] of deletions) {
      if (now() < at) continue;
      jobs.get(backup.jobId)?.backups.remove(backup);
      deletions.delete(backup);
    }
  };
  const knownBackup = (backupId: string) => {
    const backup = findBackup(backupId);
    if (!backup) throw new Error(`the emulated SnapShooter has no backup ${backupId}`);
    return backup;
  };

  const take = (
    job: SnapshooterJob,
    options: {
      id?: string;
      tags: SnapshooterBackup["tags"];
      createdAtMs: number;
      /** By the platform's clock. Default: `createdAtMs`. */
      askedAtMs?: number;
      runsMs: readonly [pendingMs: number, runningMs: number];
      outcome: string;
      fileNames?: readonly string[];
      encryptionKey?: string | null;
    },
  ): SnapshooterBackup => {
    const { id = nextId(), createdAtMs, runsMs, outcome, encryptionKey = state.encryptionKey } = options;
    const names = options.fileNames ?? state.fileNames ?? [`${directoryOf(job, createdAtMs)}/test.sql.gz`];
    const startsAtMs = (options.askedAtMs ?? createdAtMs) + runsMs[0];
    const files = names.map((name, index) => ({ id: uuid(`${id} ${index}`), name, sizeBytes: 744 + 512 * index }));
    return {
      id,
      jobId: job.id,
      tags: options.tags,
      createdAtMs,
      startsAtMs,
      endsAtMs: startsAtMs + runsMs[1],
      outcome,
      files,
      encryptionKey,
    };
  };

  const statusOf = (backup: SnapshooterBackup) => {
    const move = moved.get(backup.id);
    if (move) return move.status;
    if (now() < backup.startsAtMs) return "pending"; // assumed, as a restore's
    return now() < backup.endsAtMs ? "running" : backup.outcome; // assumed
  };
  const startedAt = (backup: SnapshooterBackup) => {
    const move = moved.get(backup.id);
    if (statusOf(backup) === "pending") return undefined;
    return move && move.at < backup.startsAtMs ? move.at : backup.startsAtMs;
  };
  const completedAt = (backup: SnapshooterBackup) => {
    if (!state.endedWords.includes(statusOf(backup))) return undefined;
    const move = moved.get(backup.id);
    return move && move.at < backup.endsAtMs ? move.at : backup.endsAtMs;
  };

  /** A presigned address, with another signature each time; the store it points at takes no second credential. */
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

  const readForm = (job: Pick<SnapshooterJob, "id">, write: WrittenSchedule): SnapshooterSchedule => {
    scheduleIds += 1;
    const { mode = "hour" } = modes[write.frequency.charAt(0)] ?? {};
    return {
      id: scheduleIds,
      schedule_name: write.order === 0 ? "main" : `schedule-${write.order}`, // assumed but for main
      schedule_order: write.order,
      status: "active",
      frequency: Number(write.frequency.slice(1)),
      frequency_mode: mode,
      cron: "0 * * * *", // as in the documented example, where it contradicts a frequency of 24 hours
      timezone: write.timezone,
      run_offset: write.run_offset,
      retention: {
        hourly: write.retention_hourly ?? 0, // assumed where it is left out
        daily: write.retention_daily ?? 0,
        weekly: write.retention_weekly ?? 0,
        monthly: write.retention_monthly ?? 0,
      },
      resource_type: "BackupJob",
      resource_id: job.id,
    };
  };

  /** One page of a list: the names in `links` and `meta` are Laravel's, assumed. */
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

  // https://snapshooter.com/api/jobs; the list is used in public, without being documented in what could be read.
  const listJobs = (request: EmulatedRequest) =>
    paginate("jobs", request, arrange(jobList.listed(request.listing), request.listing).map(describeJob));

  // https://snapshooter.com/api/jobs
  const createJob = (request: EmulatedRequest): Answer => {
    const body = request.json();
    const errors = jobErrors(body);
    if (Object.keys(errors).length > 0) return invalid(errors);
    const newest = request.joins ? jobList.present().at(-1) : undefined;
    if (newest) return { status: 201, body: { data: describeJob(newest) } };
    const written = body as WrittenJob;
    const recipe = written.recipe_id === 1 ? "file-backups" : `recipe-${written.recipe_id}`; // assumed
    const job = state.addJob({ name: written.name, recipe, computeType: written.compute.type });
    job.serverId = written.compute.server_id ?? 0;
    job.config = written.config;
    job.storage = written.storage;
    job.encryptionKeyId = written.encryption_key_id ?? null;
    job.schedules = written.schedules.map((schedule) => readForm(job, schedule));
    return { status: 201, body: { data: describeJob(job) } };
  };

  // Used in public with `sort=-completed_at`; https://snapshooter.com/api/storage documents the lists' parameters.
  const listBackups = (request: EmulatedRequest): Answer => {
    const job = jobs.get(request.param("jobId"));
    if (!job) return refusal(404);
    const sort = request.query.get("sort");
    const key = sort?.replace(/^-/, "");
    if (key !== undefined && !sorts.some((candidate) => candidate === key)) {
      return invalid({ sort: ["The selected sort is invalid."] });
    }
    const oldestFirst = job.backups.listed(request.listing).sort((a, b) => a.createdAtMs - b.createdAtMs);
    const ordered = state.defaultOrder === "newest-first" ? oldestFirst.reverse() : oldestFirst;
    const rank: Record<string, (backup: SnapshooterBackup) => string | number> = {
      created_at: ({ createdAtMs }) => createdAtMs,
      started_at: (backup) => startedAt(backup) ?? Number.NEGATIVE_INFINITY,
      completed_at: (backup) => completedAt(backup) ?? Number.NEGATIVE_INFINITY, // assumed: null sorts lowest
      status: statusOf,
    };
    const of = rank[key ?? ""];
    if (of) ordered.sort((a, b) => (of(a) < of(b) ? -1 : of(a) > of(b) ? 1 : 0) * (sort?.startsWith("-") ? -1 : 1));
    return paginate("backups", request, arrange(ordered, request.listing).map(describeBackup));
  };

  // Used in public, without being documented in what could be read.
  const startBackup = (request: EmulatedRequest): Answer => {
    const job = jobs.get(request.param("jobId"));
    if (!job) return refusal(404);
    const flags = (request.json() ?? {}) as Record<string, unknown>;
    const wrong = tags.filter((tag) => ![undefined, true, false].includes(flags[`is_${tag}`] as boolean | undefined));
    if (wrong.length > 0) {
      return invalid(
        Object.fromEntries(wrong.map((tag) => [`is_${tag}`, [`The is ${tag} field must be true or false.`]])),
      );
    }
    if (state.startRefusal !== undefined) {
      return { status: 200, body: { message: state.startRefusal }, changed: false };
    }
    const active = job.backups.present().findLast((backup) => ["pending", "running"].includes(statusOf(backup)));
    const joined = request.joins ? newestOf(job) : state.startJoins ? active : undefined;
    const set = tags.filter((tag) => flags[`is_${tag}`] === true);
    const backup =
      joined ??
      take(job, {
        tags: only(...(set.length === 0 ? (["manual"] as const) : set)), // assumed: no flag is manual
        createdAtMs: storageNow(),
        askedAtMs: now(),
        runsMs: [state.timing.pendingMs, state.timing.runningMs],
        outcome: state.outcome,
      });
    if (joined === undefined) job.backups.add(backup);
    const bodies = {
      backup_id: { backup_id: backup.id },
      "data.backup_id": { data: { backup_id: backup.id } },
      "data.id": { data: { id: backup.id } },
      message: { message: "Backup started" },
      none: {},
    };
    return { status: state.startStatus, body: bodies[state.startAnswer], changed: joined === undefined };
  };

  // https://snapshooter.com/api/backups
  const getBackup = (request: EmulatedRequest): Answer => {
    const backup = findBackup(request.param("backupId"));
    return backup ? { status: 200, body: { data: describeBackup(backup) } } : refusal(404);
  };

  // https://www.snapshooter.io/api/backups; not in the copy at https://snapshooter.com/api/backups
  const deleteBackup = (request: EmulatedRequest): Answer => {
    const { pathname } = new URL(request.url);
    if (state.deletion === "not-allowed") {
      const route = pathname.replace(/^\/snapshooter\//, "");
      return {
        status: 405,
        body: { message: `The DELETE method is not supported for route ${route}. Supported methods: GET, HEAD.` },
        headers: { allow: "GET, HEAD" },
      };
    }
    const backup = findBackup(request.param("backupId"));
    if (!backup || state.deletion === "not-found") return refusal(404);
    if (!deletions.has(backup)) deletions.set(backup, now() + state.deletionMs);
    carryOutDeletions();
    return { status: 204, changed: Number.isFinite(state.deletionMs) };
  };

  // https://snapshooter.com/api/backups
  const downloadBackup = (request: EmulatedRequest): Answer => {
    const backup = findBackup(request.param("backupId"));
    if (!backup) return refusal(404);
    if (statusOf(backup) !== "completed") return invalid({ backup: ["The backup is not completed."] });
    const data = Object.fromEntries(backup.files.map((file) => [file.name, presign(backup, file)]));
    return { status: 200, body: { data } };
  };

  // https://snapshooter.com/api/backups
  const restoreBackup = (request: EmulatedRequest): Answer => {
    const backup = findBackup(request.param("backupId"));
    if (!backup) return refusal(404);
    if (statusOf(backup) !== "completed") return invalid({ backup: ["The backup is not completed."] });
    const job = known(backup.jobId);
    const { files, compute } = (request.json() ?? {}) as { files?: unknown; compute?: Record<string, unknown> };
    const chosen = files === undefined ? backup.files : backup.files.filter(({ id }) => includes(files, id));
    if (files !== undefined && (!Array.isArray(files) || chosen.length !== new Set(files).size)) {
      return invalid({ files: ["The selected files are invalid."] });
    }
    if (compute !== undefined) {
      if (job.computeType === "serverless") {
        return invalid({ compute: ["The compute can not be changed when using Serverless Compute."] });
      }
      if (typeof compute?.["type"] !== "string" || !Number.isInteger(compute["server_id"])) {
        return invalid({ compute: ["The compute must contain type and server_id."] });
      }
    }
    const restore: SnapshooterRestore = {
      id: nextId(),
      jobId: job.id,
      backupId: backup.id,
      fileIds: chosen.map(({ id }) => id),
      compute: {
        type: String(compute?.["type"] ?? job.computeType),
        serverId: Number(compute?.["server_id"] ?? job.serverId),
      },
      at: now(),
    };
    restores.push(restore);
    const { type, serverId } = restore.compute;
    return {
      status: 201,
      body: {
        data: {
          id: restore.id,
          job_id: job.id,
          backup_id: backup.id,
          compute: { id: serverId, type, server: describeServer(serverId) },
          status: state.restoreStatus,
          created_at: instant(now()),
          started_at: null,
          completed_at: null,
          files: describeFiles(backup, chosen),
        },
      },
    };
  };

  /** The object store that presigned links point at, as S3 words its refusals. */
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

  const seedJob = (id: string, name: string) => {
    const job = makeJob({ id, name });
    jobs.set(id, job);
    jobList.seed(job);
    return job;
  };
  if (!isEmpty) {
    const seeded = seedJob(seed.jobId, "Docker MySQL SSH");
    const completedMs = Date.parse("2023-07-06T21:01:58Z");
    const manual = { tags: only("manual"), outcome: "completed" };
    const completed = take(seeded, {
      ...manual,
      id: seed.backupId,
      createdAtMs: completedMs,
      runsMs: [20_000, 31_000],
    });
    const expired = take(seeded, {
      ...manual,
      id: seed.expiredBackupId,
      createdAtMs: completedMs - 30 * 86_400_000,
      runsMs: [20_000, 31_000],
      outcome: "expired",
    });
    seeded.backups.seed(expired);
    seeded.backups.seed({ ...completed, files: completed.files.map((file) => ({ ...file, id: seed.fileId })) });
    seedJob(seed.emptyJobId, "Without backups");
  }

  const orFirst = (jobId?: string) => known(jobId !== undefined && jobs.has(jobId) ? jobId : seed.jobId);
  const base = "/snapshooter/v1";
  const isLaterPage = (request: EmulatedRequest) => Number(request.query.get("page") ?? 1) > 1;
  const ofJob = (request: EmulatedRequest) => request.param("jobId");
  const ofBackup = (request: EmulatedRequest) => findBackup(request.param("backupId"))?.jobId;
  const backupPath = `${base}/backups/:backupId`;
  const routes: Route[] = [
    {
      operation: "list-jobs",
      method: "GET",
      path: `${base}/jobs`,
      lists: true,
      counts: true,
      isLaterPage,
      handle: listJobs,
    },
    { operation: "create-job", method: "POST", path: `${base}/jobs`, changes: true, takes: true, handle: createJob },
    {
      operation: "list-backups",
      method: "GET",
      path: `${base}/jobs/:jobId/backups`,
      lists: true,
      counts: true,
      isLaterPage,
      target: ofJob,
      handle: listBackups,
    },
    {
      operation: "start-backup",
      method: "POST",
      path: `${base}/jobs/:jobId/backups/start`,
      changes: true,
      takes: true,
      target: ofJob,
      handle: startBackup,
    },
    { operation: "get-backup", method: "GET", path: backupPath, target: ofBackup, handle: getBackup },
    {
      operation: "delete-backup",
      method: "DELETE",
      path: backupPath,
      changes: true,
      target: ofBackup,
      handle: deleteBackup,
    },
    {
      operation: "download-backup",
      method: "POST",
      path: `${backupPath}/download`,
      target: ofBackup,
      handle: downloadBackup,
    },
    {
      operation: "restore-backup",
      method: "POST",
      path: `${backupPath}/restore`,
      changes: true,
      target: ofBackup,
      handle: restoreBackup,
    },
    {
      operation: "download",
      method: "GET",
      path: "/snapshooter-storage/:bucket/:file",
      download: true,
      handle: download,
    },
  ];

  return {
    state,
    routes,
    prefixes: [base],
    admit(request: EmulatedRequest) {
      carryOutDeletions();
      if (request.operation === "download") return undefined;
      const accepted =
        !access.revoked && request.header("authorization") === `Bearer ${access.credentials["token"] ?? ""}`;
      if (!accepted) return refusal(401);
      if (bucket.take()) return undefined;
      return { ...refusal(429), headers: { "retry-after": String(bucket.resetSeconds()) } };
    },
    targets: () => [...jobs.keys()].map((id) => ({ kind: "job", id })),
    refusal,
    addForeign: (jobId?: string) => {
      state.addBackup(orFirst(jobId).id);
    },
    expireNewest: (jobId?: string) => {
      const newest = orFirst(jobId)
        .backups.present()
        .filter((backup) => statusOf(backup) === "completed")
        .sort((a, b) => a.createdAtMs - b.createdAtMs)
        .at(-1);
      if (!newest) return;
      if (state.expiry === "word") state.setStatus(newest.id, "expired");
      else state.removeBackup(newest.id);
    },
  };
}

/** A schedule as `POST /jobs` takes it: https://snapshooter.com/api/schedules */
interface WrittenSchedule {
  order: number;
  timezone: string;
  retention_hourly?: number;
  retention_daily?: number;
  retention_weekly?: number;
  retention_monthly?: number;
  frequency: string;
  run_offset: number;
}

interface WrittenJob {
  name: string;
  recipe_id: number;
  config: Record<string, unknown>;
  compute: { type: string; server_id?: number };
  storage: Record<string, unknown>;
  schedules: WrittenSchedule[];
  encryption_key_id?: string | null;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** assumed: which members are required, the bounds of run_offset, and every text. */
function jobErrors(body: unknown): Record<string, string[]> {
  const job = isObject(body) ? body : {};
  const errors: Record<string, string[]> = {};
  const demand = (field: string, holds: boolean, what: string) => {
    if (!holds) errors[field] = [`The ${field.replaceAll("_", " ")} ${what}.`];
  };
  demand("name", typeof job["name"] === "string" && job["name"] !== "", "field is required");
  demand("recipe_id", Number.isInteger(job["recipe_id"]), "must be an integer");
  demand("config", isObject(job["config"]), "must be an object");
  demand("compute", isObject(job["compute"]) && typeof job["compute"]["type"] === "string", "must contain a type");
  demand("storage", isObject(job["storage"]), "must be an object");
  const key = job["encryption_key_id"];
  demand("encryption_key_id", key === undefined || key === null || typeof key === "string", "must be a string");
  demand("schedules", Array.isArray(job["schedules"]), "must be an array");
  const schedules: unknown[] = Array.isArray(job["schedules"]) ? job["schedules"] : [];
  for (const [index, item] of schedules.entries()) {
    const schedule = isObject(item) ? item : {};
    const on = (field: string) => `schedules.${index}.${field}`;
    demand(on("order"), Number.isInteger(schedule["order"]), "must be an integer");
    demand(on("timezone"), isTimeZone(schedule["timezone"]), "must be a valid timezone");
    const [, mode = "", count = ""] = /^([hm])([1-9]\d*)$/.exec(String(schedule["frequency"])) ?? [];
    demand(on("frequency"), modes[mode]?.values.includes(Number(count)) === true, "is invalid");
    demand(on("run_offset"), isWithin(schedule["run_offset"], 0, 23), "must be between 0 and 23");
    for (const rotation of ["hourly", "daily", "weekly", "monthly"]) {
      const field = `retention_${rotation}`;
      demand(on(field), isWithin(schedule[field] ?? 0, 0, Number.MAX_SAFE_INTEGER), "must be at least 0");
    }
  }
  return errors;
}

const messages: Record<number, string> = {
  401: "Unauthenticated.",
  403: "This action is unauthorized.",
  404: "Not Found",
  405: "Method Not Allowed",
  429: "Too Many Attempts.",
};

/** assumed: Laravel's form of an error, since the documents have none. */
const refusal = (status: number): Answer => ({
  status,
  body: { message: messages[status] ?? "Server Error" },
});

/** assumed, as every error: Laravel's answer to what doesn't validate. */
const invalid = (errors: Record<string, string[]>): Answer => ({
  status: 422,
  body: { message: Object.values(errors)[0]?.[0] ?? "The given data was invalid.", errors },
});

const storeRefusal = (status: number, code: string, message: string): Answer => ({
  status,
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  contentType: "application/xml",
});

const only = (...set: readonly SnapshooterTag[]) =>
  Object.fromEntries(tags.map((tag) => [tag, set.includes(tag)])) as Record<SnapshooterTag, boolean>;

const retentionOf = (hourly: number, daily: number, weekly: number, monthly: number) => ({
  retention_hourly: hourly,
  retention_daily: daily,
  retention_weekly: weekly,
  retention_monthly: monthly,
});

const fieldTypes: Readonly<Record<string, string>> = {
  root_path: "textarea",
  exclude: "textarea",
  compression_level: "number",
};

const labelOf = (field: string) => field.charAt(0).toUpperCase() + field.slice(1).replaceAll("_", " ");

/** UTC with six digits of a second; null until reached. */
const instant = (atMs: number | undefined) =>
  atMs === undefined ? null : new Date(atMs).toISOString().replace("Z", "000Z");

/** As in the documented example, the eight digits are not the job's. */
const directoryOf = (job: Pick<SnapshooterJob, "id" | "name">, atMs: number) => {
  const [date = "", time = ""] = new Date(atMs).toISOString().split("T");
  const slug = job.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return `snapshooter/${digest(job.id).slice(0, 8)}-${slug}/${date.replaceAll("-", "/")}/${time.slice(0, 5).replace(":", "-")}`;
};

const sizeText = (bytes: number) => (bytes < 1024 ? `${bytes} bytes` : `${(bytes / 1024).toFixed(2)} KB`);

const integer = (text: string, least: number, most: number) =>
  /^\d+$/.test(text) && isWithin(Number(text), least, most) ? Number(text) : undefined;

const isWithin = (value: unknown, least: number, most: number) =>
  typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;

const includes = (list: unknown, item: string) => Array.isArray(list) && list.includes(item);

const isTimeZone = (value: unknown) => {
  if (typeof value !== "string") return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: value }) !== undefined;
  } catch {
    return false;
  }
};

const digest = (text: string) => createHash("sha256").update(text).digest("hex");

const uuid = (text: string) => digest(text).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, "$1-$2-4$3-8$4-$5");
