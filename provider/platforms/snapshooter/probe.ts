import { type Api, callApi } from "../../http/client";
import type { Probes } from "../../model/probe";
import { jobPage } from "./schemas";

/** `GET /jobs`: its first page is enough. Source: https://snapshooter.com/api/jobs */
export function probesOf(api: Api): Probes {
  return {
    questions: [
      {
        async ask(scope) {
          const { serverTimeMs } = await callApi(
            api,
            { operation: "list jobs", method: "GET", path: "/jobs", expect: jobPage },
            scope,
          );
          return { serverTimeMs, settled: { credential: "the token is accepted" } };
        },
      },
    ],
    unknowable: {
      plan: "the API shows no plan; whoever has a job can start its backups",
      version: "the API has no versions beside the one in its address",
    },
  };
}
