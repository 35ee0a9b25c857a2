import {
  type CreateRequest,
  create,
  type Listing,
  lagEndMs,
  type Outcome,
  type Proof,
  resumeFromJournal,
  resumeRequest,
  waitUntilReady,
} from "../../creation";
import { instantOf, isoText } from "../../model/clock";
import { defined } from "../../model/defined";
import { parseDuration } from "../../model/duration";
import { SnapshotsError } from "../../model/errors";
import { until } from "../../model/scope";
import type { ObservedSnapshot } from "../../model/snapshot";
import { type Properties, UnfinishedError } from "../host";
import { shortList, spanInWords, titleOf } from "../in-words";
import { plainRequest } from "../request";
import { type Session, sharing, textOf } from "../session";
import type { Created } from "../verbs";
import { wantsVerification, withoutVerdict } from "../verification";
import { defaultNameOf } from "./check";
import { changeInPlace } from "./in-place";
import { listNow, openJob, prove, RECOVER_WITHIN_MS, runOf, type SnapshotJob, uniqueKeyOf } from "./job";
import { warnOfPolicyMark } from "./policy-mark";
import { reportCreated } from "./rows";
import { describe, idOf, inWords, pendingIdOf, referenceOf, shownBy } from "./state";
import { unverifiedText } from "./verify-held";

/** Takes or adopts a snapshot; resolves when it is usable. */
export function createSnapshot(session: Session, inputs: Properties): Promise<Created> {
  const opened = openJob(session, inputs);
  return session.oneAtATime(opened.definition, opened.target, async () => {
    const job = startTimer(opened);
    const adopt = textOf(inputs, "adopt");
    if (adopt !== undefined) {
      const created = await adoptSnapshot(job, adopt);
      if (job.urn !== undefined) session.chosen.add(job.urn);
      return created;
    }
    if (job.platform.create === undefined) throw cannotCreate(job);
    const resumed = await resumeFromJournal(runOf(job));
    if (resumed !== undefined) return recovered(handOver(job, resumed), session);
    const before = await listNow(job, job.scope);
    // A resource that is replaced without a diff may already manage any of them.
    const isUnseen = session.isReplacedUnseen(job.urn);
    const reused = isUnseen ? undefined : await reuse(job, before);
    if (reused !== undefined) return reused;
    const named = withName(job);
    const found = isUnseen ? undefined : await findNamed(named, before);
    if (found !== undefined) return recovered(handOver(named, found), session);
    // Verifying the candidates for reuse may have taken long enough to make the list outdated.
    const isOld = textOf(inputs, "reuseWithin") !== undefined && wantsVerification(inputs);
    return take(named, isOld ? await listNow(job, job.scope) : before);
  });
}

/** Takes a snapshot and reports it on the row. */
async function take(job: SnapshotJob, before: Listing<ObservedSnapshot>, stored: Properties = {}): Promise<Created> {
  const { clock } = job.session.host;
  const startMs = clock.now();
  const created = handOver(job, await create(runOf(job), before), stored);
  await reportCreated(job.session, created.outs, "took", { span: spanInWords(clock.now() - startMs) });
  return created;
}

/** Reports on the row which snapshot of an earlier run was recovered. */
async function recovered(created: Created, session: Session): Promise<Created> {
  await reportCreated(session, created.outs, "recovered");
  return created;
}

/** Resumes a create whose outcome is not in the state; the resource keeps its id. */
export function resumeSnapshot(
  session: Session,
  id: string,
  inputs: Properties,
  stored: Properties,
  request: CreateRequest,
): Promise<Properties> {
  const opened: SnapshotJob = { ...withName(openJob(session, inputs, stored)), isStored: true };
  return session.oneAtATime(opened.definition, opened.target, async () => {
    const job = startTimer(opened);
    const run = runOf(job);
    if (textOf(stored, "snapshotId") === undefined) {
      const resumed = await resumeRequest(run, request);
      if (resumed !== undefined) return (await recovered(handOver(job, resumed, stored), session)).outs;
      return (await take(job, await listNow(job, job.scope), stored)).outs;
    }
    const observed = await job.platform.observe(job.target, referenceOf(stored), job.scope);
    if (observed.outcome === "found") {
      const isInferred = stored["inferred"] === true;
      const outcome = await waitUntilReady(run, { item: observed.snapshot, request, isInferred });
      return (await recovered(handOver(job, outcome, stored), session)).outs;
    }
    const isGone = observed.outcome === "gone" && session.host.clock.now() >= lagEndMs(run, request);
    const held = { ...stored, ...inputs };
    throw new UnfinishedError(
      id,
      // A snapshot that vanished before it was usable has failed, whatever its verdict: the next up takes another.
      isGone ? { ...withoutVerdict(held), status: "failed" } : held,
      `${titleOf(job)}: snapshot ${textOf(stored, "snapshotId")} can't be found: ` +
        (observed.outcome === "gone" ? observed.proof : observed.reason),
    );
  });
}

