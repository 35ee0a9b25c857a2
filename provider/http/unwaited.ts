import type { Api } from "./client";

/**
 * Returns an API for requests that must not wait for a busy target, since a check made before may not hold after the
 * wait: a 409 is final.
 */
export function withoutWaiting(api: Api): Api {
  return {
    ...api,
    explain(answer, json, method) {
      const explanation = api.explain(answer, json, method);
      return answer.status === 409 ? { ...explanation, kind: "invalid" } : explanation;
    },
  };
}
