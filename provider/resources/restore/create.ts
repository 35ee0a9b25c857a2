import { create, type Outcome, resumeFromJournal, resumeRequest, waitUntilReady } from "../../creation";
import { defined } from "../../model/defined";
import { messageOf } from "../../model/errors";
import type { ObservedRestore } from "../../model/restore";
import { until } from "../../model/scope";
import { type Properties, UnfinishedError } from "../host";
import { targetInWords, titleOf } from "../in-words";
import { plainRequest, requestOf } from "../request";
import { type Session, textOf } from "../session";
import type { Created } from "../verbs";
import { adviceFor, idOf, openJob, type RestoreJob, refuseLate, runOf, type WatchedRestore, watched } from "./job";
import { outputsOf, restoreOf } from "./state";

/** Restores once; resolves when the platform shows the end, or on acceptance if the platform shows none. */
export function createRestore(session: Session, inputs: Properties): Promise<Created> {
  return inTurn(openJob(session, inputs), async (job) => {
    const outcome = (await resumeFromJournal(runOf(job))) ?? (await requestRestore(job));
    return { id: idOf(job), outs: await handOver(job, outcome, {}) };
  });
}

/** Determines the outcome of a restore whose end is not in the state. Never requests it again. */
export async function resumeRestore(session: Session, inputs: Properties, stored: Properties): Promise<Properties> {
  const held = { ...inputs, ...outputsOf(stored) };
  const request = requestOf(stored);
  if (request === undefined) return held;
  const job = openJob(session, inputs, stored);
  const restore = restoreOf(stored);
  if (restore.status === "failed") {
    const status = restore.platformStatus ?? restore.status;
    throw new UnfinishedError(
      idOf(job),
      held,
      `${titleOf(job)}: restore of ${job.order.snapshotId} has failed, its status is "${status}". ${adviceFor(job)}`,
    );
  }
  return inTurn(job, async (timed) => {
    const run = runOf(timed, { isStored: true });
    const outcome: Outcome<WatchedRestore> =
      restore.status === "unknown"
        ? ((await resumeRequest(run, request)) ?? { outcome: "unknown", request, reason: "" })
        : await waitUntilReady(run, { item: watched(job, restore), request, isInferred: false });
    return handOver(job, outcome, stored);
  });
}

/** Runs tasks on one target one after another; a task's time limit starts when its turn comes. */
export function inTurn<T>(job: RestoreJob, task: (timed: RestoreJob) => Promise<T>): Promise<T> {
  const { session, definition, target, timeoutMs } = job;
  return session.oneAtATime(definition, target, () => task(until(job, session.host.clock.now() + timeoutMs)));
}

/** Checks the target and the snapshot, and sends the single request that restores. */
export async function requestRestore(job: RestoreJob): Promise<Outcome<WatchedRestore>> {
  const { session, scope, urn } = job;
  const { clock, warn } = session.host;
  const prepared = await job.restores.prepare(job.order, scope);
  const aheadMs = (prepared.serverTimeMs ?? clock.now()) - clock.now();
  refuseLate(job, aheadMs);
  for (const warning of prepared.warnings ?? []) await warn(urn, warning);
  const sending = {
    ...scope,
    // Checked again, since a request may wait for its turn, or be refused for now and sent later.
    async beforeChange() {
      refuseLate(job, aheadMs);
      await scope.beforeChange?.();
    },
  };
  return create(runOf(job, { prepared, scope: sending }), { items: [], complete: true, aheadMs });
}

/** Returns what the engine stores after a restore; throws it in an `UnfinishedError` if it did not finish. */
async function handOver(job: RestoreJob, outcome: Outcome<WatchedRestore>, stored: Properties): Promise<Properties> {
  const { request } = outcome;
  const overwritten = textOf(stored, "overwritten") ?? request.labels?.["overwritten"];
  const outs: Properties = {
    ...job.inputs,
    ...defined({ overwritten }),
    ownerId: job.ownerId,
  };
  const unfinished = plainRequest(request);
  if (outcome.outcome === "unknown") {
    throw new UnfinishedError(idOf(job), { ...outs, status: "unknown", unfinished }, unknownReason(job, outcome), {
      cause: outcome.cause,
    });
  }
  const shown = { ...outs, ...propertiesOf(outcome.item, textOf(stored, "startedAt") ?? request.requestedAt) };
  if (outcome.outcome === "unfinished") {
    throw new UnfinishedError(idOf(job), { ...shown, unfinished }, outcome.reason, { cause: outcome.cause });
  }
  if (outcome.item.status === "accepted" && job.restores.look !== undefined) {
    await job.session.host.warn(
      job.urn,
      `${job.definition.title} accepted the restore and was never observed running it: the state of ` +
        `${targetInWords(job.definition, job.target)} is "${outcome.item.platformStatus}". Check its data`,
    );
  }
  return shown;
}

/** Outputs that describe a restore. */
export function propertiesOf(
  { watchedSinceMs: _since, ...restore }: WatchedRestore,
  startedAt: string,
): Omit<ObservedRestore, "startedAt"> & { readonly startedAt: string } {
  return { startedAt, ...restore };
}

type Unknown = Extract<Outcome<WatchedRestore>, { readonly outcome: "unknown" }>;

/** Clause on a restore whose answer was lost, after the error that lost it. */
export function mayHaveStarted(job: RestoreJob, { request, cause }: Pick<Unknown, "request" | "cause">): string {
  const lost = cause === undefined ? titleOf(job) : messageOf(cause);
  return (
    `${lost}: the restore of ${job.order.snapshotId} that was requested at ${request.requestedAt} may have started, and ` +
    `${job.targetDefinition.shows}`
  );
}

function unknownReason(job: RestoreJob, outcome: Unknown): string {
  const { definition, target } = job;
  return (
    `${mayHaveStarted(job, outcome)}. It is not requested again. Check ${targetInWords(definition, target)} on ${definition.title}: ` +
    "if it was not restored, a change of triggers requests another one; if it was, take the Restore out of the program"
  );
}
