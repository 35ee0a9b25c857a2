import { createHash } from "node:crypto";
import type { Creation, Labels, Listing, Match, Proof, Run } from "../../creation";
import { ownerIdFor } from "../../creation/owner-id";
import { instantOf } from "../../model/clock";
import { defined } from "../../model/defined";
import { parseSnapshotId, segmentsKey } from "../../model/ids";
import type { PlatformDefinition } from "../../model/platform";
import type { Scope } from "../../model/scope";
import { type ObservedSnapshot, onlyOne, type SnapshotList, type Target } from "../../model/snapshot";
import type { Properties } from "../host";
import { titleOf } from "../in-words";
import { requestOf, storedOwnerId } from "../request";
import { keyOf, type Opened, ownTimeoutMs, type Session, snapshotKey, textOf, urnOf } from "../session";
import { counted, type Verdict, wantsVerification } from "../verification";
import type { Verifiable } from "../verify";
import { describe, idOf, inWords, referenceOf } from "./state";

/** Greatest age at which a later run resumes the request of a run that was killed. */
export const RECOVER_WITHIN_MS = 60 * 60_000;
/** Longest time that a platform may work on a request, unless its definition gives one. */
const WORK_MS = 10 * 60_000;

/** One create of a snapshot, or the update that resumes it. */
export interface SnapshotJob extends Opened {
  readonly session: Session;
  readonly inputs: Properties;
  readonly target: Target;
  readonly urn: string | undefined;
  readonly ownerId: string;
  /** Whether the state had the owner id before this run. */
  readonly isOwnerStored: boolean;
  /** Whether the state already has the resource, so that its id can't change. */
  readonly isStored: boolean;
  /** Description that proves the snapshot is this resource's; only if the platform has them and the user set none. */
  readonly mark?: string;
  readonly labels?: Labels;
  /** Whether only this resource uses its name: then the snapshot is matched by name and newness, not by time. */
  readonly isNameOwn?: true;
  readonly ambiguity: Creation<ObservedSnapshot>["ambiguity"];
  /** Time limit of the create, in milliseconds. */
  readonly timeoutMs: number;
}

/** Opens the create of a snapshot for the given inputs; `stored` holds the resource's properties from the state. */
export function openJob(session: Session, inputs: Properties, stored: Properties = {}): SnapshotJob {
  const urn = urnOf(inputs);
  const opened = session.openFor(inputs);
  const { target } = opened;
  const storedId = storedOwnerId(stored);
  const ownerId = ownerIdFor(storedId);
  const ownMs = ownTimeoutMs(inputs, "create");
  const canMark = hasDescriptions(opened.definition, target) && textOf(inputs, "description") === undefined;
  return {
    ...opened,
    scope: { ...opened.scope, ...defined({ ownTimeoutMs: ownMs }) },
    session,
    inputs,
    target,
    urn,
    ownerId,
    isOwnerStored: storedId !== undefined,
    isStored: false,
    ...(canMark ? { mark: `Snapshot ${ownerId}` } : {}),
    ambiguity: "refuse",
    timeoutMs: ownMs ?? opened.definition.createTimeoutMs,
  };
}

function hasDescriptions(definition: PlatformDefinition, target: Target): boolean {
  const argument = definition.snapshotArguments?.["description"];
  return argument !== undefined && (argument.onlyWith ?? target.argument) === target.argument;
}

