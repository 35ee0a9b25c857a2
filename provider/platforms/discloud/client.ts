import { type Answer, type Api, callApi, type Explanation, type RawAnswer } from "../../http/client";
import { createLimiter, type RateBudget } from "../../http/limiter";
import { unlessNotFound } from "../../http/not-found";
import { listAll } from "../../http/paging";
import { lookScope } from "../../http/poll";
import type { Connection } from "../../model/connection";
import { isSnapshotsError, SnapshotsError } from "../../model/errors";
import type { PlatformRuntime } from "../../model/platform";
import type { Scope } from "../../model/scope";
import { discloud } from "./definition";
import { type AccountEntry, accountEntries } from "./mapping";
import { accountList, appList, appShown, type Created, created, downloadLink, errorBody, versionItem } from "./schemas";

const LARGEST_PAGE = 200;

/** Source: https://docs.discloud.com/en/api-and-integrations/api-overview/authentication */
export function openApi(connection: Connection, runtime: PlatformRuntime): Api {
  return {
    ...runtime,
    connection,
    baseUrl: connection.fields["url"] ?? "",
    limiter: createLimiter(runtime.clock, 0),
    headers: () => ({ "api-token": connection.fields["token"] ?? "" }),
    explain,
    rateLimitDelayMs: 10_000,
    budget,
  };
}

/** Reads `{code, message}`. Messages are localized, so only the status decides; a 404 page is not an API answer. */
function explain(answer: RawAnswer, json: unknown): Explanation {
  const body = errorBody.safeParse(json);
  return {
    message: body.data?.message,
    ...(answer.status === 404 && !body.success ? { kind: "unexpectedAnswer" } : {}),
  };
}

/**
 * Reads the rate limit headers. `ratelimit-reset` counts seconds from the answer; Discloud's own CLI adds one second.
 * Source: https://github.com/discloud/discloud.app (REST.ts), https://github.com/discloud/cli (RateLimit.ts)
 */
function budget(answer: RawAnswer, nowMs: number): RateBudget | undefined {
  const [limit, remaining, resetSeconds] = ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"].map((name) =>
    /^\d+(\.\d+)?$/.test(answer.headers[name] ?? "") ? Number(answer.headers[name]) : undefined,
  );
  if (remaining === undefined || resetSeconds === undefined) return undefined;
  return { limit: limit ?? remaining, remaining, resetAtMs: nowMs + (resetSeconds + 1) * 1000 };
}

/** Scope that leaves time for a read, since earlier reads may have used it up waiting for the rate limit. */
function afterQueue(api: Api, scope: Scope): Scope {
  return lookScope(scope, api.clock);
}

function checkApp(api: Api, operation: string, appId: string, answered: string | undefined): void {
  if (answered === undefined || answered === appId) return;
  throw new SnapshotsError(
    `[${api.connection.platform}] ${operation} app ${appId}: the answer is about another app, ${answered}`,
    { kind: "unexpectedAnswer" },
  );
}

/**
 * `GET /snapshot/{appID}`: versions of an app; undefined for 404, which means either "none" or "not in your plan".
 * Source: https://docs.discloud.com/en/api-and-integrations/api-overview/snapshot
 */
export async function listAppSnapshots(api: Api, appId: string, scope: Scope) {
  const operation = "list snapshots of";
  const answer = await unlessNotFound(
    callApi(
      api,
      {
        operation,
        target: `app ${appId}`,
        method: "GET",
        path: `/snapshot/${encodeURIComponent(appId)}`,
        expect: appList,
      },
      afterQueue(api, scope),
    ),
  );
  checkApp(api, operation, appId, answer?.data.app?.id);
  return answer;
}

/**
 * `GET /snapshot`: versions of all apps, read until a page adds nothing new or answers 404, since pages may be shorter
 * than requested. A 404 on the first page is an error: it proves nothing.
 */
export async function listAccountSnapshots(api: Api, scope: Scope): Promise<readonly AccountEntry[]> {
  const operation = "list all snapshots";
  const title = `[${api.connection.platform}] ${operation}`;
  const { entries } = await listAll<AccountEntry>({
    title,
    keyOf: ({ appId, item }) => `${appId ?? ""}/${item.version}`,
    async read(page, _cursor, reading) {
      const query = { page, limit: LARGEST_PAGE };
      try {
        const answer = await callApi(
          api,
          { operation, method: "GET", path: "/snapshot", query, expect: accountList, reading },
          afterQueue(api, scope),
        );
        const entries = accountEntries(answer.data, (value) => versionItem.safeParse(value).data);
        if (entries !== undefined) return { entries, next: undefined };
      } catch (error) {
        if (page > 1 && isSnapshotsError(error, "notFound")) return { entries: [], next: null };
        throw error;
      }
      throw new SnapshotsError(
        `${title}: the answer holds no single list whose items have a version; Discloud does not document it. Name an ` +
          "app with appId instead",
        { kind: "unexpectedAnswer" },
      );
    },
  });
  return entries;
}

/** `POST /snapshot/{appID}`: takes a snapshot; answers when it is complete. 409 while the app is busy. */
export function createSnapshot(api: Api, appId: string, scope: Scope): Promise<Answer<Created>> {
  return callApi(
    api,
    {
      operation: "create a snapshot of",
      target: `app ${appId}`,
      method: "POST",
      path: `/snapshot/${encodeURIComponent(appId)}`,
      expect: created,
      timeoutMs: discloud.createAnswerMs,
    },
    scope,
  );
}

/** `GET /snapshot/{appID}/versions/{version}`: a new temporary link each time. */
export async function getDownloadLink(api: Api, appId: string, version: string, scope: Scope) {
  const answer = await callApi(
    api,
    {
      operation: "get a download link for",
      target: `app ${appId} version ${version}`,
      method: "GET",
      path: `/snapshot/${encodeURIComponent(appId)}/versions/${encodeURIComponent(version)}`,
      expect: downloadLink,
    },
    scope,
  );
  return answer.data.download;
}

/** `GET /app/{appID}`: the app itself; undefined if it does not exist or this credential can't see it. */
export async function showApp(api: Api, appId: string, scope: Scope) {
  const answer = await unlessNotFound(
    callApi(
      api,
      {
        operation: "show",
        target: `app ${appId}`,
        method: "GET",
        path: `/app/${encodeURIComponent(appId)}`,
        expect: appShown,
      },
      afterQueue(api, scope),
    ),
  );
  checkApp(api, "show", appId, answer?.data.apps.id);
  return answer;
}
