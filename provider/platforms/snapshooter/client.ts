import { z } from "zod";
import { type Answer, type Api, callApi, type Explanation, type RawAnswer } from "../../http/client";
import { createLimiter } from "../../http/limiter";
import { unlessNotFound } from "../../http/not-found";
import { findEntry, listAll, type PagedList } from "../../http/paging";
import { redact } from "../../http/redact";
import { withoutWaiting } from "../../http/unwaited";
import type { Connection } from "../../model/connection";
import { defined } from "../../model/defined";
import { isSnapshotsError, SnapshotsError } from "../../model/errors";
import type { PlatformRuntime } from "../../model/platform";
import type { Scope } from "../../model/scope";
import type { JsonValue } from "../../model/snapshot";
import { snapshooter } from "./definition";
import { messageInAnswer, startedId } from "./mapping";
import {
  type Backup,
  backupPage,
  downloadLinks,
  errorBody,
  type Job,
  jobPage,
  type Paging,
  type Restore,
  shownBackup,
  shownJob,
  shownRestore,
  started,
} from "./schemas";

/** Advice for backups that can't be deleted. */
export const RETAIN_INSTEAD =
  'set deletionPolicy: "retain", run pulumi up once, and destroy then leaves the backup where it is';

/** Source: https://snapshooter.com/api/backups */
export function openApi(connection: Connection, runtime: PlatformRuntime): Api {
  return {
    ...runtime,
    connection,
    baseUrl: connection.fields["url"] ?? "",
    limiter: createLimiter(runtime.clock, 0),
    headers: () => ({ authorization: `Bearer ${connection.fields["token"] ?? ""}` }),
    explain: (answer, json) => explain(answer, json),
    rateLimitDelayMs: 10_000,
  };
}

/** Error bodies are not documented; they are read as Laravel's, which the API resembles. */
function explain(answer: RawAnswer, json: unknown, secrets: readonly string[] = []): Explanation {
  const body = errorBody.safeParse(json);
  const said = body.data?.message === undefined ? undefined : redact(body.data.message, secrets);
  const details = Object.entries(body.data?.errors ?? {}).map(
    ([field, problems]) => `${field}: ${redact(problems.join(" "), secrets)}`,
  );
  return {
    message: [said, ...details].filter((part) => part !== undefined).join("; ") || undefined,
    ...(answer.status === 404 && !body.success ? { kind: "unexpectedAnswer" } : {}),
  };
}

interface ListCall {
  readonly operation: string;
  readonly target?: string;
  readonly path: string;
}

function prefixOf({ operation, target }: Omit<ListCall, "path">): string {
  return `[snapshooter] ${operation}${target === undefined ? "" : ` ${target}`}`;
}

/**
 * Path and query of the next page; null if the answer states that there is none, undefined if it states neither, as in
 * the documents' examples. The token is never sent to another origin.
 */
function nextPage(api: Api, call: ListCall, page: Paging): string | null | undefined {
  const { path } = call;
  const next = page.links?.next;
  const base = new URL(api.baseUrl);
  if (typeof next === "string" && next !== "") {
    const here = api.baseUrl + path;
    const url = URL.canParse(next, here) ? new URL(next, here) : undefined;
    if (url?.origin === base.origin && url.pathname === base.pathname + path) return path + url.search;
  }
  const { current_page: current, last_page: last } = page.meta ?? {};
  if (typeof current === "number" && typeof last === "number") {
    return current < last ? `${path}?page=${current + 1}` : null;
  }
  if (typeof next !== "string" || next === "") return next === undefined ? undefined : null;
  throw new SnapshotsError(`${prefixOf(call)}: the list continues at another address, to which the token is not sent`, {
    kind: "unexpectedAnswer",
  });
}

type Page<Entry> = Paging & { readonly data: readonly Entry[] };

