import { createHash } from "node:crypto";
import {
  type CreateRequest,
  type Creation,
  create,
  type Outcome,
  ownerIdFor,
  type Run,
  resumeFromJournal,
  waitUntilReady,
} from "../../creation";
import { lookScope } from "../../http/poll";
import { isoText } from "../../model/clock";
import { messageOf, SnapshotsError } from "../../model/errors";
import { formatPolicyId, parsePolicyId } from "../../model/ids";
import type { PlatformDefinition, Scope } from "../../model/platform";
import type { ObservedPolicy, PolicyPlatform, PolicyReference } from "../../model/policy";
import type { JsonValue, ObservedSnapshot } from "../../model/snapshot";
import { findDefinition } from "../../platforms";
import { type Properties, UnfinishedError } from "../host";
import { storedOwnerId } from "../request";
import { DELETE_TIMEOUT_MS, keysOf, policyKey, type Session, textOf, timeoutMs, urnOf } from "../session";
import { RECOVER_WITHIN_MS } from "../snapshot/job";
import type { Created } from "../verbs";
import { policyFields } from "./fields";
import { judge } from "./freshness";
import { isSameInput, type PolicyTarget, policyTargetOf, subjectOf } from "./meaning";

/** How long a destroy waits to say how many backups stay. */
const COUNT_TIMEOUT_MS = 20_000;

/** One operation on a policy that its platform runs. */
interface Job {
  readonly session: Session;
  readonly definition: PlatformDefinition;
  readonly target: PolicyTarget;
  readonly policies: PolicyPlatform;
  readonly scope: Scope;
  readonly inputs: Properties;
  readonly urn: string | undefined;
  readonly ownerId: string;
  /** Whether the state held the owner id before this run. */
  readonly isOwnerStored: boolean;
}

/** Opens an operation on the policy that inputs ask for; `stored` is what the state holds of it. */
function jobFor(session: Session, inputs: Properties, stored: Properties): Job {
  const urn = urnOf(inputs);
  const { definition, platform, scope } = session.open(
    textOf(inputs, "platform") ?? "",
    textOf(inputs, "connection"),
    urn,
  );
  const target = policyTargetOf(definition, inputs);
  const policies = target === undefined ? undefined : platform.policies?.[target.argument];
  if (target === undefined || policies === undefined) {
    throw new SnapshotsError(`[${definition.name}] nothing says what the policy is for`, {
      kind: "invalid",
      executed: "no",
    });
  }
  const storedId = storedOwnerId(stored);
  const ownerId = ownerIdFor(storedId);
  return { session, definition, target, policies, scope, inputs, urn, ownerId, isOwnerStored: storedId !== undefined };
}

function nameOf(job: Job): string {
  return subjectOf(job.definition, job.inputs);
}

function title(job: Job): string {
  return `[${job.definition.name}] policy for ${nameOf(job)}`;
}

function idOf(job: Job, policy: ObservedPolicy): string {
  const { kind } = job.target.definition;
  return formatPolicyId({ platform: job.definition.name, kind, segments: policy.segments, isOwn: false });
}

function referenceTo(id: string, properties: Properties): PolicyReference {
  const region = textOf(properties, "policyRegion");
  return { segments: parsePolicyId(id)?.segments ?? [], ...(region === undefined ? {} : { region }) };
}

/**
 * The inputs as the platform shows them; what means the same stays as it was written. What it shows not at all yet stays,
 * too; a retention that it has lost is drift.
 */
function shownBy(job: Job, wanted: Properties, { shown, unreadable }: ObservedPolicy, nowMs: number): Properties {
  const isWhole = Object.hasOwn(shown, "schedules") && unreadable === undefined;
  const { retention: _lost, ...others } = wanted;
  const now = { ...(isWhole ? others : wanted), ...shown };
  const fields = policyFields(job.definition);
  const kept = ["schedules", "retention"].flatMap((name) => {
    const [field, written] = [fields[name], wanted[name]];
    const isSame =
      field !== undefined && isSameInput(name, field, job.target.definition, wanted, { ...wanted, ...shown }, nowMs);
    return isSame && written !== undefined && Object.hasOwn(shown, name) ? [[name, written] as const] : [];
  });
  return { ...now, ...Object.fromEntries(kept) };
}

