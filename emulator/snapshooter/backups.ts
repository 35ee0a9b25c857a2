import { arrange } from "../shelf";
import type { Answer, EmulatedRequest, PlatformContext } from "../types";
import { type Answers, instant } from "./answers";
import type { Memory } from "./memory";
import { invalid, refusal } from "./refusals";
import { only, type SnapshooterBackup, type SnapshooterRestore, tags } from "./state";

const sorts = ["created_at", "started_at", "completed_at", "status"] as const; // assumed, except completed_at
/** Creates the API's operations on backups. */
export function createBackups({ now, storageNow }: PlatformContext, memory: Memory, answers: Answers) {
  const { state, jobs, restores, deletions, nextId, known, findBackup, newestOf, carryOutDeletions } = memory;
  const { take, statusOf, startedAt, completedAt } = memory;
  const { describeFiles, describeBackup, describeServer, presign, paginate } = answers;

  // Public code uses `sort=-completed_at`; https://snapshooter.com/api/storage documents the lists' parameters.
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

  // Public code uses it, but no accessible document describes it.
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
        tags: only(...(set.length === 0 ? (["manual"] as const) : set)), // assumed: no flag means manual
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

  return { listBackups, startBackup, getBackup, deleteBackup, downloadBackup, restoreBackup };
}

const includes = (list: unknown, item: string) => Array.isArray(list) && list.includes(item);
