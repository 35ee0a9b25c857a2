import { type Api, callApi } from "../../http/client";
import type { Probes } from "../../model/probe";
import { userShown } from "./schemas";

/**
 * `GET /user`, which Discloud recommends for checking a token.
 * Source: https://docs.discloud.com/en/api-and-integrations/api-overview/user-endpoints
 */
export function probesOf(api: Api): Probes {
  return {
    questions: [
      {
        async ask(scope) {
          const { data, serverTimeMs } = await callApi(
            api,
            { operation: "show the user", method: "GET", path: "/user", expect: userShown },
            scope,
          );
          const plan = data.user.plan == null ? "" : `the plan is "${data.user.plan}"; `;
          return {
            serverTimeMs,
            settled: {
              credential: "the token is accepted",
              plan: `${plan}Discloud does not document which plans have snapshots`,
            },
          };
        },
      },
    ],
    unknowable: { version: "the API has no versions beside the one in its address" },
  };
}
