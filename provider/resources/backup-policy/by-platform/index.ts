import {
  type CreateRequest,
  create,
  type Outcome,
  type Run,
  resumeFromJournal,
  waitUntilReady,
} from "../../../creation";
import { lookScope } from "../../../http/poll";
import { isoText } from "../../../model/clock";
import { messageOf, SnapshotsError } from "../../../model/errors";
import type { ObservedPolicy, PolicyReference } from "../../../model/policy";
import { until } from "../../../model/scope";
import { findDefinition } from "../../../platforms";
import { type Properties, UnfinishedError } from "../../host";
import { DELETE_TIMEOUT_MS, keysOf, type Session, sharing, timeoutMs, urnOf } from "../../session";
import type { Created } from "../../verbs";
import { policyTargetOf } from "../meaning";
import type { PolicyRunner } from "../runner";
import { adoptAdvice, idOf, type Job, jobFor, nameOf, referenceFor, referenceTo, runOf, title } from "./job";
import { lastKnown, outsOf, reportUnreadable, withFreshness, withFreshnessOf } from "./outputs";

/** How long a destroy waits for the number of remaining backups. */
const COUNT_TIMEOUT_MS = 20_000;

/** Policies that their platform runs. */
export function runByPlatform(session: Session): PolicyRunner {
  return {
    create: (inputs) => createOnPlatform(session, inputs),
    read: (id, props, isFirst) => readOnPlatform(session, id, props, isFirst),
    update: (id, olds, news) => updateOnPlatform(session, id, news, olds),
    async delete(id, props) {
      await deleteOnPlatform(session, id, props);
      return undefined;
    },
    ahead: async () => [],
  };
}

/** Creates a policy on the platform or adopts the existing one; returns when it runs. */
function createOnPlatform(session: Session, inputs: Properties): Promise<Created> {
  const opened = jobFor(session, inputs, {});
  const { definition, target } = opened;
  return session.oneAtATime(
    definition,
    { argument: target.argument, kind: target.definition.kind, id: nameOf(opened) },
    async () => {
      const { clock } = session.host;
      const job = until(opened, clock.now() + timeoutMs(inputs, "create", definition.createTimeoutMs));
      const run = runOf(job, false);
      const resumed = await resumeFromJournal(run);
      if (resumed !== undefined) return handOver(job, resumed, {});
      const before = await run.what.list(job.scope);
      const [first] = before.items;
      if (first !== undefined) return adopt(job, run, first, before.items);
      return handOver(job, await create(run, before), {});
    },
  );
}

async function adopt(
  job: Job,
  run: Run<ObservedPolicy>,
  first: ObservedPolicy,
  all: readonly ObservedPolicy[],
): Promise<Created> {
  if (job.inputs["adopt"] !== true || all.length > 1) {
    const ids = all.map(({ policyId }) => policyId).join(", ");
    throw new SnapshotsError(
      `${title(job)}: there is one already (${ids}), and no second one is created: ${adoptAdvice(job)}`,
      { kind: "conflict" },
    );
  }
  await set(job, referenceFor(first), first);
  const nowText = isoText(job.session.host.clock.now());
  const request: CreateRequest = { requestedAt: nowText, endedAt: nowText, known: [], knownComplete: true };
  return handOver(job, await waitUntilReady(run, { item: first, request, isInferred: false }), { adopted: true });
}

/** Returns what the engine stores once a policy runs; throws an UnfinishedError with it if that takes too long. */
async function handOver(job: Job, outcome: Outcome<ObservedPolicy>, olds: Properties): Promise<Created> {
  if (outcome.outcome === "unknown") {
    throw new SnapshotsError(outcome.reason, { kind: "unavailable", cause: outcome.cause });
  }
  const { item } = outcome;
  const id = idOf(job, item);
  const owned = { ...olds, ownerId: job.ownerId, ...(outcome.isInferred ? { inferred: true } : {}) };
  const outs = outsOf(job, item, owned, job.session.host.clock.now());
  await reportUnreadable(job, item);
  if (outcome.outcome === "unfinished") {
    const pending = outcome.cause === undefined ? {} : { status: "pending" };
    throw new UnfinishedError(id, { ...outs, ...pending }, outcome.reason, { cause: outcome.cause });
  }
  try {
    return { id, outs: await withFreshness(job, outs, referenceFor(item)) };
  } catch (error) {
    throw new UnfinishedError(
      id,
      { ...outs, status: "pending" },
      `${title(job)}: it was created, and its backups can't be listed: ${messageOf(error)}. It is in the state: run pulumi ` +
        "up again",
      { cause: error },
    );
  }
}

/** Updates what differs from the inputs, as far as the platform allows it. */
async function set(job: Job, reference: PolicyReference, shown: ObservedPolicy): Promise<void> {
  await job.policies.update?.(reference, job.inputs, shown.shown, job.scope);
}

