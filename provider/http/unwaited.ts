import type { Api } from "./client";

/**
 * An API for a request that must not wait for a busy target: what was looked at before it may not hold after the wait.
 * A 409 is a refusal there, and stands.
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
