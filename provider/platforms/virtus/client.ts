import { type Answer, type Api, callApi, type Explanation, type RawAnswer } from "../../http/client";
import { createLimiter } from "../../http/limiter";
import { withoutWaiting } from "../../http/unwaited";
import type { Connection } from "../../model/connection";
import type { ErrorKind } from "../../model/errors";
import type { PlatformRuntime } from "../../model/platform";
import type { Scope } from "../../model/scope";
import type { Target } from "../../model/snapshot";
import { type Account, account, type Created, created, errorBody, restored, snapshotList } from "./schemas";

/** One create in 5 s, plus a margin for latency. Source: …/endpoint/apps/snapshots/post */
const CREATE_SPACING_MS = 5_250;
const CREATE_TIMEOUT_MS = 10 * 60_000;

/** Source: https://docs.virtuscloud.app/api-reference/endpoint/users/me */
export function openApi(connection: Connection, runtime: PlatformRuntime): Api {
  return {
    ...runtime,
    connection,
    baseUrl: connection.fields["url"] ?? "",
    limiter: createLimiter(runtime.clock, CREATE_SPACING_MS),
    headers: () => ({ authorization: connection.fields["apiKey"] ?? "" }),
    explain,
    rateLimitDelayMs: CREATE_SPACING_MS,
  };
}

// Only ACCESS_DENIED is documented; a code that names a daily limit, a quota or a plan is not retried.
const kindsOfCodes: readonly (readonly [RegExp, ErrorKind])[] = [
  [/DAILY|QUOTA|UPGRADE|PLAN/, "quota"],
  [/KEEP_CALM|RATE_LIMIT/, "rateLimited"],
  [/ACCESS_DENIED|UNAUTHORIZED/, "unauthorized"],
];

/** Omit `method` for requests that the limits for taking snapshots do not apply to. */
function explain(answer: RawAnswer, json: unknown, method?: string): Explanation {
  const body = errorBody.safeParse(json);
  const code = body.data?.code;
  const kind =
    answer.status === 404 && !body.success
      ? "unexpectedAnswer"
      : kindsOfCodes.find(([pattern]) => code !== undefined && pattern.test(code))?.[1];
  const allowance =
    answer.status === 429 && method === "POST"
      ? "(Virtus Cloud allows one snapshot in 5 s, and (RAM/256)*2 in 24 h for the account)"
      : undefined;
  return {
    message: [body.data?.message, allowance].filter((part) => part !== undefined).join(" ") || undefined,
    code,
    kind,
  };
}

function collectionPath(target: Target): string {
  return `/${target.kind === "app" ? "apps" : "databases"}/${encodeURIComponent(target.id)}/snapshots`;
}

/**
 * `GET /apps/{app_id}/snapshots`, `GET /databases/{id}/snapshots`.
 * Source: https://docs.virtuscloud.app/api-reference/endpoint/apps/snapshots/get
 */
export function listSnapshots(api: Api, target: Target, scope: Scope) {
  return callApi(
    api,
    {
      operation: "list snapshots of",
      target: `${target.kind} ${target.id}`,
      method: "GET",
      path: collectionPath(target),
      expect: snapshotList,
    },
    scope,
  );
}

/**
 * `POST /apps/{app_id}/snapshots`, `POST /databases/{id}/snapshots`: answers with a link and its key, but no id.
 * Source: https://docs.virtuscloud.app/api-reference/endpoint/apps/snapshots/post
 */
export function createSnapshot(api: Api, target: Target, scope: Scope): Promise<Answer<Created>> {
  return callApi(
    api,
    {
      operation: "create a snapshot of",
      target: `${target.kind} ${target.id}`,
      method: "POST",
      path: collectionPath(target),
      expect: created,
      timeoutMs: CREATE_TIMEOUT_MS,
    },
    scope,
  );
}

/**
 * `POST /databases/{id}/snapshots/restore`: overwrites the database's data. Success means that the restore was
 * initiated; the API never reports its end.
 * Source: https://docs.virtuscloud.app/api-reference/endpoint/databases/snapshots/restore
 */
export function restoreDatabase(
  api: Api,
  target: Target,
  snapshot: { readonly name: string; readonly versionId: string },
  scope: Scope,
) {
  return callApi(
    withoutWaiting({ ...api, explain: (answer, json) => explain(answer, json) }),
    {
      operation: "restore",
      target: `${target.kind} ${target.id}`,
      method: "POST",
      path: `${collectionPath(target)}/restore`,
      body: { snapshotId: snapshot.name, versionId: snapshot.versionId },
      expect: restored,
      timeoutMs: CREATE_TIMEOUT_MS,
    },
    scope,
  );
}

/** `GET /users/me`: the account, its apps and databases. */
export async function showAccount(api: Api, scope: Scope): Promise<Account["response"]> {
  const answer = await callApi(
    api,
    { operation: "show the account", method: "GET", path: "/users/me", expect: account },
    scope,
  );
  return answer.data.response;
}
