import { arrange } from "../shelf";
import type { Answer, EmulatedRequest } from "../types";
import type { Answers } from "./answers";
import { jobErrors, type WrittenJob } from "./forms";
import type { Memory } from "./memory";
import { invalid } from "./refusals";

/** Creates the API's operations on jobs. */
export function createJobs({ state, jobList, readForm }: Memory, { describeJob, paginate }: Answers) {
  // https://snapshooter.com/api/jobs; public code uses the list, but no accessible document describes it.
  const listJobs = (request: EmulatedRequest) =>
    paginate("jobs", request, arrange(jobList.listed(request.listing), request.listing).map(describeJob));

  // https://snapshooter.com/api/jobs
  const createJob = (request: EmulatedRequest): Answer => {
    const body = request.json();
    const errors = jobErrors(body);
    if (Object.keys(errors).length > 0) return invalid(errors);
    const newest = request.joins ? jobList.present().at(-1) : undefined;
    if (newest) return { status: 201, body: { data: describeJob(newest) } };
    const written = body as WrittenJob;
    const recipe = written.recipe_id === 1 ? "file-backups" : `recipe-${written.recipe_id}`; // assumed
    const job = state.addJob({ name: written.name, recipe, computeType: written.compute.type });
    job.serverId = written.compute.server_id ?? 0;
    job.config = written.config;
    job.storage = written.storage;
    job.encryptionKeyId = written.encryption_key_id ?? null;
    job.schedules = written.schedules.map((schedule) => readForm(job, schedule));
    return { status: 201, body: { data: describeJob(job) } };
  };

  return { listJobs, createJob };
}