/** The outputs of a policy as the platform shows it, without its freshness. */
function outsOf(job: Job, policy: ObservedPolicy, olds: Properties, nowMs: number): Properties {
  return {
    ...shownBy(job, job.inputs, policy, nowMs),
    runBy: "platform",
    policyId: policy.policyId,
    status: policy.status,
    ...freshnessOf(olds),
    createdAt: textOf(olds, "createdAt") ?? isoText(nowMs),
    adopted: olds["adopted"] === true,
    ...ownershipOf(olds),
    ...(policy.platformStatus === undefined ? {} : { platformStatus: policy.platformStatus }),
    ...(policy.region === undefined ? {} : { policyRegion: policy.region }),
  };
}

/** Whose a policy is, as its state holds it. */
function ownershipOf({ ownerId, inferred }: Properties): Properties {
  return { ...(ownerId === undefined ? {} : { ownerId }), ...(inferred === undefined ? {} : { inferred }) };
}

/** What was known of the newest backup when it was looked at last. */
function freshnessOf({ fresh, lastSnapshotAt, lastSnapshotId, checkedAt }: Properties): Properties {
  const known = Object.entries({ fresh, lastSnapshotAt, lastSnapshotId, checkedAt });
  return Object.fromEntries(known.filter((entry): entry is [string, JsonValue] => entry[1] !== undefined));
}

async function withFreshness(job: Job, outs: Properties, reference: PolicyReference): Promise<Properties> {
  const list = await job.policies.list(reference, job.scope);
  const nowMs = list.serverTimeMs ?? job.session.host.clock.now();
  return judgedAnew(outs, list.snapshots, nowMs);
}

async function tellUnreadable(job: Job, policy: ObservedPolicy): Promise<void> {
  for (const sentence of policy.unreadable ?? []) await job.session.host.warn(job.urn, sentence);
}

function judgedAnew(outs: Properties, snapshots: readonly ObservedSnapshot[], nowMs: number): Properties {
  const { fresh: _fresh, lastSnapshotAt: _at, lastSnapshotId: _id, ...others } = outs;
  // One that was taken over had its chance before.
  const madeAt = outs["adopted"] === true ? undefined : textOf(outs, "createdAt");
  return { ...others, ...judge(outs, snapshots, nowMs, madeAt) };
}

function requestHashOf(job: Job): string {
  const request = [job.definition.name, job.target.argument, nameOf(job), textOf(job.inputs, "name") ?? ""];
  return createHash("sha256").update(JSON.stringify(request)).digest("hex");
}

