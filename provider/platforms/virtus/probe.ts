import { type Api, callApi } from "../../http/client";
import type { Probes } from "../../model/probe";
import { account } from "./schemas";

/** Number of snapshots that a plan allows in 24 hours. Source: …/endpoint/apps/snapshots/post */
function allowance(memoryMb: number): number {
  return Math.floor(memoryMb / 256) * 2;
}

/** `GET /users/me`. Source: https://docs.virtuscloud.app/api-reference/endpoint/users/me */
export function probesOf(api: Api): Probes {
  return {
    questions: [
      {
        async ask(scope) {
          const { data, serverTimeMs } = await callApi(
            api,
            { operation: "show the account", method: "GET", path: "/users/me", expect: account },
            scope,
          );
          const { plan } = data.response.user;
          const memoryMb = plan?.memory?.limit;
          const name = plan?.name == null ? "" : `the plan is "${plan.name}"; `;
          const amount = memoryMb == null ? "" : `${allowance(memoryMb)} `;
          return {
            serverTimeMs,
            settled: {
              credential: "the API key is accepted",
              plan: `${name}it allows ${amount}snapshots in 24 hours, by its memory`,
            },
          };
        },
      },
    ],
    unknowable: { version: "the API has no versions beside the one in its address" },
  };
}
