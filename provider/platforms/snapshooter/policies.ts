import type { Api } from "../../http/client";
import { SnapshotsError } from "../../model/errors";
import type { PolicyPlatform } from "../../model/policy";
import { newestFirst } from "../../model/snapshot";
import { createJob, findJob, listBackups, listJobs } from "./client";
import { toSnapshot } from "./mapping";
import { secretsOf, toCreateJob, toPolicy } from "./mapping-policies";

/** Opens the backup jobs. The API documents no way to change or delete one. */
export function openJobs(api: Api): PolicyPlatform {
  return {
    async find(inputs, scope) {
      const { name } = (inputs["job"] ?? {}) as { readonly name?: unknown };
      const jobs = await listJobs(api, scope);
      return jobs.filter((job) => job.name != null && job.name === name).map((job) => toPolicy(job, inputs));
    },

    async create(inputs, scope) {
      const body = toCreateJob(inputs);
      const job = await createJob(api, body, secretsOf(inputs), scope);
      if (job.name == null || job.name === body["name"]) return toPolicy(job, inputs);
      throw new SnapshotsError(
        `[snapshooter] create job ${JSON.stringify(body["name"])}: the answer is about another job, ` +
          `${JSON.stringify(job.name)} (${job.id})`,
        { kind: "unexpectedAnswer" },
      );
    },

    async observe(reference, inputs, scope) {
      const [jobId = ""] = reference.segments;
      const job = await findJob(api, jobId, scope);
      return job === undefined
        ? { outcome: "gone", proof: `SnapShooter lists its jobs without ${jobId}` }
        : { outcome: "found", policy: toPolicy(job, inputs) };
    },

    async list(reference, scope) {
      const [jobId = ""] = reference.segments;
      const { backups, ...clock } = await listBackups(api, jobId, scope);
      return { snapshots: newestFirst(backups.map(toSnapshot)), complete: true, ...clock };
    },
  };
}
