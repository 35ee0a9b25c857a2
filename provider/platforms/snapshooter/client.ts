import { z } from "zod";
import { type Answer, type Api, callApi, type Explanation, type RawAnswer } from "../../http/client";
import { createLimiter } from "../../http/limiter";
import { redact } from "../../http/redact";
import type { Connection } from "../../model/connection";
import { isSnapshotsError, SnapshotsError } from "../../model/errors";
import type { PlatformRuntime, Scope } from "../../model/platform";
import type { JsonValue } from "../../model/snapshot";
import { snapshooter } from "./definition";
import {
  type Backup,
  backupPage,
  downloadLinks,
  errorBody,
  type Job,
  jobPage,
  type Paging,
  type Started,
  shownBackup,
  shownJob,
  started,
} from "./schemas";

const MOST_PAGES = 1_000;

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

/** No error body is documented; what comes is read as Laravel's, which the API looks like. */
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

function prefixOf({ operation, target }: ListCall): string {
  return `[snapshooter] ${operation}${target === undefined ? "" : ` ${target}`}`;
}

/** The path and query of the page after this one; undefined after the last. The token never goes to another origin. */
function nextPage(api: Api, call: ListCall, page: Paging): string | undefined {
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
    return current < last ? `${path}?page=${current + 1}` : undefined;
  }
  if (typeof next !== "string" || next === "") return undefined;
  throw new SnapshotsError(`${prefixOf(call)}: the list goes on at another address, where the token is not sent`, {
    kind: "unexpectedAnswer",
  });
}

type Page<Entry> = Paging & { readonly data: readonly Entry[] };

/** The entries of all pages of a list, each once. */
async function listAll<Entry extends { readonly id: string }>(
  api: Api,
  call: ListCall,
  expect: z.ZodType<Page<Entry>>,
  scope: Scope,
): Promise<{ entries: Entry[]; serverTimeMs?: number }> {
  const all = new Map<string, Entry>();
  let serverTimeMs: number | undefined;
  let next: string | undefined = call.path;
  for (let page = 1; next !== undefined; page++) {
    const answer: Answer<Page<Entry>> = await callApi(api, { ...call, method: "GET", path: next, expect }, scope);
    serverTimeMs ??= answer.serverTimeMs;
    const before = all.size;
    for (const entry of answer.data.data) all.set(entry.id, entry);
    next = nextPage(api, call, answer.data);
    // The documents don't name the parameter that asks for a page: where it does nothing, what was seen is not all.
    if (next !== undefined && (page === MOST_PAGES || (page > 1 && all.size === before))) {
      throw new SnapshotsError(`${prefixOf(call)}: its pages come to no end`, { kind: "unexpectedAnswer" });
    }
  }
  return { entries: [...all.values()], ...(serverTimeMs === undefined ? {} : { serverTimeMs }) };
}

/** `GET /jobs/{job_id}/backups`, all pages (in use by others; the documents that could be read do not show it). */
export async function listBackups(
  api: Api,
  jobId: string,
  scope: Scope,
): Promise<{ backups: Backup[]; serverTimeMs?: number }> {
  const call = {
    operation: "list backups of",
    target: `job ${jobId}`,
    path: `/jobs/${encodeURIComponent(jobId)}/backups`,
  };
  const { entries: backups, ...clock } = await listAll(api, call, backupPage, scope);
  if (backups.some(({ job_id: owner }) => typeof owner === "string" && owner !== jobId)) {
    throw new SnapshotsError(`${prefixOf(call)}: an entry is of another job`, { kind: "unexpectedAnswer" });
  }
  return { backups, ...clock };
}

/** `GET /jobs`, all pages (in use by others; the documents that could be read do not show it). */
export async function listJobs(api: Api, scope: Scope): Promise<Job[]> {
  return (await listAll(api, { operation: "list jobs", path: "/jobs" }, jobPage, scope)).entries;
}

/**
 * `POST /jobs`: 201 with the job. What was written may hold secrets, and is kept out of what an error says.
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

/** `GET /backups/{backup_id}`; undefined for 404. */
export async function showBackup(api: Api, backupId: string, scope: Scope): Promise<Backup | undefined> {
  try {
    const answer = await callApi(
      api,
      {
        operation: "show backup",
        target: backupId,
        method: "GET",
        path: `/backups/${encodeURIComponent(backupId)}`,
        expect: shownBackup,
      },
      scope,
    );
    return answer.data.data;
  } catch (error) {
    if (isSnapshotsError(error, "notFound")) return undefined;
    throw error;
  }
}

/** `POST /jobs/{job_id}/backups/start` (in use by others; the documents that could be read do not show it). */
export function startBackup(
  api: Api,
  jobId: string,
  body: Readonly<Record<string, boolean>>,
  scope: Scope,
): Promise<Answer<Started>> {
  return callApi(
    api,
    {
      operation: "start a backup of",
      target: `job ${jobId}`,
      method: "POST",
      path: `/jobs/${encodeURIComponent(jobId)}/backups/start`,
      body,
      expect: started,
      timeoutMs: snapshooter.createAnswerMs,
    },
    scope,
  );
}

/** `POST /backups/{backup_id}/download`: links that work for an hour; nothing is changed. */
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

/** `DELETE /backups/{backup_id}`: 204; one copy of the documents has it, another has not. */
export async function deleteBackup(api: Api, backupId: string, scope: Scope): Promise<void> {
  try {
    await callApi(
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
    );
  } catch (error) {
    if (isSnapshotsError(error, "notFound")) return;
    if (isSnapshotsError(error) && error.status === 405) {
      throw new SnapshotsError(
        `${error.message}. SnapShooter's API refuses to delete backups here: set deletionPolicy: "retain", run pulumi up ` +
          "once, and destroy then forgets the backup",
        { kind: "unsupported", executed: "no", status: 405, cause: error },
      );
    }
    throw error;
  }
}