/** Starts the job's time limit now, so that waiting for earlier creates on the target doesn't count. */
function startTimer(job: SnapshotJob): SnapshotJob {
  return until(job, job.session.host.clock.now() + job.timeoutMs);
}

/** Error of a platform whose API can't take snapshots. */
export function cannotCreate(job: SnapshotJob): SnapshotsError {
  const { definition } = job;
  return new SnapshotsError(
    `${titleOf(job)}: ${definition.title} can't take a snapshot: ${definition.cannot["create"]}`,
    { kind: "unsupported" },
  );
}

/** Returns what the engine stores after a create; throws it in an `UnfinishedError` if the create did not finish. */
export function handOver(job: SnapshotJob, outcome: Outcome<ObservedSnapshot>, stored: Properties = {}): Created {
  const { request } = outcome;
  const unfinished = plainRequest(outcome.request);
  if (outcome.outcome === "unknown") {
    const { inputs, ownerId } = job;
    throw new UnfinishedError(
      pendingIdOf(job.definition, job.target, request.requestedAt),
      { ...inputs, status: "pending", adopted: false, ownerId, unfinished },
      outcome.reason,
      { cause: outcome.cause },
    );
  }
  const { item } = outcome;
  // Matters only for deleting: an inferred snapshot is never deleted.
  const isInferred = outcome.isInferred && job.definition.delete;
  const id = idOf(job.definition, job.target, item);
  const outs = outsFor(job, item, { adopted: false, isInferred }, stored);
  if (outcome.outcome === "ready") return { id, outs };
  throw new UnfinishedError(id, { ...outs, unfinished }, outcome.reason, { cause: outcome.cause });
}

/** Outputs of a resource that manages a snapshot. A stored `createdAt` never changes. */
function outsFor(
  { definition, inputs, ownerId }: SnapshotJob,
  snapshot: ObservedSnapshot,
  { adopted, isInferred }: { readonly adopted: boolean; readonly isInferred: boolean },
  stored: Properties = {},
): Properties {
  const createdAt = textOf(stored, "createdAt") ?? snapshot.createdAt;
  return {
    ...shownBy(definition, inputs, snapshot),
    ...defined({ createdAt }),
    adopted,
    ownerId,
    ...(isInferred ? { inferred: true } : {}),
  };
}

/** Adds the name of a new snapshot to a job; `check` sets no default name if the inputs may adopt an existing one. */
function withName(job: SnapshotJob): SnapshotJob {
  const own = defaultNameOf(job.definition, job.inputs);
  const name = textOf(job.inputs, "name") ?? own;
  if (name === undefined) return job;
  const named = { ...job, inputs: { ...job.inputs, name } };
  if (job.definition.defaultName === undefined) return named;
  return { ...named, labels: { name }, ...(name === own ? { isNameOwn: true } : {}) };
}

async function adoptSnapshot(job: SnapshotJob, adopt: string): Promise<Created> {
  const scope = sharing(job.scope, job.session.declared.get(job.urn ?? ""));
  const { snapshots, complete } = await job.platform.list(job.target, scope);
  const snapshot =
    adopt === "latest"
      ? snapshots.find(({ status }) => status === "available")
      : snapshots.find(({ snapshotId }) => snapshotId === adopt);
  if (snapshot === undefined) {
    const none = complete
      ? ""
      : " (and its list may be incomplete: the platform answers the same way where the plan has none)";
    const there = snapshots.map((other) => `${inWords(other)} (${other.status})`);
    const offer = there.length === 0 ? `it lists no snapshots at all${none}` : `it lists ${shortList(there)}`;
    throw new SnapshotsError(
      `${titleOf(job)} has no ${adopt === "latest" ? "usable snapshot" : `snapshot "${adopt}"`} to adopt: ${offer}`,
      { kind: "notFound" },
    );
  }
  if (snapshot.status !== "available") {
    throw new SnapshotsError(
      `${titleOf(job)}: snapshot ${inWords(snapshot)} can't be adopted: its status is ${snapshot.platformStatus ?? snapshot.status}`,
      { kind: "invalid" },
    );
  }
  const { platform, definition, target, inputs } = job;
  const changed = await changeInPlace(platform, definition, target, inputs, describe(snapshot), job.scope);
  const proof = await proofOf(job, changed ?? snapshot);
  if (proof.item.status === "failed") {
    throw new SnapshotsError(
      `${titleOf(job)}: snapshot ${inWords(snapshot)} can't be adopted: it failed verification: ${proof.doubt}. Adopt ` +
        "another one by its id, or leave out verify",
      { kind: "invalid" },
    );
  }
  return adopted(job, proof, adopt === "latest" ? besidePolicy(job, snapshot) : undefined);
}

/** Clause on another resource of this run that manages or took the snapshot, or is about to take one of the target. */
function besidePolicy(job: SnapshotJob, snapshot: ObservedSnapshot): string | undefined {
  const { session, definition, target, urn } = job;
  const nameIn = (other: string): string => other.replace(/^.*:(\w+)::(.*)$/, '$1 "$2"');
  const taker = session.holders.takerOf(urn, uniqueKeyOf(job, snapshot));
  // A Snapshot may have taken or adopted it.
  if (taker !== undefined) {
    return `which ${nameIn(taker)} ${taker.includes(":Snapshot::") ? "manages, too" : "has taken in this run"}`;
  }
  const ahead = session.policyAhead(definition, target);
  return ahead === undefined
    ? undefined
    : `before ${nameIn(ahead)} takes its own in this run; to adopt that one, add dependsOn`;
}

