import { createHash } from "node:crypto";
import { lookScope, poll } from "../../http/poll";
import { instantOf, isoText } from "../../model/clock";
import { parseDuration } from "../../model/duration";
import { isSnapshotsError, messageOf, SnapshotsError } from "../../model/errors";
import { parseSnapshotId, segmentsKey } from "../../model/ids";
import type { CreateAnswer, ObservedSnapshot, SnapshotList, Target } from "../../model/snapshot";
import { type Intent, type Properties, type Unfinished, UnfinishedError } from "../host";
import {
  keyOf,
  type Opened,
  SETTLE_MS,
  type Session,
  snapshotKey,
  targetOf,
  textOf,
  timeoutMs,
  urnOf,
} from "../session";
import type { Created } from "../verbs";
import { defaultNameOf } from "./check";
import { changeInPlace } from "./in-place";
import { warnOfPolicyMark } from "./policy-mark";
import { boundsOf, freshSince, selectMade, tellClaim } from "./selection";
import { describe, idOf, inWords, pendingIdOf, referenceOf, shownBy, unfinishedOf, unfinishedText } from "./state";

/** How old a snapshot of the resource's own name may be to count as one that a crashed run has made. */
const RECENT_MS = 60 * 60_000;
/** How long a run waits for the end of a platform's list lag by itself; above that it says when to come back. */
const LAG_WAIT_MS = 90_000;
/** How far clocks may be apart before a snapshot surely is older than a request. */
const PROOF_SLACK_MS = 5 * 60_000;

/** One create, or the update that goes on with it. */
export interface Job extends Opened {
  readonly session: Session;
  readonly inputs: Properties;
  readonly target: Target;
  readonly urn: string | undefined;
  /** The state has the resource already, with an id that stays. */
  readonly isResumed?: true;
  /** The scheduled time that it is for, where a policy asks: it has no triggers and adopts nothing by id. */
  readonly slot?: string;
}

/** The create of a snapshot that inputs ask for. */
export function jobFor(session: Session, inputs: Properties): Job {
  const urn = urnOf(inputs);
  const opened = session.open(textOf(inputs, "platform") ?? "", textOf(inputs, "connection"), urn);
  return { ...opened, session, inputs, urn, target: targetOf(opened.definition, inputs) };
}

function title(job: Job): string {
  return `[${job.definition.name}] ${job.target.kind} ${job.target.id}`;
}

