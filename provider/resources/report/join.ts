import { instantOf, isoText } from "../../model/clock";
import { parseDuration } from "../../model/duration";
import { formatSnapshotId, parseSnapshotId } from "../../model/ids";
import type { ObservedSnapshot } from "../../model/snapshot";
import { keepReasonText } from "../../schedule";
import { runByOf, runsAhead } from "../backup-policy/forecast";
import { judge } from "../backup-policy/freshness";
import { recordsOf } from "../backup-policy/records";
import { pastInstantOf } from "../dated-ahead";
import type { Properties } from "../host";
import { textOf } from "../session";
import { type Holding, holdingsOf, isHeldAs } from "../stack";
import type { Gathered, GatheredTarget, Listed, PolicyPart } from "./gather";
import type { Report, ReportPolicy, ReportSnapshot, ReportStack, ReportTarget, TargetFreshness } from "./model";
import { type SlotSnapshot, slotsWithout } from "./slots";

const DAY_MS = 86_400_000;
/** The spans of time that a timeline can show, in days. */
const SPANS = [7, 14, 30, 90, 180, 365, 1095, 3650];
/** How many of the newest snapshots a timeline shows at least. */
const MOST_NEEDED = 30;
/** The span of a target without any snapshot, in days. */
const EMPTY_SPAN = 30;
/** How much of a timeline is the time to come. */
const AHEAD = 0.08;

const FOREIGN = keepReasonText({ rule: "foreign" });

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}

/** What the policies say of a snapshot. */
interface Verdict {
  readonly kept: readonly string[];
  readonly going: string | undefined;
}

function verdictOf(policies: readonly PolicyPart[], snapshotId: string): Verdict {
  const fates = policies.flatMap(({ fate }) => ("problem" in fate ? [] : [fate]));
  const kept = fates.flatMap((fate) => fate.kept.flatMap(({ id, because }) => (id === snapshotId ? [because] : [])));
  const going = fates.flatMap((fate) => fate.going.flatMap(({ id, because }) => (id === snapshotId ? [because] : [])));
  return { kept: kept.filter((because) => because !== FOREIGN), going: going[0] };
}

function sizeOf({ sizeBytes, details }: ObservedSnapshot): number | null {
  const gib = details["sizeGib"];
  return sizeBytes ?? (typeof gib === "number" ? gib * 2 ** 30 : null);
}

type Fated = Pick<ReportSnapshot, "fate" | "because">;

function fateOf(
  status: string,
  platformStatus: string | undefined,
  holders: readonly Holding[],
  verdict: Verdict,
): Fated {
  if (status === "failed") return { fate: "failed", because: platformStatus ?? null };
  if (status === "gone") return { fate: "unlisted", because: "it no longer exists: expired or deleted" };
  if (status !== "available") return { fate: "unfinished", because: platformStatus ?? null };
  if (verdict.going !== undefined) return { fate: "going", because: verdict.going };
  const snapshots = holders.filter(({ resource }) => resource === "Snapshot");
  const reasons = [...verdict.kept, ...snapshots.map(({ urn }) => `managed by Snapshot ${nameOf(urn)}`)];
  if (reasons.length > 0) return { fate: "kept", because: [...new Set(reasons)].join(", ") };
  return holders.length > 0 ? { fate: "kept", because: null } : { fate: "untracked", because: null };
}

function listedSnapshot(
  target: GatheredTarget,
  { snapshots: _all, atMs }: Listed,
  holdings: readonly Holding[],
  snapshot: ObservedSnapshot,
): ReportSnapshot[] {
  const { definition, kind, id } = target;
  const holders = holdings.filter((holding) => isHeldAs(holding, snapshot));
  if (snapshot.status === "gone" && holders.length === 0) return [];
  const [createdMs] = [...holders.map(({ createdAt }) => createdAt), snapshot.createdAt].flatMap(
    (text) => pastInstantOf(text, atMs) ?? [],
  );
  // A check of its archive may have found broken what the platform calls a success.
  const isBroken = holders.some(({ status }) => status === "failed");
  const status = isBroken && snapshot.status === "available" ? "failed" : snapshot.status;
  const hasResourceId = Object.values(definition.targets).some((each) => each.kind === kind);
  const { segments } = snapshot;
  const address = { platform: definition.name, kind, target: id, segments, pending: false };
  return [
    {
      resourceId: hasResourceId ? formatSnapshotId(address) : null,
      snapshotId: snapshot.snapshotId,
      createdAt: createdMs === undefined ? null : isoText(createdMs),
      status,
      sizeBytes: sizeOf(snapshot),
      sizeText: snapshot.sizeText ?? null,
      ...fateOf(status, snapshot.platformStatus, holders, verdictOf(target.policies, snapshot.snapshotId)),
      managedBy: [...new Set(holders.map(({ urn }) => urn))],
      verifiedAt: holders.find(({ verifiedAt }) => verifiedAt !== undefined)?.verifiedAt ?? null,
    },
  ];
}

