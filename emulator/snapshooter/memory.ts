import { createHash } from "node:crypto";
import { createBucket } from "../limits";
import { createShelf } from "../shelf";
import type { PlatformContext } from "../types";
import { modes, type WrittenSchedule } from "./forms";
import {
  only,
  type SnapshooterBackup,
  type SnapshooterJob,
  type SnapshooterRestore,
  type SnapshooterSchedule,
  type SnapshooterState,
} from "./state";

/** Ids of the initial data. */
export const seed = {
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

// The visible end of the documented example decodes to the end of a PEM; the content is invented.
const pemLabel = "PRIVATE KEY";
const inventedKey = Buffer.from(
  `-----BEGIN ${pemLabel}-----\nZW11bGF0ZWQtc25hcHNob290ZXIta2V5Cg\n-----END ${pemLabel}-----`,
).toString("base64");

/** Creates the data of the emulated SnapShooter, which changes with time, and the state that tests change. */
export function createMemory({ now, storageNow, isEmpty }: PlatformContext) {
  const jobs = new Map<string, SnapshooterJob>();
  const jobList = createShelf<SnapshooterJob>(now);
  const restores: SnapshooterRestore[] = [];
  const moved = new Map<string, { status: string; at: number }>();
  /** Times at which accepted deletions are carried out, by backup. */
  const deletions = new Map<SnapshooterBackup, number>();
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
    if (now() < backup.startsAtMs) return "pending"; // assumed, like a restore's
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

  const readForm = (job: Pick<SnapshooterJob, "id">, write: WrittenSchedule): SnapshooterSchedule => {
    scheduleIds += 1;
    const { mode = "hour" } = modes[write.frequency.charAt(0)] ?? {};
    return {
      id: scheduleIds,
      schedule_name: write.order === 0 ? "main" : `schedule-${write.order}`, // assumed, except main
      schedule_order: write.order,
      status: "active",
      frequency: Number(write.frequency.slice(1)),
      frequency_mode: mode,
      cron: "0 * * * *", // as in the documented example, where it contradicts a frequency of 24 hours
      timezone: write.timezone,
      run_offset: write.run_offset,
      retention: {
        hourly: write.retention_hourly ?? 0, // assumed if left out
        daily: write.retention_daily ?? 0,
        weekly: write.retention_weekly ?? 0,
        monthly: write.retention_monthly ?? 0,
      },
      resource_type: "BackupJob",
      resource_id: job.id,
    };
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

  return {
    state,
    jobs,
    jobList,
    restores,
    bucket,
    deletions,
    nextId,
    known,
    findBackup,
    newestOf,
    carryOutDeletions,
    take,
    statusOf,
    startedAt,
    completedAt,
    readForm,
  };
}

/** Data and helpers that the parts of the emulator share. */
export type Memory = ReturnType<typeof createMemory>;

const retentionOf = (hourly: number, daily: number, weekly: number, monthly: number) => ({
  retention_hourly: hourly,
  retention_daily: daily,
  retention_weekly: weekly,
  retention_monthly: monthly,
});

/** Directory of a job's backup. As in the documented example, the eight digits are not those of the job's id. */
export const directoryOf = (job: Pick<SnapshooterJob, "id" | "name">, atMs: number) => {
  const [date = "", time = ""] = new Date(atMs).toISOString().split("T");
  const slug = job.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return `snapshooter/${digest(job.id).slice(0, 8)}-${slug}/${date.replaceAll("-", "/")}/${time.slice(0, 5).replace(":", "-")}`;
};

const digest = (text: string) => createHash("sha256").update(text).digest("hex");

const uuid = (text: string) => digest(text).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, "$1-$2-4$3-8$4-$5");