/** A hash of what is asked for: triggers may be secrets, and the journal holds none. */
function wishOf(job: Job): string {
  const triggers = Object.entries(job.inputs["triggers"] ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const wish = JSON.stringify([job.definition.name, job.target.kind, job.target.id, triggers]);
  return createHash("sha256").update(wish).digest("hex");
}

function outsFor(job: Job, snapshot: ObservedSnapshot, adopted: boolean): Properties {
  return { ...shownBy(job.definition, job.inputs, snapshot), adopted };
}

function keyIn(job: Job, snapshot: ObservedSnapshot): string {
  return snapshotKey(job.definition, job.target, snapshot.snapshotId);
}

function pendingError(job: Job, unfinished: Unfinished, reason: string, cause?: unknown): UnfinishedError {
  return new UnfinishedError(
    pendingIdOf(job.definition, job.target, unfinished),
    { ...job.inputs, status: "pending", adopted: false, unfinished: unfinishedText(unfinished) },
    reason,
    { cause },
  );
}

/** Takes or adopts a snapshot; returns when it is usable. */
export function createSnapshot(session: Session, inputs: Properties): Promise<Created> {
  const job = jobFor(session, inputs);
  return session.oneAtATime(job.definition, job.target, async () => {
    // Waiting for the creates before this one is not the platform's time.
    job.scope.deadlineMs = session.host.clock.now() + timeoutMs(inputs, "create", job.definition.createTimeoutMs);
    const adopt = textOf(inputs, "adopt");
    if (adopt !== undefined) {
      const created = await adoptSnapshot(job, adopt);
      if (job.urn !== undefined) session.chosen.add(job.urn);
      await settle(job);
      return created;
    }
    const resumed = await resumeFromJournal(job);
    if (resumed !== undefined) return resumed;
    const before = await job.platform.list(job.target, job.scope);
    // What a resource holds that is replaced unseen could be any of them.
    const isUnseen = session.isReplacedUnseen(job.urn);
    const reused = isUnseen ? undefined : reuse(job, before);
    if (reused !== undefined) return reused;
    const taking = withName(job);
    return (isUnseen ? undefined : await findNamed(taking, before)) ?? (await take(taking, before));
  });
}

/** Goes on with a create whose end has not been seen; the resource keeps its id. */
export function resumeSnapshot(
  session: Session,
  inputs: Properties,
  held: Properties,
  unfinished: Unfinished,
): Promise<Properties> {
  const job: Job = { ...jobFor(session, inputs), isResumed: true };
  return session.oneAtATime(job.definition, job.target, async () => {
    job.scope.deadlineMs = session.host.clock.now() + timeoutMs(inputs, "create", job.definition.createTimeoutMs);
    const snapshotId = textOf(held, "snapshotId");
    if (snapshotId !== undefined) {
      const observed = await job.platform.observe(job.target, referenceOf(held), job.scope);
      if (observed.outcome === "found") {
        return (await waitUntilUsable(job, { ...held, ...describe(observed.snapshot) }, observed.snapshot, unfinished))
          .outs;
      }
      const isGone = observed.outcome === "gone" && session.host.clock.now() >= lagEndMs(job, unfinished);
      throw new UnfinishedError(
        "",
        // What vanished before it was usable has failed: the next up takes another.
        { ...held, ...inputs, ...(isGone ? { status: "failed" } : {}) },
        `${title(job)}: snapshot ${snapshotId} can't be found: ${observed.outcome === "gone" ? observed.proof : observed.reason}`,
      );
    }
    const resolved = await resolveNoted(job, unfinished);
    if (resolved !== undefined) return resolved.outs;
    const before = await job.platform.list(job.target, job.scope);
    return (await take(job, before)).outs;
  });
}

/** Finds what a create has made that the state holds without its end; undefined when it surely has made nothing. */
export async function resolveNoted(job: Job, unfinished: Unfinished): Promise<Created | undefined> {
  // A run that went on with it may have sent another request since and not lived to tell.
  const intent = job.urn === undefined ? undefined : await job.session.host.journal.find(job.urn);
  const isLater = intent !== undefined && intent.unfinished.requestedAt > unfinished.requestedAt;
  const latest = isLater ? intent.unfinished : unfinished;
  const found = await resolveUnfinished(job, latest);
  return found === undefined ? undefined : waitUntilUsable(job, {}, found, latest);
}

/** The job with the name that a snapshot of its own gets; `check` gives none where another may be taken over. */
function withName(job: Job): Job {
  const name = textOf(job.inputs, "name") ?? defaultNameOf(job.definition, job.inputs);
  return name === undefined ? job : { ...job, inputs: { ...job.inputs, name } };
}

function nameOf(job: Job): { name?: string } {
  const name = textOf(job.inputs, "name");
  return name === undefined ? {} : { name };
}

async function settle(job: Job): Promise<void> {
  const { journal, warn } = job.session.host;
  if (job.urn === undefined) return;
  await journal
    .settle(job.urn)
    .catch((error: unknown) =>
      warn(job.urn, `the journal of this machine still holds a request that has ended: ${messageOf(error)}`),
    );
}

/** Notes what was made, until the state is seen to hold it: the engine may not live to store it. */
async function noteMade(job: Job, snapshot: ObservedSnapshot, unfinished: Unfinished): Promise<void> {
  job.session.noteTaken(job.urn, keyIn(job, snapshot));
  if (job.urn === undefined) return;
  if (job.isResumed) return settle(job);
  const made = { id: idOf(job.definition, job.target, snapshot), snapshotKey: keyIn(job, snapshot) };
  await job.session.host.journal
    .note({ urn: job.urn, wish: wishOf(job), unfinished, made })
    .catch((error: unknown) =>
      job.session.host.warn(job.urn, `the journal of this machine could not note what was made: ${messageOf(error)}`),
    );
}

async function adoptSnapshot(job: Job, adopt: string): Promise<Created> {
  const { snapshots, complete } = await job.platform.list(job.target, job.scope);
  const snapshot =
    adopt === "latest"
      ? snapshots.find(({ status }) => status === "available")
      : snapshots.find(({ snapshotId }) => snapshotId === adopt);
  if (snapshot === undefined) {
    const none = complete
      ? ""
      : " (and its list may not be the whole truth: it answers the same way where the plan has none)";
    const there = snapshots.slice(0, 5).map((other) => `${inWords(other)} (${other.status})`);
    const offer = there.length === 0 ? `it lists no snapshots at all${none}` : `it lists ${there.join(", ")}`;
    throw new SnapshotsError(
      `${title(job)} has no ${adopt === "latest" ? "usable snapshot" : `snapshot "${adopt}"`} to adopt: ${offer}`,
      { kind: "notFound", executed: "no" },
    );
  }
  if (snapshot.status !== "available") {
    throw new SnapshotsError(
      `${title(job)}: snapshot ${inWords(snapshot)} can't be adopted: its status is ${snapshot.platformStatus ?? snapshot.status}`,
      { kind: "invalid", executed: "no" },
    );
  }
  const wished = await changeInPlace(
    job.platform,
    job.definition,
    job.target,
    job.inputs,
    describe(snapshot),
    job.scope,
  );
  job.session.noteTaken(job.urn, keyIn(job, snapshot));
  await warnOfPolicyMark(job.session, job.urn, snapshot);
  return { id: idOf(job.definition, job.target, snapshot), outs: outsFor(job, wished ?? snapshot, true) };
}

function reuse(job: Job, before: SnapshotList): Created | undefined {
  const parsed = parseDuration(textOf(job.inputs, "reuseWithin") ?? "");
  if (!("milliseconds" in parsed)) return undefined;
  const held = job.session.replacedBy(job.urn);
  const oldestMs = (before.serverTimeMs ?? job.session.host.clock.now()) - parsed.milliseconds;
  const snapshot = before.snapshots.find(({ status, createdAt, snapshotId }) => {
    const isYoung = (instantOf(createdAt) ?? Number.NEGATIVE_INFINITY) >= oldestMs;
    // A list may have named it by its version then and by its time now.
    const isHeld =
      snapshotId === held?.["snapshotId"] || (createdAt !== undefined && createdAt === held?.["createdAt"]);
    return status === "available" && isYoung && !isHeld;
  });
  if (snapshot === undefined) return undefined;
  job.session.noteTaken(job.urn, keyIn(job, snapshot));
  void warnOfPolicyMark(job.session, job.urn, snapshot);
  return { id: idOf(job.definition, job.target, snapshot), outs: outsFor(job, snapshot, true) };
}

/**
 * Finds the snapshot of this resource's own name that a run on another machine has made and not lived to record. One
 * that is older than a crash and its next run may be from an earlier life of the resource, and is only told.
 */
async function findNamed(job: Job, before: SnapshotList): Promise<Created | undefined> {
  // A name that the user has given may be anybody's; only the default one says whose it is.
  const name = defaultNameOf(job.definition, job.inputs);
  if (name === undefined || textOf(job.inputs, "name") !== name) return undefined;
  const held = job.session.replacedBy(job.urn);
  const { isOthers } = await boundsOf(job.session, job.definition, job.target, job.urn);
  // What a crashed replacement has made is newer than what is replaced; an older one is of the same triggers, long ago.
  const heldSinceMs = instantOf(held?.["createdAt"]) ?? Number.NEGATIVE_INFINITY;
  const nowMs = before.serverTimeMs ?? job.session.host.clock.now();
  const named = before.snapshots.filter(
    (snapshot) =>
      snapshot.details["name"] === name &&
      snapshot.snapshotId !== held?.["snapshotId"] &&
      (instantOf(snapshot.createdAt) ?? Number.POSITIVE_INFINITY) >= heldSinceMs &&
      snapshot.status !== "failed" &&
      !isOthers(snapshot),
  );
  const recent = named.find(({ createdAt }) => nowMs - (instantOf(createdAt) ?? 0) <= RECENT_MS);
  if (recent !== undefined) {
    await job.session.host.warn(
      job.urn,
      `snapshot ${inWords(recent)} already has this resource's name "${name}": it is taken for the one that an earlier ` +
        "run has made and could not record, and no second one is taken",
    );
    const unfinished: Unfinished = { requestedAt: isoText(nowMs), known: [], knownComplete: false, name };
    return waitUntilUsable(job, {}, recent, unfinished);
  }
  if (named.length > 0) {
    await job.session.host.warn(
      job.urn,
      `older snapshots have this resource's name "${name}" and are in no state of it: ${named.map(inWords).join(", ")}`,
    );
  }
  return undefined;
}

/** Sends the one request that takes a snapshot, and finds out what it has made. */
export async function take(job: Job, before: SnapshotList): Promise<Created> {
  const { clock, journal } = job.session.host;
  const { platform, definition } = job;
  if (platform.create === undefined) {
    throw new SnapshotsError(
      `${title(job)}: ${definition.title} can't take a snapshot: ${definition.cannot["create"]}`,
      {
        kind: "unsupported",
        executed: "no",
      },
    );
  }
  const aheadMs = (before.serverTimeMs ?? clock.now()) - clock.now();
  let unfinished: Unfinished = {
    requestedAt: isoText(clock.now() + aheadMs),
    known: before.snapshots.map(({ segments }) => segmentsKey(segments)),
    knownComplete: before.complete,
    ...(job.definition.defaultName === undefined ? {} : nameOf(job)),
    ...(job.slot === undefined ? {} : { slot: job.slot }),
  };
  const note = async (): Promise<void> => {
    if (job.urn !== undefined) await journal.note({ urn: job.urn, wish: wishOf(job), unfinished });
  };
  // The request may wait for its turn, or be refused for now and leave again: what counts is when it leaves last.
  const { beforeChange } = job.scope;
  job.scope.beforeChange = async () => {
    unfinished = { ...unfinished, requestedAt: isoText(clock.now() + aheadMs) };
    await note().catch((error: unknown) => {
      throw new SnapshotsError(
        `${title(job)}: no snapshot is asked for, since the request can't be noted on this machine: ${messageOf(error)}`,
        { kind: "invalid", executed: "no", cause: error },
      );
    });
    await beforeChange?.();
  };

  let answer: CreateAnswer;
  try {
    answer = await platform.create(job.target, job.inputs, job.scope);
  } catch (error) {
    if (isSnapshotsError(error) && error.executed === "no") {
      await settle(job);
      throw error;
    }
    return await findUnanswered(job, { ...unfinished, endedAt: isoText(clock.now() + aheadMs) }, error);
  }
  unfinished = { ...unfinished, endedAt: isoText(clock.now() + aheadMs) };
  if (answer.snapshot !== undefined) return waitUntilUsable(job, {}, answer.snapshot, unfinished);

  unfinished = {
    ...unfinished,
    answer: {
      ...(answer.serverTimeMs === undefined ? {} : { serverTimeMs: answer.serverTimeMs }),
      ...(answer.hints === undefined ? {} : { hints: answer.hints }),
    },
  };
  // From here on something is made: a journal that fails must not make it unknown.
  await note().catch(() => undefined);
  // An answer that names the snapshot is enough when the list is late; without, only the list can tell.
  const patienceMs = answer.unlisted === undefined ? Number.POSITIVE_INFINITY : SETTLE_MS;
  const watched = watchList(job, unfinished, Math.min(job.scope.deadlineMs, clock.now() + patienceMs));
  const { unlisted } = answer;
  const found = await (unlisted === undefined ? watched : watched.catch(() => undefined));
  const made = found ?? unlisted;
  if (made !== undefined) return waitUntilUsable(job, {}, made, unfinished);
  throw pendingError(
    job,
    unfinished,
    `${title(job)}: ${definition.title} has accepted the snapshot at ${unfinished.requestedAt}, but its list does not show ` +
      "it yet. It is noted in the state: run pulumi up again, which looks for it first and takes no second one",
  );
}

/** The answer to the request is lost: only the list can tell whether there is a new snapshot. */
async function findUnanswered(job: Job, unfinished: Unfinished, lost: unknown): Promise<Created> {
  const { clock } = job.session.host;
  const found = await watchList(job, unfinished, Math.min(job.scope.deadlineMs, clock.now() + SETTLE_MS));
  if (found !== undefined) return waitUntilUsable(job, {}, found, unfinished);
  throw pendingError(
    job,
    unfinished,
    `${messageOf(lost)}. Whether a snapshot was made is not known yet, and the list shows none so far. It is noted in ` +
      `the state: run pulumi up again, which looks for it first and takes another only when none can appear any more` +
      ` (after ${isoText(lagEndMs(job, unfinished))})`,
    lost,
  );
}

function lagEndMs(job: Job, unfinished: Unfinished): number {
  const { createAnswerMs = 0, listLagMs } = job.definition;
  const endedMs = instantOf(unfinished.endedAt) ?? (instantOf(unfinished.requestedAt) ?? 0) + createAnswerMs;
  return endedMs + listLagMs;
}

/**
 * Looks at the list until it shows what an unfinished create has made; undefined when it does not until `deadlineMs`.
 * Several that nothing tells apart are an error that names them all.
 */
async function watchList(job: Job, unfinished: Unfinished, deadlineMs: number): Promise<ObservedSnapshot | undefined> {
  const { clock } = job.session.host;
  const bounds = await boundsOf(job.session, job.definition, job.target, job.urn);
  let unreadable: unknown;
  const found = await poll(
    async () => {
      let list: SnapshotList;
      try {
        list = await job.platform.list(job.target, lookScope(job.scope, clock, deadlineMs));
        unreadable = undefined;
      } catch (error) {
        unreadable = error;
        if (isSnapshotsError(error, "unavailable", "timeout", "unexpectedAnswer", "rateLimited")) return undefined;
        throw unreadableError(job, unfinished, error);
      }
      const selection = selectMade(job.platform, unfinished, list, job.inputs, bounds);
      if (selection.outcome === "none") return undefined;
      if (selection.outcome === "several") {
        if (job.slot !== undefined) return settlingOne(job, unfinished, selection.candidates);
        throw pendingError(job, unfinished, severalReason(job, unfinished, selection.candidates));
      }
      await tellClaim(job.session, job.urn, unfinished, selection.snapshot, selection.others);
      return selection.snapshot;
    },
    clock,
    deadlineMs,
  );
  if (found !== undefined || unreadable === undefined) return found;
  throw unreadableError(job, unfinished, unreadable);
}

function unreadableError(job: Job, unfinished: Unfinished, error: unknown): UnfinishedError {
  return pendingError(
    job,
    unfinished,
    `${title(job)}: a snapshot was asked for at ${unfinished.requestedAt}, and the list that would show it can't be ` +
      `read: ${messageOf(error)}. It is noted in the state: mend this and run pulumi up again, which looks for it first`,
    error,
  );
}

/** Of several that were taken since the scheduled time each settles it: whose it is makes no difference. */
async function settlingOne(
  job: Job,
  unfinished: Unfinished,
  candidates: readonly ObservedSnapshot[],
): Promise<ObservedSnapshot | undefined> {
  const requestedMs = instantOf(unfinished.requestedAt) ?? 0;
  const distance = ({ createdAt }: ObservedSnapshot): number =>
    Math.abs((instantOf(createdAt) ?? Number.MAX_SAFE_INTEGER) - requestedMs);
  const nearestFirst = [...candidates].sort((one, other) => distance(one) - distance(other));
  const chosen = nearestFirst.find(({ status }) => status === "available") ?? nearestFirst[0];
  if (chosen === undefined) return undefined;
  const others = nearestFirst.filter((candidate) => candidate !== chosen);
  await job.session.host.warn(
    job.urn,
    `the answer to the request of ${unfinished.requestedAt} was lost, and ${candidates.length} snapshots have appeared ` +
      `since: ${inWords(chosen)}, the nearest in time, is taken for its result, ${others.map(inWords).join(", ")} not`,
  );
  return chosen;
}

function severalReason(job: Job, unfinished: Unfinished, candidates: readonly ObservedSnapshot[]): string {
  return (
    `${title(job)}: the answer to the request of ${unfinished.requestedAt} is lost, and since then ` +
    `${candidates.length} snapshots have appeared: ${candidates.map(inWords).join(", ")}. Nothing tells which one is ` +
    `this resource's; choose with adopt, as in adopt: "${candidates[0]?.snapshotId}", or change triggers to take another`
  );
}

/**
 * Finds what an unfinished create has made. Undefined when it surely has made nothing: the platform's list lag has
 * passed and the list, as sure an answer as the one before the request, does not show it. Else an error says when to
 * come back.
 */
async function resolveUnfinished(job: Job, unfinished: Unfinished): Promise<ObservedSnapshot | undefined> {
  const { clock } = job.session.host;
  // The request's time is the platform's, and so must be the time that has passed since.
  const platformTimeMs = ({ serverTimeMs }: SnapshotList): number => serverTimeMs ?? clock.now();
  const first = await job.platform.list(job.target, lookScope(job.scope, job.session.host.clock));
  const waitMs = lagEndMs(job, unfinished) - platformTimeMs(first);
  const lookUntilMs = clock.now() + (waitMs <= LAG_WAIT_MS ? Math.max(waitMs, 0) : 0);
  const found = await watchList(job, unfinished, Math.min(job.scope.deadlineMs, lookUntilMs));
  if (found !== undefined) return found;
  const list = await job.platform.list(job.target, lookScope(job.scope, job.session.host.clock));
  const hasLagPassed = platformTimeMs(list) >= lagEndMs(job, unfinished);
  const isSure = list.complete || !unfinished.knownComplete;
  // Clocks may be apart: what is only a little older than the request is no proof that it made nothing.
  const { isOthers } = await boundsOf(job.session, job.definition, job.target, job.urn);
  const { name } = unfinished;
  const candidates = freshSince(unfinished, list, PROOF_SLACK_MS).filter(
    (candidate) => !isOthers(candidate) && (name === undefined || candidate.details["name"] === name),
  );
  // For a policy what is there settles its scheduled time, or has nothing to do with it; no doubt may stop later backups.
  if (hasLagPassed && (job.slot !== undefined || (isSure && candidates.length === 0))) return undefined;
  const why = !hasLagPassed
    ? `the list may be late until ${isoText(lagEndMs(job, unfinished))}`
    : isSure
      ? `what has appeared since does not fit it: ${candidates.map(inWords).join(", ")}`
      : "the list proves nothing: it answers the same way where the plan has none";
  const remedy = job.slot === undefined ? ", or choose one that exists with adopt" : "";
  throw pendingError(
    job,
    unfinished,
    `${title(job)}: the snapshot that was asked for at ${unfinished.requestedAt} is not in the list: ${why}. No second ` +
      `one is taken; run pulumi up again later${remedy}`,
  );
}

/** Goes on with a request that an earlier run on this machine has sent and not lived to finish. */
export async function resumeFromJournal(job: Job): Promise<Created | undefined> {
  if (job.urn === undefined) return undefined;
  const intent = await job.session.host.journal.find(job.urn);
  if (intent === undefined) return undefined;
  const held = job.session.replacedBy(job.urn);
  const isInState =
    unfinishedOf(held ?? {})?.requestedAt === intent.unfinished.requestedAt ||
    (intent.made !== undefined &&
      (job.session.isReplacedUnseen(job.urn) || intent.made.snapshotKey === keyOf(held ?? {})));
  if (isInState) {
    await settle(job);
    return undefined;
  }
  if (intent.made !== undefined) return takeOver(job, intent, intent.made);
  if (intent.wish !== wishOf(job)) {
    await job.session.host.warn(
      job.urn,
      `an earlier run was stopped after it had asked for a snapshot at ${intent.unfinished.requestedAt}, for other ` +
        "triggers, another time or another target; if it was made, it exists and is in no state",
    );
    await settle(job);
    return undefined;
  }
  const found = await resolveUnfinished(job, intent.unfinished);
  if (found === undefined) {
    await settle(job);
    return undefined;
  }
  return waitUntilUsable(job, {}, found, intent.unfinished);
}

/** Goes on with a snapshot that an earlier run on this machine has made, and that is in no state: its engine was killed. */
async function takeOver(job: Job, intent: Intent, noted: NonNullable<Intent["made"]>): Promise<Created | undefined> {
  const { snapshots, serverTimeMs } = await job.platform.list(job.target, job.scope);
  const nowMs = serverTimeMs ?? job.session.host.clock.now();
  const listed = snapshots.find((snapshot) => keyIn(job, snapshot) === noted.snapshotKey);
  const made = listed ?? (await lookForUnlisted(job, intent, noted, nowMs));
  const ageMs = nowMs - (instantOf(intent.unfinished.requestedAt) ?? 0);
  // A policy keeps what it has made, whatever it was for and however long ago.
  const isWanted = intent.wish === wishOf(job) && (job.slot !== undefined || ageMs <= RECENT_MS);
  const name = made === undefined ? `"${noted.id}"` : inWords(made);
  const outcome =
    made === undefined
      ? "the list does not show it any more, and another one is taken now"
      : isWanted
        ? "it is taken over, and no second one is taken"
        : "it is in no state, and another one is taken now";
  await job.session.host.warn(
    job.urn,
    `an earlier run took snapshot ${name} and was stopped before its state was stored: ${outcome}`,
  );
  if (made !== undefined && isWanted) return waitUntilUsable(job, {}, made, intent.unfinished);
  await settle(job);
  return undefined;
}

/** A snapshot that was made, and that the list does not show; undefined when it is proven gone. */
async function lookForUnlisted(
  job: Job,
  intent: Intent,
  noted: NonNullable<Intent["made"]>,
  nowMs: number,
): Promise<ObservedSnapshot | undefined> {
  const known = unseen(noted);
  if (known === undefined || nowMs < lagEndMs(job, intent.unfinished)) return known;
  const observed = await job.platform.observe(job.target, referenceOf(describe(known)), job.scope);
  if (observed.outcome === "found") return observed.snapshot;
  return observed.outcome === "gone" ? undefined : known;
}

/** What is known of a snapshot that was made and is shown by no list yet. */
function unseen({ id }: NonNullable<Intent["made"]>): ObservedSnapshot | undefined {
  const { segments } = parseSnapshotId(id) ?? {};
  const snapshotId = segments?.at(-1);
  if (segments === undefined || snapshotId === undefined) return undefined;
  const [snapshotName = ""] = segments;
  return { snapshotId, segments, status: "pending", details: segments.length > 1 ? { snapshotName } : {} };
}

/** Waits until a snapshot that has a name is usable. */
export async function waitUntilUsable(
  job: Job,
  held: Properties,
  made: ObservedSnapshot,
  unfinished: Unfinished,
): Promise<Created> {
  const id = idOf(job.definition, job.target, made);
  const waiting = (snapshot: ObservedSnapshot): Properties => ({
    ...outsFor(job, snapshot, false),
    unfinished: unfinishedText(unfinished),
  });
  let latest = made;
  const reference = referenceOf(describe(made));
  // It is known from now on, and whoever is killed while it waits must leave that behind.
  if (!isEnded(made) && !job.isResumed) await noteMade(job, made, unfinished);
  try {
    const ended = await poll(
      async () => {
        if (isEnded(latest)) return latest;
        const observed = await job.platform.observe(
          job.target,
          reference,
          lookScope(job.scope, job.session.host.clock),
        );
        const isLate = job.session.host.clock.now() < lagEndMs(job, unfinished);
        if (observed.outcome === "gone" && !isLate) {
          throw new SnapshotsError(`${title(job)}: snapshot ${inWords(latest)} has vanished: ${observed.proof}`, {
            kind: "notFound",
          });
        }
        if (observed.outcome === "found") latest = observed.snapshot;
        return isEnded(latest) ? latest : undefined;
      },
      job.session.host.clock,
      job.scope.deadlineMs,
    );
    await noteMade(job, latest, unfinished);
    if (ended?.status === "available") return { id, outs: { ...outsFor(job, ended, false), ...keptTime(held, ended) } };
    const word = latest.platformStatus ?? latest.status;
    throw new UnfinishedError(
      id,
      waiting(latest),
      ended === undefined
        ? `${title(job)}: snapshot ${inWords(latest)} is not usable yet, its status is "${word}". It is noted in the ` +
            "state: run pulumi up again, which goes on waiting and takes no second one"
        : `${title(job)}: snapshot ${inWords(latest)} has failed, its status is "${word}". The next pulumi up takes another`,
    );
  } catch (error) {
    if (error instanceof UnfinishedError) throw error;
    await noteMade(job, latest, unfinished);
    throw new UnfinishedError(
      id,
      waiting(latest),
      `${title(job)}: snapshot ${inWords(latest)} was made, and whether it is usable can't be seen: ${messageOf(error)}. ` +
        "It is noted in the state: run pulumi up again",
      { cause: error },
    );
  }
}

function isEnded({ status }: ObservedSnapshot): boolean {
  return status === "available" || status === "failed";
}

function keptTime(held: Properties, snapshot: ObservedSnapshot): Properties {
  const createdAt = textOf(held, "createdAt") ?? snapshot.createdAt;
  return createdAt === undefined ? {} : { createdAt };
}