/** The job as a run of the creation room. */
function runOf(job: Job, isStored: boolean): Run<ObservedPolicy> {
  const { session, definition, policies, inputs, urn } = job;
  const { clock, journal, warn } = session.host;
  const held = session.replacedBy(urn) ?? {};
  // What a list or an answer shows is not the whole policy: it is observed before it counts as set up.
  const unobserved = (policy: ObservedPolicy): ObservedPolicy => ({ ...policy, status: "pending" });
  const what: Creation<ObservedPolicy> = {
    urn,
    ownerId: job.ownerId,
    isOwnerStored: job.isOwnerStored,
    isStored,
    requestHash: requestHashOf(job),
    noun: "policy",
    title: title(job),
    listLagMs: definition.listLagMs,
    answerMs: definition.createAnswerMs ?? 0,
    workMs: definition.createAnswerMs ?? definition.createTimeoutMs,
    timeoutMs: timeoutMs(inputs, "create", definition.createTimeoutMs),
    recoverWithinMs: RECOVER_WITHIN_MS,
    ambiguity: "refuse",
    advice: () => "Check it on the platform, and run pulumi up again",
    remedy: () => adoptAdvice(job),
    async list(scope) {
      return { items: (await policies.find(inputs, scope)).map(unobserved), complete: true, aheadMs: 0 };
    },
    async send(scope) {
      const created = await policies.create(inputs, scope);
      if (created !== undefined) return { item: unobserved(created) };
      // The answer names none. Its place was empty before and holds one policy at most.
      const [found, ...others] = await policies.find(inputs, lookScope(scope, clock)).catch(() => []);
      return found === undefined || others.length > 0 ? {} : { item: unobserved(found) };
    },
    async observe(item, scope) {
      const observed = await policies.observe(referenceFor(item), inputs, scope);
      if (observed.outcome === "found") return { outcome: "found", item: observed.policy };
      return observed.outcome === "gone"
        ? { outcome: "gone", reason: observed.proof }
        : { outcome: "unproven", reason: observed.reason };
    },
    fits: () => true,
    match(_request, fresh) {
      const [item, ...others] = fresh;
      if (item === undefined) return { outcome: "none" };
      return others.length === 0 ? { outcome: "one", item, others } : { outcome: "several", candidates: fresh };
    },
    describe: (policy) => ({
      key: policy.policyId,
      id: idOf(job, policy),
      uniqueKey: policyKey(definition, policy.policyId),
      words: policy.policyId,
      status: policy.platformStatus ?? policy.status,
      progress: policy.status === "pending" ? "waiting" : policy.status === "failed" ? "failed" : "ready",
      bearsOwner: false,
    }),
    recall({ id, snapshotKey }) {
      const segments = parsePolicyId(id)?.segments;
      const policyId: unknown = (JSON.parse(snapshotKey) as readonly unknown[]).at(-1);
      return segments === undefined || typeof policyId !== "string"
        ? undefined
        : { policyId, segments, status: "pending", shown: {} };
    },
    isHeld: ({ made }) =>
      made !== undefined && (session.isReplacedUnseen(urn) || keysOf(held).includes(made.snapshotKey)),
    isHeldByOther: (key) => session.isHeldByOther(urn, key),
    noteTaken: (key) => session.noteTaken(urn, key),
  };
  return { what, clock, journal, scope: job.scope, warn: (message) => warn(urn, message) };
}

/** How a user brings a policy that exists under management, or gets around it: a phrase. */
function adoptAdvice(job: Job): string {
  return Object.hasOwn(job.target.definition.arguments ?? {}, "adopt")
    ? "write adopt: true to adopt it"
    : "choose another name, or import it with pulumi import --file";
}

/** Creates a policy on the platform, or adopts the one that is there; returns when it runs. */
export function createOnPlatform(session: Session, inputs: Properties): Promise<Created> {
  const job = jobFor(session, inputs, {});
  return session.oneAtATime(
    job.definition,
    { argument: job.target.argument, kind: job.target.definition.kind, id: nameOf(job) },
    async () => {
      const { clock } = session.host;
      job.scope.deadlineMs = clock.now() + timeoutMs(inputs, "create", job.definition.createTimeoutMs);
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
      { kind: "conflict", executed: "no" },
    );
  }
  await set(job, referenceFor(first), first);
  const nowText = isoText(job.session.host.clock.now());
  const request: CreateRequest = { requestedAt: nowText, endedAt: nowText, known: [], knownComplete: true };
  return handOver(job, await waitUntilReady(run, { item: first, request, isInferred: false }), { adopted: true });
}