/** Pages of a list. The parameter for the page number is not documented; `page` is Laravel's. */
function pagesOf<Entry extends { readonly id: string }>(
  api: Api,
  call: ListCall,
  expect: z.ZodType<Page<Entry>>,
  scope: Scope,
): PagedList<Entry> {
  return {
    title: prefixOf(call),
    keyOf: ({ id }) => id,
    async read(number, cursor, reading) {
      const path = cursor ?? (number === 1 ? call.path : `${call.path}?page=${number}`);
      const answer: Answer<Page<Entry>> = await callApi(api, { ...call, method: "GET", path, expect, reading }, scope);
      const { data, meta } = answer.data;
      return {
        entries: data,
        total: meta?.total,
        next: nextPage(api, call, answer.data),
        serverTimeMs: answer.serverTimeMs,
      };
    },
  };
}

/** `GET /jobs/{job_id}/backups` (used by other clients; not in the documents that are available). */
function backupsOf(api: Api, jobId: string, scope: Scope): PagedList<Backup> {
  const call = {
    operation: "list backups of",
    target: `job ${jobId}`,
    path: `/jobs/${encodeURIComponent(jobId)}/backups`,
  };
  const pages = pagesOf(api, call, backupPage, scope);
  return {
    ...pages,
    async read(number, cursor, reading) {
      const page = await pages.read(number, cursor, reading);
      if (page.entries.some(({ job_id: owner }) => typeof owner === "string" && owner !== jobId)) {
        throw new SnapshotsError(`${prefixOf(call)}: an entry is of another job`, { kind: "unexpectedAnswer" });
      }
      return page;
    },
  };
}

/** `GET /jobs` (used by other clients; not in the documents that are available). */
function jobs(api: Api, scope: Scope): PagedList<Job> {
  return pagesOf(api, { operation: "list jobs", path: "/jobs" }, jobPage, scope);
}

/** Lists all backups of a job. */
export async function listBackups(
  api: Api,
  jobId: string,
  scope: Scope,
): Promise<{ backups: readonly Backup[]; serverTimeMs?: number }> {
  const { entries: backups, ...clock } = await listAll(backupsOf(api, jobId, scope));
  return { backups, ...clock };
}

/** Finds a backup in its job's list; undefined only if the complete list does not contain it. */
export function findBackup(api: Api, jobId: string, backupId: string, scope: Scope): Promise<Backup | undefined> {
  return findEntry(backupsOf(api, jobId, scope), ({ id }) => id === backupId);
}

/** Lists all jobs of the account. */
export async function listJobs(api: Api, scope: Scope): Promise<readonly Job[]> {
  return (await listAll(jobs(api, scope))).entries;
}

/** Finds a job in the account's list; undefined only if the complete list does not contain it. */
export function findJob(api: Api, jobId: string, scope: Scope): Promise<Job | undefined> {
  return findEntry(jobs(api, scope), ({ id }) => id === jobId);
}

/**
 * `POST /jobs`: 201 with the job. The texts in `written` may be secrets and are redacted from error messages.
 * Source: https://snapshooter.com/api/jobs
 */
export async function createJob(
  api: Api,
  body: Readonly<Record<string, JsonValue>>,
  written: readonly string[],
  scope: Scope,
): Promise<Job> {
  const answer = await callApi(
    { ...api, explain: (refusal, json) => explain(refusal, json, written) },
    {
      operation: "create job",
      target: JSON.stringify(body["name"]),
      method: "POST",
      path: "/jobs",
      body,
      expect: shownJob,
      timeoutMs: snapshooter.createAnswerMs,
    },
    scope,
  );
  return answer.data.data;
}

/** `GET /backups/{backup_id}` with the platform's clock; undefined for 404. */
export async function askForBackup(
  api: Api,
  backupId: string,
  scope: Scope,
): Promise<{ backup: Backup; serverTimeMs?: number } | undefined> {
  const answer = await unlessNotFound(
    callApi(
      api,
      {
        operation: "show backup",
        target: backupId,
        method: "GET",
        path: `/backups/${encodeURIComponent(backupId)}`,
        expect: shownBackup,
      },
      scope,
    ),
  );
  return answer && defined({ backup: answer.data.data, serverTimeMs: answer.serverTimeMs });
}

