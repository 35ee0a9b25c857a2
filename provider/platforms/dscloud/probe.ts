import type { Api } from "../../http/client";
import { isSnapshotsError } from "../../model/errors";
import type { Probes } from "../../model/probe";
import { listBackups } from "./client";

/** No app of DS Cloud has it: its ids are hexadecimal. */
const NO_APP = "pulumi-snapshots-doctor";

/**
 * The list of an app that does not exist: DS Cloud documents no request without one.
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
          try {
            const { serverTimeMs } = await listBackups(api, NO_APP, scope);
            return { serverTimeMs, settled };
          } catch (error) {
            if (!isSnapshotsError(error, "notFound")) throw error;
            return { settled };
          }
        },
      },
    ],
    unknowable: {
      plan: "only a real app's backups show it: DS Cloud has them on Silver and higher plans",
      version: "the API has no versions beside the one in its address",
    },
  };
}
