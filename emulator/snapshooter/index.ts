import type { EmulatedRequest, PlatformContext, PlatformDefinition, Route } from "../types";
import { createAnswers } from "./answers";
import { createBackups } from "./backups";
import { createJobs } from "./jobs";
import { createMemory, seed } from "./memory";
import { refusal } from "./refusals";
import type { SnapshooterState } from "./state";

export type {
  SnapshooterBackup,
  SnapshooterFile,
  SnapshooterJob,
  SnapshooterRestore,
  SnapshooterSchedule,
  SnapshooterState,
  SnapshooterTag,
} from "./state";

/**
 * In-memory SnapShooter API, written from its published documents only: https://snapshooter.com/api/backups,
 * https://snapshooter.com/api/jobs, https://snapshooter.com/api/schedules and https://www.snapshooter.io/api/backups.
 * What they leave open is marked `assumed`, mostly based on Laravel, which the API resembles. All errors are assumed:
 * the documents show neither their statuses nor their bodies.
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

function startSnapshooter(context: PlatformContext) {
  const memory = createMemory(context);
  const answers = createAnswers(context, memory);
  const { listJobs, createJob } = createJobs(memory, answers);
  const { listBackups, startBackup, getBackup, deleteBackup, downloadBackup, restoreBackup } = createBackups(
    context,
    memory,
    answers,
  );
  const { access } = context;
  const { state, jobs, bucket, known, findBackup, statusOf, carryOutDeletions } = memory;
  const { download } = answers;

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