/** Updates schedules and retention where they differ, waits until the policy is ready, and observes it again. */
async function updateOnPlatform(
  session: Session,
  id: string,
  inputs: Properties,
  olds: Properties,
): Promise<Properties> {
  const opened = jobFor(session, inputs, olds);
  const limitMs = timeoutMs(inputs, "update", timeoutMs(inputs, "create", opened.definition.createTimeoutMs));
  const job = until(opened, session.host.clock.now() + limitMs);
  const reference = referenceTo(id, olds);
  const observed = await job.policies.observe(reference, job.inputs, job.scope);
  if (observed.outcome !== "found") {
    const why = observed.outcome === "gone" ? observed.proof : observed.reason;
    throw new SnapshotsError(`${title(job)}: it can't be found: ${why}; run pulumi refresh`, {
      kind: "notFound",
    });
  }
  try {
    await set(job, reference, observed.policy);
  } catch (error) {
    // Some of several requests may have been executed: the state must record the platform's current values.
    const now = await job.policies
      .observe(reference, job.inputs, lookScope(job.scope, job.session.host.clock))
      .catch(() => undefined);
    const policy = now?.outcome === "found" ? now.policy : observed.policy;
    throw new UnfinishedError(id, outsOf(job, policy, olds, session.host.clock.now()), messageOf(error), {
      cause: error,
    });
  }
  const nowText = isoText(session.host.clock.now());
  const request: CreateRequest = { requestedAt: nowText, endedAt: nowText, known: [], knownComplete: true };
  // Observed before the change, so it must be observed again.
  const item: ObservedPolicy = { ...observed.policy, status: "pending" };
  const outcome = await waitUntilReady(runOf(job, true), { item, request, isInferred: false });
  return (await handOver(job, outcome, olds)).outs;
}

/** Reads a policy run by the platform; undefined once confirmed gone. The first read, of an import, has no inputs. */
async function readOnPlatform(
  session: Session,
  id: string,
  props: Properties,
  isFirst: boolean,
): Promise<Properties | undefined> {
  const opened = jobFor(session, props, props);
  const job = { ...opened, scope: sharing(opened.scope) };
  const reference = referenceTo(id, props);
  const observed = await job.policies.observe(reference, isFirst ? {} : job.inputs, job.scope);
  if (observed.outcome === "gone") {
    await session.host.warn(job.urn, `the policy is gone from ${job.definition.title}: ${observed.proof}`);
    return undefined;
  }
  if (observed.outcome === "unproven") {
    await session.host.warn(
      job.urn,
      `the policy was not found, and that does not prove it gone: ${observed.reason}. It stays in the state; if you know ` +
        `that it no longer exists, remove it with pulumi state delete${job.urn === undefined ? "" : ` '${job.urn}'`}`,
    );
    const { platformStatus: _word, ...others } = props;
    return withFreshnessOf({ ...others, status: "unknown" }, lastKnown(props), session.host.clock.now());
  }
  const { policy } = observed;
  await reportUnreadable(job, policy);
  return withFreshness(job, outsOf(job, policy, props, session.host.clock.now()), reference);
}

/** Deletes a policy or stops managing it; deletes no snapshot, and reports what remains. */
async function deleteOnPlatform(session: Session, id: string, props: Properties): Promise<void> {
  const urn = urnOf(props);
  const reference = referenceTo(id, props);
  const isMade = props["adopted"] !== true && props["inferred"] !== true;
  const definition = findDefinition(props["platform"]);
  // Another resource, such as its replacement, manages it now.
  if (keysOf(props).some((key) => session.isHeldElsewhere(urn, key))) return;
  const { deletes, keepsRunning } = policyTargetOf(definition, props)?.definition ?? {};
  if (isMade && (deletes === "always" || (deletes === "asked" && props["deletionPolicy"] === "delete"))) {
    const job = jobFor(session, props, props);
    const stay = await staying(job, reference);
    const deadlineMs = session.host.clock.now() + timeoutMs(props, "delete", DELETE_TIMEOUT_MS);
    await job.policies.delete?.(reference, { ...job.scope, deadlineMs });
    await session.host.inform(urn, `deleted the policy for ${nameOf(job)}; ${stay}`);
    return;
  }
  const notOurs =
    props["adopted"] === true
      ? "it was there before, and continues to run"
      : "no answer of the platform named it as this resource's, it was only inferred; it continues to run";
  // A platform that can't be reached must not keep a policy from leaving the state.
  const stay = await Promise.resolve()
    .then(() => staying(jobFor(session, props, props), reference))
    .catch(() => "its backups stay");
  await session.host.warn(
    urn,
    `dropped from the state, not deleted: ${isMade ? keepsRunning : notOurs} (${props["policyId"]}); ${stay}`,
  );
}

/** Phrase with the number of backups that remain after a policy is deleted. */
async function staying(job: Job, reference: PolicyReference): Promise<string> {
  const count = await job.policies
    .list(reference, { ...job.scope, deadlineMs: job.session.host.clock.now() + COUNT_TIMEOUT_MS })
    .then(({ snapshots }) => snapshots.filter(({ status }) => status !== "gone").length)
    .catch(() => undefined);
  if (count === 0) return `${job.definition.title} shows no backups of it`;
  const those =
    count === undefined ? "its backups stay" : count === 1 ? "its 1 backup stays" : `its ${count} backups stay`;
  return `${those} on ${job.definition.title}`;
}