/** `GET /backups/{backup_id}`; undefined for 404. */
export async function showBackup(api: Api, backupId: string, scope: Scope): Promise<Backup | undefined> {
  return (await askForBackup(api, backupId, scope))?.backup;
}

/**
 * `POST /jobs/{job_id}/backups/start` (used by other clients; not in the documents that are available). A success that
 * names no backup but has a message is an error, most likely a refusal. Whether a backup was started is unknown: no
 * document says that none was.
 */
export async function startBackup(
  api: Api,
  jobId: string,
  body: Readonly<Record<string, boolean>>,
  scope: Scope,
): Promise<{ backupId?: string; serverTimeMs?: number }> {
  const call = { operation: "start a backup of", target: `job ${jobId}` };
  const { data, status, serverTimeMs } = await callApi(
    api,
    {
      ...call,
      method: "POST",
      path: `/jobs/${encodeURIComponent(jobId)}/backups/start`,
      body,
      expect: started,
      timeoutMs: snapshooter.createAnswerMs,
    },
    scope,
  );
  const backupId = startedId(data);
  const said = backupId === undefined ? messageInAnswer(data) : undefined;
  if (said !== undefined) {
    throw new SnapshotsError(
      `${prefixOf(call)}: HTTP ${status} names no backup and says "${redact(said, api.connection.secrets)}"`,
      { kind: "invalid", executed: "maybe", status },
    );
  }
  return defined({ backupId, serverTimeMs });
}

/**
 * `POST /backups/{backup_id}/restore`: 201 with the pending restore. It overwrites files on the server, and there is no
 * documented way to observe it afterwards.
 * Source: https://snapshooter.com/api/backups
 */
export async function restoreBackup(
  api: Api,
  backupId: string,
  body: Readonly<Record<string, JsonValue>>,
  scope: Scope,
): Promise<{ restore: Restore; serverTimeMs?: number }> {
  const { data, serverTimeMs } = await callApi(
    withoutWaiting(api),
    {
      operation: "restore backup",
      target: backupId,
      method: "POST",
      path: `/backups/${encodeURIComponent(backupId)}/restore`,
      body,
      expect: shownRestore,
      timeoutMs: snapshooter.createAnswerMs,
    },
    scope,
  );
  return defined({ restore: data.data, serverTimeMs });
}

/** `POST /backups/{backup_id}/download`: links that are valid for an hour; changes nothing. */
export async function getDownloadLinks(api: Api, backupId: string, scope: Scope) {
  const answer = await callApi(
    api,
    {
      operation: "get download links of backup",
      target: backupId,
      method: "POST",
      path: `/backups/${encodeURIComponent(backupId)}/download`,
      expect: downloadLinks,
      changes: false,
    },
    scope,
  );
  return answer.data.data;
}

/**
 * `DELETE /backups/{backup_id}`: 204; only one of two copies of the documents has it. Returns whether it was accepted:
 * false for 404, which, like 204, does not prove that the backup no longer exists.
 */
export async function deleteBackup(api: Api, backupId: string, scope: Scope): Promise<boolean> {
  try {
    const answer = await unlessNotFound(
      callApi(
        api,
        {
          operation: "delete backup",
          target: backupId,
          method: "DELETE",
          path: `/backups/${encodeURIComponent(backupId)}`,
          expect: z.unknown(),
          repeatable: true,
        },
        scope,
      ),
    );
    return answer !== undefined;
  } catch (error) {
    if (!isSnapshotsError(error) || error.status !== 405) throw error;
    throw new SnapshotsError(`${error.message}. SnapShooter's API refuses to delete backups here: ${RETAIN_INSTEAD}`, {
      kind: "unsupported",
      status: 405,
      cause: error,
    });
  }
}
