import { type Api, callApi, type Explanation, type RawAnswer } from "../../http/client";
import { createLimiter } from "../../http/limiter";
import type { Connection } from "../../model/connection";
import type { PlatformRuntime } from "../../model/platform";
import type { Scope } from "../../model/scope";
import { backupList, errorBody } from "./schemas";

/** Source (Database API; none for this one): https://dscloud.mintlify.app/database-reference/restrictions */
const RATE_LIMIT_DELAY_MS = 30 * 60_000;

/** Source: https://dscloud.mintlify.app/api-reference/endpoint/apps/backups/get */
export function openApi(connection: Connection, runtime: PlatformRuntime): Api {
  return {
    ...runtime,
    connection,
    baseUrl: connection.fields["url"] ?? "",
    limiter: createLimiter(runtime.clock, 0),
    headers: () => ({ authorization: connection.fields["apiKey"] ?? "" }),
    explain,
    rateLimitDelayMs: RATE_LIMIT_DELAY_MS,
  };
}

function explain(answer: RawAnswer, json: unknown): Explanation {
  const body = errorBody.safeParse(json);
  const plan =
    answer.status === 402 || answer.status === 403
      ? "(DS Cloud offers backups on Silver and higher plans only)"
      : undefined;
  return {
    message: [body.data?.message, plan].filter((part) => part !== undefined).join(" ") || undefined,
    code: body.data?.code,
    ...(answer.status === 404 && !body.success ? { kind: "unexpectedAnswer" } : {}),
  };
}

/** `GET /apps/{app_id}/backups`, the only documented backup route. */
export function listBackups(api: Api, appId: string, scope: Scope) {
  return callApi(
    api,
    {
      operation: "list backups of",
      target: `app ${appId}`,
      method: "GET",
      path: `/apps/${encodeURIComponent(appId)}/backups`,
      expect: backupList,
    },
    scope,
  );
}