/** Verifies a snapshot that is about to be adopted; unless the inputs request that, the platform's status counts. */
async function proofOf(job: SnapshotJob, snapshot: ObservedSnapshot): Promise<Proof<ObservedSnapshot>> {
  // Keeps other resources of this process from deleting it meanwhile.
  job.session.recordTaken(job.urn, uniqueKeyOf(job, snapshot));
  return wantsVerification(job.inputs) ? prove(job, snapshot, job.scope) : { item: snapshot };
}

async function adopted(job: SnapshotJob, { item, doubt }: Proof<ObservedSnapshot>, clause?: string): Promise<Created> {
  await warnOfPolicyMark(job.session, job.urn, item);
  const outs = outsFor(job, item, { adopted: true, isInferred: false });
  const id = idOf(job.definition, job.target, item);
  if (doubt === undefined) {
    await reportCreated(job.session, outs, "adopted", { clause });
    return { id, outs };
  }
  throw new UnfinishedError(id, outs, unverifiedText(job, inWords(item), doubt));
}

/** Adopts a usable snapshot that is young enough and newer than the one being replaced. */
async function reuse(job: SnapshotJob, before: Listing<ObservedSnapshot>): Promise<Created | undefined> {
  const parsed = parseDuration(textOf(job.inputs, "reuseWithin") ?? "");
  if (!("milliseconds" in parsed)) return undefined;
  const held = job.session.replacedBy(job.urn);
  const heldMs =
    held === undefined ? Number.NEGATIVE_INFINITY : (instantOf(held["createdAt"]) ?? Number.POSITIVE_INFINITY);
  const oldestMs = job.session.host.clock.now() + before.aheadMs - parsed.milliseconds;
  const young = before.items.filter(({ status, createdAt, snapshotId }) => {
    const createdMs = instantOf(createdAt) ?? Number.NEGATIVE_INFINITY;
    return status === "available" && createdMs >= oldestMs && createdMs > heldMs && snapshotId !== held?.["snapshotId"];
  });
  for (const snapshot of young) {
    const proof = await proofOf(job, snapshot);
    if (proof.item.status !== "failed") return adopted(job, proof);
    await job.session.host.warn(
      job.urn,
      `snapshot ${inWords(snapshot)} is not reused: it failed verification: ${proof.doubt}`,
    );
  }
  return undefined;
}

/**
 * Finds the snapshot with this resource's default name that a run on another machine took and could not record. One
 * that is too old for that may be from an earlier life of the resource, and is only reported.
 */
async function findNamed(
  job: SnapshotJob,
  before: Listing<ObservedSnapshot>,
): Promise<Outcome<ObservedSnapshot> | undefined> {
  // A name from the user proves nothing; only the default name identifies the resource.
  const name = defaultNameOf(job.definition, job.inputs);
  if (name === undefined || textOf(job.inputs, "name") !== name) return undefined;
  const { session, urn } = job;
  const { clock, journal, warn } = session.host;
  const held = session.replacedBy(urn);
  const entries = urn === undefined ? [] : await journal.others(urn, job.ownerId);
  const others = new Set(entries.map(({ made }) => made?.snapshotKey));
  // A crashed replacement took its snapshot after the replaced one; an older one had the same triggers long ago.
  const heldSinceMs = instantOf(held?.["createdAt"]) ?? Number.NEGATIVE_INFINITY;
  const nowMs = clock.now() + before.aheadMs;
  const named = before.items.filter((snapshot) => {
    const key = uniqueKeyOf(job, snapshot);
    return (
      snapshot.details["name"] === name &&
      snapshot.snapshotId !== held?.["snapshotId"] &&
      (instantOf(snapshot.createdAt) ?? Number.POSITIVE_INFINITY) >= heldSinceMs &&
      snapshot.status !== "failed" &&
      !others.has(key) &&
      !session.isHeldByOther(urn, key)
    );
  });
  const recent = named.find(({ createdAt }) => nowMs - (instantOf(createdAt) ?? 0) <= RECOVER_WITHIN_MS);
  if (recent !== undefined) {
    await warn(
      urn,
      `snapshot ${inWords(recent)} already has this resource's name "${name}": it counts as the one that an earlier run ` +
        "took and could not record, and no second one is taken",
    );
    const request: CreateRequest = { requestedAt: isoText(nowMs), known: [], knownComplete: false, labels: { name } };
    return waitUntilReady(runOf(job), { item: recent, request, isInferred: true });
  }
  if (named.length > 0) {
    await warn(
      urn,
      `older snapshots have this resource's name "${name}" and are not in its state: ${shortList(named.map(inWords))}`,
    );
  }
  return undefined;
}
