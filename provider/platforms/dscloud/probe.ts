import type { Api } from "../../http/client";
import { unlessNotFound } from "../../http/not-found";
import type { Probes } from "../../model/probe";
import { listBackups } from "./client";

/** Id of an app that can't exist: DS Cloud's ids are hexadecimal. */
const NO_APP = "pulumi-snapshots-doctor";

/**
 * Lists the backups of an app that does not exist: DS Cloud documents no request without an app.
 * Source: https://dscloud.mintlify.app/api-reference/endpoint/apps/backups/get
 */
export function probesOf(api: Api): Probes {
  const settled = {
    credential:
      "the API key is not refused; DS Cloud documents no request without an app, so one that does not exist was asked for",
  };
  return {
    questions: [
      {
        async ask(scope) {
          const answer = await unlessNotFound(listBackups(api, NO_APP, scope));
          return { serverTimeMs: answer?.serverTimeMs, settled };
        },
      },
    ],
    unknowable: {
      plan: "only a real app's backups show it: DS Cloud has them on Silver and higher plans",
      version: "the API has no versions beside the one in its address",
    },
  };
}
