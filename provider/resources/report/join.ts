import { instantOf, isoText } from "../../model/clock";
import { parseDuration } from "../../model/duration";
import { nameInUrn } from "../../model/urn";
import { runByOf, runsAhead } from "../backup-policy/forecast";
import { evaluateFreshness } from "../backup-policy/freshness";
import { recordsOf } from "../backup-policy/records";
import type { Properties } from "../host";
import { textOf } from "../session";
import type { Gathered, GatheredTarget, PolicyPart } from "./gather";
import type { Report, ReportPolicy, ReportSnapshot, ReportStack, ReportTarget, TargetFreshness } from "./model";
import { type SlotSnapshot, slotsWithout } from "./slots";
import { snapshotsOf } from "./snapshots";

const DAY_MS = 86_400_000;
/** Time spans that a timeline can show, in days. */
const SPANS = [7, 14, 30, 90, 180, 365, 1095, 3650];
/** Number of the newest snapshots that a timeline shows at least. */
const MOST_NEEDED = 30;
/** Time span for a target without snapshots, in days. */
const EMPTY_SPAN = 30;
/** Future part of a timeline, as a fraction of its past. */
const AHEAD = 0.08;

/** Whether the newest usable snapshot is young enough for a policy, as its refresh would report it; null if unknown. */
function freshnessFor(part: PolicyPart, snapshots: readonly ReportSnapshot[], atMs: number): boolean | null {
  const { outputs } = part.resource;
  const isByPlatform = runByOf(outputs) === "platform";
  // Without a fate, the policy's own snapshots are not known.
  if (isByPlatform && "problem" in part.fate) return null;
  const own = new Set("problem" in part.fate ? [] : part.fate.kept.map(({ id }) => id));
  const counted = snapshots.flatMap(({ snapshotId, status, createdAt, fate }) =>
    fate === "unlisted" || (isByPlatform && !own.has(snapshotId))
      ? []
      : [{ snapshotId, status, ...(createdAt === null ? {} : { createdAt }) }],
  );
  const madeAt = isByPlatform && outputs["adopted"] !== true ? textOf(outputs, "createdAt") : undefined;
  return evaluateFreshness(outputs, counted, atMs, madeAt).fresh ?? null;
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
    name: nameInUrn(urn),
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

/** Time span of a timeline, in milliseconds since 1970. */
interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Shortest span that contains the newest snapshots, or all of them if there are few. */
export function spanOf(instantsMs: readonly number[], nowMs: number): Span {
  const newest = [...instantsMs].sort((one, other) => other - one).slice(0, MOST_NEEDED);
  const oldestMs = newest.at(-1);
  const ageDays = oldestMs === undefined ? EMPTY_SPAN : (nowMs - oldestMs) / DAY_MS;
  const days = SPANS.find((each) => each >= ageDays) ?? Math.ceil(ageDays);
  return { fromMs: nowMs - days * DAY_MS, toMs: nowMs + days * DAY_MS * AHEAD };
}

function freshnessOf(policies: readonly ReportPolicy[], isRead: boolean): TargetFreshness {
  if (!isRead) return "unknown";
  const evaluated = policies.flatMap(({ fresh }) => fresh ?? []);
  if (evaluated.includes(false)) return "stale";
  if (policies.some(({ fresh, maxAge, problem }) => fresh === null && maxAge !== null && problem !== null))
    return "unknown";
  return evaluated.length === 0 ? "unjudged" : "fresh";
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

/** Adapts a target when no stack was read, so that nothing shows which resources manage its snapshots. */
function withoutStacks(target: ReportTarget): ReportTarget {
  const snapshots = target.snapshots.map(
    (snapshot): ReportSnapshot => (snapshot.fate === "untracked" ? { ...snapshot, fate: "listed" } : snapshot),
  );
  return { ...target, snapshots };
}

/** Joins the platforms' lists with the stacks' states into the data of a report. */
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

/** Whether everything in a report could be read: an unknown answer never counts as "there is none". */
export function isWhole({ stacks, targets, problems }: Report): boolean {
  return (
    problems.length === 0 &&
    stacks.every(({ problem }) => problem === null) &&
    targets.every((target) => target.problem === null && target.policies.every(({ problem }) => problem === null))
  );
}