/** What a resource manages and the platform does not list. One that was just taken may not be visible yet. */
function unlistedSnapshot({ definition }: GatheredTarget, { atMs }: Listed, holding: Holding): ReportSnapshot {
  const createdMs = pastInstantOf(holding.createdAt, atMs);
  const isRecent = createdMs !== undefined && atMs - createdMs < definition.listLagMs;
  const isUsable = isRecent && holding.status === "available";
  const status = isUsable ? "available" : holding.status === "gone" ? "gone" : "unknown";
  return {
    resourceId: null,
    snapshotId: holding.snapshotId,
    createdAt: createdMs === undefined ? null : isoText(createdMs),
    status,
    sizeBytes: holding.sizeBytes ?? null,
    sizeText: null,
    fate: isUsable ? "kept" : isRecent ? "unfinished" : "unlisted",
    because: isRecent
      ? "in the stack's state, and not yet visible in the platform's list"
      : "in the stack's state, and not in the platform's list",
    managedBy: [holding.urn],
    verifiedAt: holding.verifiedAt ?? null,
  };
}

/** The Snapshots whose request has not shown its result yet. */
function pendingSnapshots({ parts }: GatheredTarget): ReportSnapshot[] {
  return parts.flatMap(({ resource: { resource, id, urn, outputs } }): ReportSnapshot[] => {
    const address = resource === "Snapshot" ? parseSnapshotId(id) : undefined;
    if (!address?.pending || textOf(outputs, "snapshotId") !== undefined) return [];
    return [
      {
        resourceId: id,
        snapshotId: "pending",
        createdAt: null,
        status: "pending",
        sizeBytes: null,
        sizeText: null,
        fate: "unfinished",
        because: `requested at ${address.segments[0]}, and its result is not known yet`,
        managedBy: [urn],
        verifiedAt: null,
      },
    ];
  });
}

function newestFirst(snapshots: readonly ReportSnapshot[]): ReportSnapshot[] {
  const timeMs = ({ createdAt }: ReportSnapshot): number => instantOf(createdAt) ?? 0;
  return [...snapshots].sort((one, other) => timeMs(other) - timeMs(one));
}

function snapshotsOf(target: GatheredTarget, list: Listed): ReportSnapshot[] {
  const holdings = target.parts.flatMap(({ resource }) => holdingsOf(resource));
  const unlisted = holdings.filter((holding) => !list.snapshots.some((snapshot) => isHeldAs(holding, snapshot)));
  return newestFirst([
    ...pendingSnapshots(target),
    ...list.snapshots.flatMap((snapshot) => listedSnapshot(target, list, holdings, snapshot)),
    ...unlisted.map((holding) => unlistedSnapshot(target, list, holding)),
  ]);
}

/** Whether the newest usable snapshot is young enough for a policy: what its own refresh would say. */
function freshnessFor(part: PolicyPart, snapshots: readonly ReportSnapshot[], atMs: number): boolean | null {
  const { outputs } = part.resource;
  const isByPlatform = runByOf(outputs) === "platform";
  // Whose a snapshot is can't be told then.
  if (isByPlatform && "problem" in part.fate) return null;
  const own = new Set("problem" in part.fate ? [] : part.fate.kept.map(({ id }) => id));
  const counted = snapshots.flatMap(({ snapshotId, status, createdAt, fate }) =>
    fate === "unlisted" || (isByPlatform && !own.has(snapshotId))
      ? []
      : [{ snapshotId, status, ...(createdAt === null ? {} : { createdAt }) }],
  );
  const madeAt = isByPlatform && outputs["adopted"] !== true ? textOf(outputs, "createdAt") : undefined;
  return judge(outputs, counted, atMs, madeAt).fresh ?? null;
}

function retentionText({ retention }: Properties): string | null {
  if (typeof retention !== "object" || retention === null) return null;
  return Object.entries(retention)
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join(", ");
}

function scheduleTexts({ schedules }: Properties): string[] {
  if (!Array.isArray(schedules)) return [];
  return schedules.map(({ cron, timezone = "UTC", kind }: Properties) =>
    [cron, timezone, kind].filter((part) => part !== undefined).join(" "),
  );
}