/** What the engine stores once a policy runs; throws what it stores where it does not run in time. */
async function handOver(job: Job, outcome: Outcome<ObservedPolicy>, olds: Properties): Promise<Created> {
  if (outcome.outcome === "unknown") {
    throw new SnapshotsError(outcome.reason, { kind: "unavailable", cause: outcome.cause });
  }
  const { item } = outcome;
  const id = idOf(job, item);
  const owned = { ...olds, ownerId: job.ownerId, ...(outcome.isInferred ? { inferred: true } : {}) };
  const outs = outsOf(job, item, owned, job.session.host.clock.now());
  await tellUnreadable(job, item);
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

function referenceFor({ segments, region }: ObservedPolicy): PolicyReference {
  return { segments, ...(region === undefined ? {} : { region }) };
}

/** Sets what the platform can set and the inputs want otherwise. */
async function set(job: Job, reference: PolicyReference, shown: ObservedPolicy): Promise<void> {
  await job.policies.update?.(reference, job.inputs, shown.shown, job.scope);
}

/** Changes schedules and retention where they differ, goes on waiting for one that was not ready, and looks again. */
export async function updateOnPlatform(
  session: Session,
  id: string,
  inputs: Properties,
  olds: Properties,
): Promise<Properties> {
  const job = jobFor(session, inputs, olds);
  job.scope.deadlineMs =
    session.host.clock.now() + timeoutMs(inputs, "update", timeoutMs(inputs, "create", job.definition.createTimeoutMs));
  const reference = referenceTo(id, olds);
  const observed = await job.policies.observe(reference, job.inputs, job.scope);
  if (observed.outcome !== "found") {
    const why = observed.outcome === "gone" ? observed.proof : observed.reason;
    throw new SnapshotsError(`${title(job)}: it can't be found: ${why}; run pulumi refresh`, {
      kind: "notFound",
      executed: "no",
    });
  }
  try {
    await set(job, reference, observed.policy);
  } catch (error) {
    // One of several requests may have been executed: what counts is what the platform shows now.
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
  // What it shows is as of before the change.
  const item: ObservedPolicy = { ...observed.policy, status: "pending" };
  const outcome = await waitUntilReady(runOf(job, true), { item, request, isInferred: false });
  return (await handOver(job, outcome, olds)).outs;
}

/** The newest backup that the state knows of. */
function lastKnown(props: Properties): ObservedSnapshot[] {
  const [snapshotId, createdAt] = [textOf(props, "lastSnapshotId"), textOf(props, "lastSnapshotAt")];
  if (snapshotId === undefined || createdAt === undefined) return [];
  return [{ snapshotId, createdAt, segments: [snapshotId], status: "available", details: {} }];
}

/** Reads a policy that its platform runs; undefined when it is proven gone. The first time there are no inputs. */
export async function readOnPlatform(
  session: Session,
  id: string,
  props: Properties,
  isFirst: boolean,
): Promise<Properties | undefined> {
  const job = jobFor(session, props, props);
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
        `that it is gone, take it out with pulumi state delete${job.urn === undefined ? "" : ` '${job.urn}'`}`,
    );
    const { platformStatus: _word, ...others } = props;
    return judgedAnew({ ...others, status: "unknown" }, lastKnown(props), session.host.clock.now());
  }
  const { policy } = observed;
  await tellUnreadable(job, policy);
  return withFreshness(job, outsOf(job, policy, props, session.host.clock.now()), reference);
}

/** Deletes or forgets a policy; no snapshot goes with it, and what stays is told. */
export async function deleteOnPlatform(session: Session, id: string, props: Properties): Promise<void> {
  const urn = urnOf(props);
  const reference = referenceTo(id, props);
  const isMade = props["adopted"] !== true && props["inferred"] !== true;
  const definition = findDefinition(props["platform"]);
  // Another resource, or the replacement that has just taken its place, goes on with it.
  if (keysOf(props).some((key) => session.isHeldElsewhere(urn, key))) return;
  const { deletes, keepsRunning } = policyTargetOf(definition, props)?.definition ?? {};
  if (isMade && (deletes === "always" || (deletes === "asked" && props["deletionPolicy"] === "delete"))) {
    const job = jobFor(session, props, props);
    const stay = await staying(job, reference);
    job.scope.deadlineMs = session.host.clock.now() + timeoutMs(props, "delete", DELETE_TIMEOUT_MS);
    await job.policies.delete?.(reference, job.scope);
    await session.host.warn(urn, `deleted the policy for ${nameOf(job)}; ${stay}`);
    return;
  }
  const notOurs =
    props["adopted"] === true
      ? "it was there before, and continues to run"
      : "no answer of the platform named it as this resource's, it was only inferred; it continues to run";
  // To forget needs no platform: one that can't be asked is no reason to fail.
  const stay = await Promise.resolve()
    .then(() => staying(jobFor(session, props, props), reference))
    .catch(() => "its backups stay");
  await session.host.warn(
    urn,
    `forgotten, not deleted: ${isMade ? keepsRunning : notOurs} (${props["policyId"]}); ${stay}`,
  );
}

/** How many backups stay when a policy goes, as a phrase. */
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
