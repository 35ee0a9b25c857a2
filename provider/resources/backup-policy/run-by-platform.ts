import { createHash } from "node:crypto";
import { lookScope, poll } from "../../http/poll";
import { instantOf, isoText } from "../../model/clock";
import { isSnapshotsError, messageOf, SnapshotsError } from "../../model/errors";
import { formatPolicyId, parsePolicyId } from "../../model/ids";
import type { PlatformDefinition, Scope } from "../../model/platform";
import type { ObservedPolicy, PolicyPlatform, PolicyReference } from "../../model/policy";
import type { JsonValue, ObservedSnapshot } from "../../model/snapshot";
import { findDefinition } from "../../platforms";
import { type Intent, type Properties, UnfinishedError } from "../host";
import { DELETE_TIMEOUT_MS, keysOf, policyKey, SETTLE_MS, type Session, textOf, timeoutMs, urnOf } from "../session";
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
}

function jobFor(session: Session, inputs: Properties): Job {
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
  return { session, definition, target, policies, scope, inputs, urn };
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
    ...(policy.platformStatus === undefined ? {} : { platformStatus: policy.platformStatus }),
    ...(policy.region === undefined ? {} : { policyRegion: policy.region }),
  };
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

function wishOf(job: Job): string {
  const wish = JSON.stringify([
    job.definition.name,
    job.target.argument,
    nameOf(job),
    textOf(job.inputs, "name") ?? "",
  ]);
  return createHash("sha256").update(wish).digest("hex");
}

/** Makes a policy on the platform, or takes over the one that is there; returns when it runs. */
export function createOnPlatform(session: Session, inputs: Properties): Promise<Created> {
  const job = jobFor(session, inputs);
  return session.oneAtATime(
    job.definition,
    { argument: job.target.argument, kind: job.target.definition.kind, id: nameOf(job) },
    async () => {
      const { clock } = session.host;
      job.scope.deadlineMs = clock.now() + timeoutMs(inputs, "create", job.definition.createTimeoutMs);
      const resumed = await resumeFromJournal(job);
      if (resumed !== undefined) return finish(job, resumed, {});
      const there = await job.policies.find(inputs, job.scope);
      const [first] = there;
      if (first !== undefined) return takeOver(job, first, there);
      return finish(job, await make(job), {});
    },
  );
}

/** What an earlier run on this machine has made and not lived to record; undefined when it surely has made nothing. */
async function resumeFromJournal(job: Job): Promise<ObservedPolicy | undefined> {
  const { journal, warn } = job.session.host;
  if (job.urn === undefined) return undefined;
  const intent = await journal.find(job.urn);
  if (intent === undefined) return undefined;
  const held = keysOf(job.session.replacedBy(job.urn) ?? {});
  const isInState =
    intent.made !== undefined && (job.session.isReplacedUnseen(job.urn) || held.includes(intent.made.snapshotKey));
  if (isInState) {
    await journal.settle(job.urn);
    return undefined;
  }
  const untilMs = (instantOf(intent.unfinished.requestedAt) ?? 0) + job.definition.listLagMs;
  const found =
    intent.wish === wishOf(job)
      ? await watch(job, Math.min(untilMs, job.scope.deadlineMs), intent.unfinished.known)
      : undefined;
  if (found === undefined) {
    if (intent.made !== undefined || intent.wish !== wishOf(job)) {
      const made =
        intent.made === undefined
          ? "if it was made, it"
          : `it was made, as ${intent.made.id}; where it is not gone, it`;
      await warn(
        job.urn,
        `an earlier run was stopped after it had asked for a policy at ${intent.unfinished.requestedAt}; ${made} exists ` +
          "and is in no state",
      );
    }
    await journal.settle(job.urn);
    return undefined;
  }
  await warn(
    job.urn,
    `an earlier run has made the policy ${found.policyId} and was stopped before its state was stored: it is taken over, ` +
      "and no second one is made",
  );
  return found;
}

/** Looks for a policy in the place of the one that is wanted; undefined when none shows until the deadline. */
function watch(job: Job, deadlineMs: number, known: readonly string[]): Promise<ObservedPolicy | undefined> {
  return poll(
    async () => {
      const scope = lookScope(job.scope, job.session.host.clock, deadlineMs);
      const found = (await job.policies.find(job.inputs, scope)).filter(({ policyId }) => !known.includes(policyId));
      if (found.length < 2) return found[0];
      throw new SnapshotsError(
        `${title(job)}: several have appeared: ${found.map(({ policyId }) => policyId).join(", ")}. Nothing tells which ` +
          "one is this resource's: remove those that are not wanted",
        { kind: "conflict" },
      );
    },
    job.session.host.clock,
    deadlineMs,
  );
}

async function takeOver(job: Job, first: ObservedPolicy, all: readonly ObservedPolicy[]): Promise<Created> {
  const ids = all.map(({ policyId }) => policyId).join(", ");
  if (job.inputs["adopt"] !== true || all.length > 1) {
    const offer = Object.hasOwn(job.target.definition.arguments ?? {}, "adopt")
      ? "write adopt: true to take it over"
      : "choose another name, or bring it into the state with pulumi import --file";
    throw new SnapshotsError(`${title(job)}: there is one already (${ids}), and no second one is made: ${offer}`, {
      kind: "conflict",
      executed: "no",
    });
  }
  const reference: PolicyReference = { segments: first.segments };
  await set(job, reference, first);
  return finish(job, await observeAgain(job, reference, first), { adopted: true });
}