/** Request fingerprint. A hash, since triggers may be secrets and the journal holds none. */
function requestHashOf({ definition, target, inputs }: SnapshotJob): string {
  const triggers = Object.entries(inputs["triggers"] ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const request = JSON.stringify([definition.name, target.kind, target.id, triggers]);
  return createHash("sha256").update(request).digest("hex");
}

/** Unique key of a snapshot of the job's target. */
export function uniqueKeyOf({ definition, target }: SnapshotJob, { snapshotId }: ObservedSnapshot): string {
  return snapshotKey(definition, target, snapshotId);
}

/** Converts a platform's list into the form that `provider/creation` uses. */
export function listingOf(list: SnapshotList, nowMs: number): Listing<ObservedSnapshot> {
  return { items: list.snapshots, complete: list.complete, aheadMs: (list.serverTimeMs ?? nowMs) - nowMs };
}

/** Lists the target's snapshots, with the lead of the platform's clock. */
export async function listNow({ platform, target, session }: SnapshotJob, scope: Opened["scope"]) {
  return listingOf(await platform.list(target, scope), session.host.clock.now());
}

/** Downloads a snapshot and checks its bytes; loads the code for downloads only when called. */
export function verify(session: Session, subject: Verifiable, scope: Scope): Promise<Verdict> {
  return (require("../verify") as typeof import("../verify")).verify(subject, session.host, scope);
}

/** Verifies a snapshot that the platform calls usable. */
export async function prove(
  { session, definition, platform, target }: Pick<SnapshotJob, "session" | "definition" | "platform" | "target">,
  snapshot: ObservedSnapshot,
  scope: Scope,
): Promise<Proof<ObservedSnapshot>> {
  const reference = referenceOf(describe(snapshot));
  const subject = { definition, platform, target, reference, shown: snapshot.details["files"] };
  const verdict = await verify(session, subject, scope);
  const item = counted(snapshot, verdict);
  return verdict.outcome === "intact" ? { item } : { item, doubt: verdict.because };
}

/** Converts the job into a run of `provider/creation`. */
export function runOf(job: SnapshotJob): Run<ObservedSnapshot> {
  const { session, definition, platform, target, urn, inputs, mark } = job;
  const { clock, journal, warn } = session.host;
  const sentInputs: Properties = mark === undefined ? inputs : { ...inputs, description: mark };
  const bearsOwner = ({ details }: ObservedSnapshot): boolean => mark !== undefined && details["description"] === mark;
  const held = session.replacedBy(urn) ?? {};
  const what: Creation<ObservedSnapshot> = {
    urn,
    ownerId: job.ownerId,
    isOwnerStored: job.isOwnerStored,
    isStored: job.isStored,
    requestHash: requestHashOf(job),
    ...defined({ labels: job.labels }),
    noun: "snapshot",
    title: titleOf(job),
    listLagMs: definition.listLagMs,
    answerMs: definition.createAnswerMs ?? 0,
    workMs: definition.createAnswerMs ?? WORK_MS,
    timeoutMs: job.timeoutMs,
    recoverWithinMs: RECOVER_WITHIN_MS,
    ambiguity: job.ambiguity,
    advice: (progress) =>
      progress === "failed"
        ? "The next pulumi up takes another"
        : "Check it on the platform: it may be incomplete; a change of triggers takes another",
    remedy: ({ snapshotId }) =>
      job.ambiguity === "nearest"
        ? `a Snapshot with adopt: "${snapshotId}" manages it`
        : `pass adopt: "${snapshotId}" to manage that one, or change triggers to take another`,
    list: (scope) => listNow(job, scope),
    async send(scope) {
      const answer = await platform.create?.(target, sentInputs, scope);
      if (answer === undefined) throw new TypeError(`${definition.title} has no create`);
      const { snapshot, ...others } = answer;
      return { ...others, ...defined({ item: snapshot }) };
    },
    async observe(item, scope) {
      const observed = await platform.observe(target, referenceOf(describe(item)), scope);
      if (observed.outcome === "found") return { outcome: "found", item: observed.snapshot };
      return observed.outcome === "gone"
        ? { outcome: "gone", reason: observed.proof }
        : { outcome: "unproven", reason: observed.reason };
    },
    ...(wantsVerification(inputs) ? { prove: (item: ObservedSnapshot, scope: Scope) => prove(job, item, scope) } : {}),
    // A list that identifies snapshots by time does not show one under its version.
    isComparable: ({ snapshotId }, listed) =>
      listed.every((other) => (instantOf(other.snapshotId) === undefined) === (instantOf(snapshotId) === undefined)),
    fits: ({ labels }, { details }) => labels?.["name"] === undefined || details["name"] === labels["name"],
    match(request, fresh): Match<ObservedSnapshot> {
      const own = fresh.filter(bearsOwner);
      const from = own.length > 0 ? own : fresh;
      const wanted = request.labels?.["name"] === undefined ? inputs : { ...inputs, name: request.labels["name"] };
      const selection = platform.select?.(request.answer, from, wanted) ?? onlyOne(from);
      return selection.outcome === "one"
        ? { outcome: "one", item: selection.snapshot, others: selection.others }
        : selection;
    },
    describe(item) {
      const isTimed = job.isNameOwn !== true && item.createdAtIsDerived !== true;
      const trusted = isTimed ? instantOf(item.createdAt) : undefined;
      return {
        key: segmentsKey(item.segments),
        id: idOf(definition, target, item),
        uniqueKey: uniqueKeyOf(job, item),
        words: inWords(item),
        status: item.platformStatus ?? item.status,
        progress: progressOf(item),
        bearsOwner: bearsOwner(item),
        ...defined({ timeMs: trusted }),
      };
    },
    recall: ({ id }) => unseen(id),
    isHeld: ({ request, made }) =>
      requestOf(held)?.requestedAt === request.requestedAt ||
      (made !== undefined && (session.isReplacedUnseen(urn) || made.snapshotKey === keyOf(held))),
    isHeldByOther: (key) => session.isHeldByOther(urn, key),
    recordTaken: (key) => session.recordTaken(urn, key),
  };
  return { what, clock, journal, scope: job.scope, warn: (message) => warn(urn, message) };
}

function progressOf({ status, ended }: ObservedSnapshot): "waiting" | "ready" | "failed" | "ended" {
  if (status === "available") return "ready";
  if (status === "failed") return "failed";
  return ended === true ? "ended" : "waiting";
}

/** Reconstructs from its id a snapshot that no list shows yet. */
function unseen(id: string): ObservedSnapshot | undefined {
  const { segments } = parseSnapshotId(id) ?? {};
  const snapshotId = segments?.at(-1);
  if (segments === undefined || snapshotId === undefined) return undefined;
  const [snapshotName = ""] = segments;
  return { snapshotId, segments, status: "pending", details: segments.length > 1 ? { snapshotName } : {} };
}