function policyOf(
  { definition, parts }: GatheredTarget,
  part: PolicyPart,
  snapshots: readonly ReportSnapshot[] | undefined,
  span: Span,
  atMs: number,
): ReportPolicy {
  const { urn, outputs } = part.resource;
  const runBy = runByOf(outputs);
  const slots = new Map(
    parts.flatMap(({ resource }) => recordsOf(resource.outputs).map(({ id, slot }) => [id, instantOf(slot)] as const)),
  );
  const settling = snapshots?.map(
    (snapshot): SlotSnapshot => ({
      isUsable: snapshot.status === "available",
      createdMs: instantOf(snapshot.createdAt),
      slotMs: slots.get(snapshot.snapshotId),
      isOwn: snapshot.managedBy.includes(urn),
    }),
  );
  return {
    urn,
    name: nameOf(urn),
    stack: part.stack,
    runBy,
    suspended: outputs["suspended"] === true,
    schedules: scheduleTexts(outputs),
    retention: retentionText(outputs),
    maxAge: textOf(outputs, "maxAge") ?? null,
    fresh: snapshots === undefined ? null : freshnessFor(part, snapshots, atMs),
    ...runsAhead(outputs, atMs),
    slots: settling === undefined ? [] : slotsWithout(definition, runBy, outputs, settling, span.fromMs, atMs),
    problem: snapshots !== undefined && "problem" in part.fate ? part.fate.problem : null,
  };
}

/** The time that a timeline shows, in milliseconds since 1970. */
interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The shortest span that holds the newest snapshots, all of them where they are few. */
export function spanOf(instantsMs: readonly number[], nowMs: number): Span {
  const newest = [...instantsMs].sort((one, other) => other - one).slice(0, MOST_NEEDED);
  const oldestMs = newest.at(-1);
  const ageDays = oldestMs === undefined ? EMPTY_SPAN : (nowMs - oldestMs) / DAY_MS;
  const days = SPANS.find((each) => each >= ageDays) ?? Math.ceil(ageDays);
  return { fromMs: nowMs - days * DAY_MS, toMs: nowMs + days * DAY_MS * AHEAD };
}

function freshnessOf(policies: readonly ReportPolicy[], isRead: boolean): TargetFreshness {
  if (!isRead) return "unknown";
  const judged = policies.flatMap(({ fresh }) => fresh ?? []);
  if (judged.includes(false)) return "stale";
  if (policies.some(({ fresh, maxAge, problem }) => fresh === null && maxAge !== null && problem !== null))
    return "unknown";
  return judged.length === 0 ? "unjudged" : "fresh";
}

function maxAgeSecondsOf(policies: readonly ReportPolicy[]): number | null {
  const ages = policies.flatMap(({ maxAge }) => {
    const parsed = parseDuration(maxAge ?? "");
    return "milliseconds" in parsed ? [parsed.milliseconds / 1000] : [];
  });
  return ages.length === 0 ? null : Math.min(...ages);
}

function targetOf(target: GatheredTarget, nowMs: number): ReportTarget {
  const { definition, kind, id, list, parts } = target;
  const isRead = !("problem" in list);
  const snapshots = isRead ? snapshotsOf(target, list) : undefined;
  const usable = (snapshots ?? []).filter(({ status, createdAt }) => status === "available" && createdAt !== null);
  const dated = (snapshots ?? []).flatMap(({ createdAt }) => instantOf(createdAt) ?? []);
  const span = spanOf(dated, nowMs);
  const atMs = isRead ? list.atMs : nowMs;
  const policies = target.policies.map((part) => policyOf(target, part, snapshots, span, atMs));
  return {
    platform: definition.name,
    platformTitle: definition.title,
    kind,
    id,
    stacks: [...new Set(parts.map(({ stack }) => stack))],
    problem: isRead ? null : list.problem,
    freshness: freshnessOf(policies, isRead),
    lastSnapshotAt: usable[0]?.createdAt ?? null,
    maxAgeSeconds: maxAgeSecondsOf(policies),
    policies,
    snapshots: snapshots ?? [],
    from: isoText(span.fromMs),
    to: isoText(span.toMs),
  };
}

/** A target of which no stack was read: nothing tells whose its snapshots are. */
function withoutStacks(target: ReportTarget): ReportTarget {
  const snapshots = target.snapshots.map(
    (snapshot): ReportSnapshot => (snapshot.fate === "untracked" ? { ...snapshot, fate: "listed" } : snapshot),
  );
  return { ...target, snapshots };
}

/** Joins what platforms list with what stacks hold: the data behind a report. */
export function joinReport(
  gathered: readonly Gathered[],
  stacks: readonly ReportStack[],
  notes: readonly string[],
  nowMs: number,
): Report {
  const key = ({ platform, kind, id }: ReportTarget): string => JSON.stringify([platform, kind, id]);
  return {
    generatedAt: isoText(nowMs),
    stacks,
    targets: gathered
      .flatMap(({ targets }) => targets.map((target) => targetOf(target, nowMs)))
      .map((target) => (stacks.length === 0 ? withoutStacks(target) : target))
      .sort((one, other) => (key(one) < key(other) ? -1 : 1)),
    notes,
    problems: gathered.flatMap(({ problems }) => problems),
  };
}

/** Whether everything that a report is about could be read: an unknown answer is never taken for "there is none". */
export function isWhole({ stacks, targets, problems }: Report): boolean {
  return (
    problems.length === 0 &&
    stacks.every(({ problem }) => problem === null) &&
    targets.every((target) => target.problem === null && target.policies.every(({ problem }) => problem === null))
  );
}