/** Sends the one request that makes a policy, and finds out what it has made. */
async function make(job: Job): Promise<ObservedPolicy> {
  const { clock, journal } = job.session.host;
  const intent = (): Intent => ({
    urn: job.urn ?? "",
    wish: wishOf(job),
    unfinished: { requestedAt: isoText(clock.now()), known: [], knownComplete: true },
  });
  const scope: Scope = {
    ...job.scope,
    beforeChange: async () => {
      if (job.urn !== undefined) await journal.note(intent());
      await job.scope.beforeChange?.();
    },
  };
  let made: ObservedPolicy | undefined;
  try {
    made = await job.policies.create(job.inputs, scope);
  } catch (error) {
    if (isSnapshotsError(error) && error.executed === "no") {
      if (job.urn !== undefined) await journal.settle(job.urn).catch(() => undefined);
      throw error;
    }
    const found = await watch(job, Math.min(job.scope.deadlineMs, clock.now() + SETTLE_MS), []).catch(() => undefined);
    if (found === undefined) {
      throw new SnapshotsError(
        `${messageOf(error)}. Whether the policy was made is not known yet, and none shows so far. The request is noted ` +
          "on this machine: run pulumi up again, which looks for it first",
        { kind: "unavailable", cause: error },
      );
    }
    await job.session.host.warn(
      job.urn,
      `the answer to the request was lost; ${found.policyId}, which has appeared since, is taken for its result`,
    );
    return found;
  }
  made ??= await watch(job, Math.min(job.scope.deadlineMs, clock.now() + SETTLE_MS), []);
  if (made !== undefined) return made;
  throw new SnapshotsError(
    `${title(job)}: ${job.definition.title} has accepted it and does not show it yet. The request is noted on this ` +
      "machine: run pulumi up again, which looks for it first",
    { kind: "timeout" },
  );
}

/** Waits until a policy that exists runs, and says what the state holds of it. */
async function finish(job: Job, made: ObservedPolicy, olds: Properties): Promise<Created> {
  const { clock, journal, warn } = job.session.host;
  const id = idOf(job, made);
  const key = policyKey(job.definition, made.policyId);
  job.session.noteTaken(job.urn, key);
  if (job.urn !== undefined) {
    const unfinished = { requestedAt: isoText(clock.now()), known: [], knownComplete: true };
    await journal
      .note({ urn: job.urn, wish: wishOf(job), unfinished, made: { id, snapshotKey: key } })
      .catch((error: unknown) =>
        warn(job.urn, `the journal of this machine could not note what was made: ${messageOf(error)}`),
      );
  }
  return { id, outs: await settled(job, id, made, olds) };
}

/** The outputs of a policy once it runs; where it does not in time, they go into the state and the next up goes on. */
async function settled(job: Job, id: string, first: ObservedPolicy, olds: Properties): Promise<Properties> {
  const { clock } = job.session.host;
  const reference = referenceTo(id, { ...olds, ...(first.region === undefined ? {} : { policyRegion: first.region }) });
  let latest = first;
  try {
    latest = await observeAgain(job, reference, first);
    const ended = await poll(
      async () => {
        if (latest.status === "pending") latest = await observeAgain(job, reference, latest);
        return latest.status === "pending" ? undefined : latest;
      },
      clock,
      job.scope.deadlineMs,
    );
    await tellUnreadable(job, latest);
    const outs = outsOf(job, latest, olds, clock.now());
    if (ended !== undefined && ended.status !== "failed") return await withFreshness(job, outs, reference);
    const word = latest.platformStatus ?? latest.status;
    throw new UnfinishedError(
      id,
      outs,
      `${title(job)}: it was made, and its status is "${word}". It is in the state: run pulumi up again, which ` +
        (ended === undefined ? "goes on waiting" : "looks again"),
    );
  } catch (error) {
    if (error instanceof UnfinishedError) throw error;
    throw new UnfinishedError(
      id,
      { ...outsOf(job, latest, olds, clock.now()), status: "pending" },
      `${title(job)}: it was made, and whether it runs can't be seen: ${messageOf(error)}. It is in the state: run ` +
        "pulumi up again",
      { cause: error },
    );
  }
}

async function observeAgain(job: Job, reference: PolicyReference, before: ObservedPolicy): Promise<ObservedPolicy> {
  const observed = await job.policies.observe(reference, job.inputs, lookScope(job.scope, job.session.host.clock));
  // What was made a moment ago may not show yet.
  return observed.outcome === "found" ? observed.policy : { ...before, status: "pending" };
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
  const job = jobFor(session, inputs);
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
  return settled(job, id, observed.policy, olds);
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
  const job = jobFor(session, props);
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
  const isMade = props["adopted"] !== true;
  const definition = findDefinition(props["platform"]);
  // Another resource, or the replacement that has just taken its place, goes on with it.
  if (keysOf(props).some((key) => session.isHeldElsewhere(urn, key))) return;
  const { deletes, keepsRunning } = policyTargetOf(definition, props)?.definition ?? {};
  if (isMade && (deletes === "always" || (deletes === "asked" && props["deletionPolicy"] === "delete"))) {
    const job = jobFor(session, props);
    const stay = await staying(job, reference);
    job.scope.deadlineMs = session.host.clock.now() + timeoutMs(props, "delete", DELETE_TIMEOUT_MS);
    await job.policies.delete?.(reference, job.scope);
    await session.host.warn(urn, `deleted the policy for ${nameOf(job)}; ${stay}`);
    return;
  }
  // To forget needs no platform: one that can't be asked is no reason to fail.
  const stay = await Promise.resolve()
    .then(() => staying(jobFor(session, props), reference))
    .catch(() => "its backups stay");
  await session.host.warn(
    urn,
    `forgotten, not deleted: ${isMade ? keepsRunning : "it was there before, and goes on"} (${props["policyId"]}); ${stay}`,
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
