import { z } from "zod";
import { instantOf, isoText } from "../model/clock";
import { parseDuration } from "../model/duration";
import type { SnapshotStatus } from "../model/snapshot";
import { objectProblem } from "./words";
import { canonicalZone, DEFAULT_ZONE, wallTimeAt, zoneProblem, zoneSchema } from "./zone";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** An instant in the canonical form, without days 29–31 and hour 24, which may stand for the next day. */
const ISO_UTC = /^\d{4}-\d\d-([01]\d|2[0-8])T([01]\d|2[0-3]):\d\d:\d\d\.\d{3}Z$/;

/** Number of newest usable snapshots that always stay, unless `minimumRetained` is set. */
export const DEFAULT_MINIMUM_RETAINED = 1;

/** Largest number of snapshots that one run deletes, unless `maxDeletes` is set. */
export const DEFAULT_MAX_DELETES = 10;

function count(description: string) {
  return z
    .int("must be a whole number, 0 or more")
    .min(0, "must be a whole number, 0 or more")
    .optional()
    .meta({ description });
}

function limit(message: string, description: string) {
  return z.int(message).min(1, message).optional().meta({ description });
}

const rulesHint = 'such as keepDaily: 7 or keepWithin: "30d"; leave retention out to prune nothing';

const argumentNames = [
  "keepLast",
  "keepHourly",
  "keepDaily",
  "keepWeekly",
  "keepMonthly",
  "keepYearly",
  "keepWithin",
  "minimumRetained",
  "maxDeletes",
  "timezone",
];

/** Schema of a retention, as a user writes it. */
export const retentionSchema = z
  .strictObject(
    {
      keepLast: count("the newest so many"),
      keepHourly: count("the newest of each of the last so many hours that have one"),
      keepDaily: count("the newest of each of the last so many days that have one"),
      keepWeekly: count("the newest of each of the last so many ISO weeks that have one"),
      keepMonthly: count("the newest of each of the last so many months that have one"),
      keepYearly: count("the newest of each of the last so many years that have one"),
      keepWithin: z
        .string('must be text: a duration, such as "30d"')
        .superRefine((text, context) => {
          const parsed = parseDuration(text);
          if ("problem" in parsed) context.addIssue({ code: "custom", message: parsed.problem });
        })
        .optional()
        .meta({ description: "all that are younger than this, counted back from the newest" }),
      minimumRetained: limit(
        "must be a whole number, 1 or more: the newest usable snapshot always stays",
        `so many of the newest usable snapshots stay whatever the rules say (default: ${DEFAULT_MINIMUM_RETAINED})`,
      ),
      maxDeletes: limit(
        "must be a whole number, 1 or more: leave retention out to prune nothing",
        `deletions in one run at most (default: ${DEFAULT_MAX_DELETES})`,
      ),
      timezone: zoneSchema.optional().meta({
        description: "the zone whose hours, days, weeks, months and years count (default: the first schedule's)",
      }),
    },
    { error: objectProblem("a retention, such as { keepDaily: 7 }", argumentNames) },
  )
  .superRefine(({ minimumRetained, maxDeletes, timezone, ...rules }, context) => {
    const given = Object.values(rules).filter((value) => value !== undefined);
    if (given.length === 0) context.addIssue({ code: "custom", message: `keeps nothing: write a rule, ${rulesHint}` });
    else if (given.every((value) => value === 0)) {
      context.addIssue({ code: "custom", message: `keeps nothing, all its counts are 0: write a rule, ${rulesHint}` });
    }
  })
  .meta({ description: "what to keep; everything else is pruned" });

/**
 * Retention of a policy, by restic's rules: hours, days, ISO weeks, months and years are those of the calendar in
 * `timezone`, only those with a snapshot count, the newest of each is kept, and one matching rule keeps a snapshot.
 * Counts are whole numbers, `keepWithin` is a duration. Source: https://restic.readthedocs.io/en/stable/060_forget.html
 */
export type Retention = z.infer<typeof retentionSchema>;

/** Returns why a retention is not valid, with what to write; undefined if it is valid. */
export function retentionProblem(retention: unknown): string | undefined {
  const checked = retentionSchema.safeParse(retention);
  if (checked.success) return undefined;
  const { path, message } = checked.error.issues[0] ?? { path: [], message: "not valid" };
  return `${["retention", ...path].map(String).join(".")}: ${message}`;
}

/** A snapshot as input of a retention. */
export interface RetainedSnapshot {
  readonly id: string;
  /** ISO-8601 with a zone; without it the snapshot is never pruned and never counts. */
  readonly createdAt?: string | undefined;
  /** Only `available` ones count; the others are never pruned. */
  readonly status: SnapshotStatus;
  /** True if not taken by this policy: never pruned, never counts. Default false. */
  readonly foreign?: boolean;
  /** True if also managed by another resource: never pruned, never counts. Default false. */
  readonly held?: boolean;
}

/** Rules that count calendar buckets, from the finest to the coarsest. */
export type BucketRule = "hourly" | "daily" | "weekly" | "monthly" | "yearly";

/** Reason for keeping a snapshot. */
export type KeepReason =
  | { readonly rule: "newest" | "minimum" | "last" | "future" | "undated" | "foreign" | "held" }
  /** `bucket` is an hour, day, ISO week, month or year in the retention's zone, such as `2026-11-21` or `2026-W47`. */
  | { readonly rule: BucketRule; readonly bucket: string }
  /** The oldest snapshot, kept while a rule has more buckets left than there are snapshots to fill them. */
  | { readonly rule: "oldest"; readonly of: BucketRule; readonly bucket: string }
  | { readonly rule: "within"; readonly duration: string }
  | { readonly rule: "status"; readonly status: SnapshotStatus };

/** A snapshot that stays, and the reasons. */
export interface KeptSnapshot {
  readonly id: string;
  readonly reasons: readonly KeepReason[];
}

/** A snapshot to prune, and the reason. */
export interface PrunedSnapshot {
  readonly id: string;
  /** ISO-8601 UTC. */
  readonly createdAt: string;
  /** Phrase with the rules that don't keep it. */
  readonly because: string;
}

/** Effect of a retention on snapshots, each of which is in exactly one of the three lists. */
export interface Simulation {
  /** Newest first; those without a time at the end. */
  readonly kept: readonly KeptSnapshot[];
  /** To be deleted now, oldest first: at most `maxDeletes`. */
  readonly pruned: readonly PrunedSnapshot[];
  /** To be deleted by later runs, oldest first. */
  readonly queued: readonly PrunedSnapshot[];
}

/** Inputs of a simulation besides retention and snapshots. */
export interface SimulationContext {
  /** Current time, in milliseconds since 1970: snapshots from the future are kept and never count. */
  readonly nowMs: number;
  /** The first schedule's zone, for a retention without its own; default UTC. */
  readonly timezone?: string | undefined;
}

/** Formats a reason: `daily 2026-11-21`, `within 30d of the newest`. */
export function keepReasonText(reason: KeepReason): string {
  switch (reason.rule) {
    case "within":
      return `within ${reason.duration} of the newest`;
    case "oldest":
      return `oldest ${reason.of} ${reason.bucket}`;
    case "status":
      return `${reason.status}, never pruned`;
    case "future":
      return "in the future, never pruned";
    case "undated":
      return "without a known time, never pruned";
    case "foreign":
      return "not owned by this policy";
    case "held":
      return "managed by another resource";
    case "newest":
    case "minimum":
    case "last":
      return reason.rule;
    default:
      return `${reason.rule} ${reason.bucket}`;
  }
}

function isoWeekOf(wallMs: number): string {
  const weekday = (new Date(wallMs).getUTCDay() + 6) % 7;
  const thursday = new Date(wallMs + (3 - weekday) * dayMs);
  const year = thursday.getUTCFullYear();
  const week = 1 + Math.floor((thursday.getTime() - Date.UTC(year, 0)) / (7 * dayMs));
  return `${year}-W${String(week).padStart(2, "0")}`;
}

const bucketRules: readonly {
  readonly rule: BucketRule;
  readonly argument: "keepHourly" | "keepDaily" | "keepWeekly" | "keepMonthly" | "keepYearly";
  readonly bucketOf: (wallMs: number) => string;
  /** Unit that no bucket splits: two times in the same unit are in the same bucket. */
  readonly unitMs: number;
}[] = [
  { rule: "hourly", argument: "keepHourly", bucketOf: (wallMs) => isoText(wallMs).slice(0, 13), unitMs: hourMs },
  { rule: "daily", argument: "keepDaily", bucketOf: (wallMs) => isoText(wallMs).slice(0, 10), unitMs: dayMs },
  { rule: "weekly", argument: "keepWeekly", bucketOf: isoWeekOf, unitMs: dayMs },
  { rule: "monthly", argument: "keepMonthly", bucketOf: (wallMs) => isoText(wallMs).slice(0, 7), unitMs: dayMs },
  { rule: "yearly", argument: "keepYearly", bucketOf: (wallMs) => isoText(wallMs).slice(0, 4), unitMs: dayMs },
];

interface Dated {
  readonly id: string;
  readonly createdMs: number;
}

function newestFirst(one: Dated, other: Dated): number {
  return other.createdMs - one.createdMs || (one.id < other.id ? 1 : -1);
}

function bucketReasons(retention: Retention, good: readonly Dated[], zone: string): Map<string, KeepReason[]> {
  const reasons = new Map<string, KeepReason[]>();
  const add = (id: string, reason: KeepReason): void => {
    reasons.set(id, [...(reasons.get(id) ?? []), reason]);
  };
  for (const { rule, argument, bucketOf, unitMs } of bucketRules) {
    let left = retention[argument] ?? 0;
    let last: string | undefined;
    let lastUnit: number | undefined;
    for (const [index, { id, createdMs }] of good.entries()) {
      if (left === 0) break;
      const wallMs = wallTimeAt(zone, createdMs);
      const unit = Math.floor(wallMs / unitMs);
      const bucket = last !== undefined && unit === lastUnit ? last : bucketOf(wallMs);
      lastUnit = unit;
      if (bucket !== last) {
        add(id, { rule, bucket });
        left -= 1;
        last = bucket;
      } else if (index === good.length - 1) {
        add(id, { rule: "oldest", of: rule, bucket });
      }
    }
  }
  return reasons;
}

/** Returns why the rules keep each good snapshot, given newest first; no entry for those that no rule keeps. */
function reasonsOfGood(retention: Retention, good: readonly Dated[], zone: string): Map<string, KeepReason[]> {
  const { keepLast = 0, keepWithin, minimumRetained = DEFAULT_MINIMUM_RETAINED } = retention;
  const reasons = bucketReasons(retention, good, zone);
  const within = keepWithin === undefined ? undefined : parseDuration(keepWithin);
  const newestMs = good[0]?.createdMs ?? 0;
  const counted = Math.max(1, keepLast, minimumRetained);
  for (const [index, { id, createdMs }] of good.entries()) {
    const isWithin = within !== undefined && "milliseconds" in within && createdMs > newestMs - within.milliseconds;
    if (index >= counted && !isWithin) break;
    const own = reasons.get(id) ?? [];
    if (isWithin) own.unshift({ rule: "within", duration: keepWithin ?? "" });
    if (index < keepLast) own.unshift({ rule: "last" });
    if (index === 0) own.unshift({ rule: "newest" });
    if (index < minimumRetained && own.length === 0) own.push({ rule: "minimum" });
    if (own.length > 0) reasons.set(id, own);
  }
  return reasons;
}

function rulesText({ minimumRetained, maxDeletes, timezone, ...rules }: Retention): string {
  const given = Object.entries(rules).filter(([, value]) => value !== undefined && value !== 0);
  return given.map(([name, value]) => `${name} ${value}`).join(", ");
}

function uncounted(snapshot: RetainedSnapshot, createdMs: number | undefined, nowMs: number): KeepReason | undefined {
  if (snapshot.foreign) return { rule: "foreign" };
  if (snapshot.held) return { rule: "held" };
  if (snapshot.status !== "available") return { rule: "status", status: snapshot.status };
  if (createdMs === undefined) return { rule: "undated" };
  return createdMs > nowMs ? { rule: "future" } : undefined;
}

/**
 * Determines what a retention keeps and prunes, without side effects. Only usable snapshots that the policy took, with
 * a known time that is not in the future, count and can be pruned; the newest `minimumRetained` of them always stay.
 * Deletions beyond `maxDeletes` are queued. Snapshots of the same instant are ordered by id.
 * Throws if the retention or the zone is not valid.
 */
export function simulate(
  retention: Retention,
  snapshots: readonly RetainedSnapshot[],
  { nowMs, timezone = DEFAULT_ZONE }: SimulationContext,
): Simulation {
  const problem = retentionProblem(retention) ?? zoneProblem(timezone);
  if (problem !== undefined) throw new Error(problem);
  const zone = retention.timezone ?? timezone;

  const dated = snapshots.map((snapshot) => ({ snapshot, createdMs: instantOf(snapshot.createdAt) }));
  const good = dated
    .flatMap(({ snapshot, createdMs }) =>
      createdMs === undefined || uncounted(snapshot, createdMs, nowMs)
        ? []
        : { id: snapshot.id, createdMs, createdAt: snapshot.createdAt },
    )
    .sort(newestFirst);
  const reasons = reasonsOfGood(retention, good, zone);

  const kept = dated.flatMap(({ snapshot, createdMs }) => {
    const why = uncounted(snapshot, createdMs, nowMs);
    const all = why === undefined ? (reasons.get(snapshot.id) ?? []) : [why];
    return all.length === 0 ? [] : { id: snapshot.id, createdMs: createdMs ?? Number.NEGATIVE_INFINITY, reasons: all };
  });
  const because = `outside ${rulesText(retention)}`;
  const going = good
    .filter(({ id }) => !reasons.has(id))
    .reverse()
    // Formatting the instant again would take longer than all the rest.
    .map(({ id, createdMs, createdAt = "" }) => ({
      id,
      createdAt: ISO_UTC.test(createdAt) ? createdAt : isoText(createdMs),
      because,
    }));
  const most = retention.maxDeletes ?? DEFAULT_MAX_DELETES;
  return {
    kept: kept
      .sort((one, other) =>
        one.createdMs === other.createdMs ? (one.id < other.id ? 1 : -1) : newestFirst(one, other),
      )
      .map(({ id, reasons: own }) => ({ id, reasons: own })),
    pruned: going.slice(0, most),
    queued: going.slice(most),
  };
}

/**
 * Whether two retentions mean the same: `2w` equals `14d`, a count of 0 equals none, limits have their defaults,
 * aliases of a zone equal that zone. A missing zone differs from any other: fill in the first schedule's zone before.
 */
export function sameRetention(one: Retention | undefined, other: Retention | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  const meaning = (retention: Retention): string => {
    const { keepWithin, timezone } = retention;
    const within = keepWithin === undefined ? undefined : parseDuration(keepWithin);
    return JSON.stringify([
      retention.keepLast ?? 0,
      ...bucketRules.map(({ argument }) => retention[argument] ?? 0),
      within !== undefined && "milliseconds" in within ? within.milliseconds : (keepWithin ?? 0),
      retention.minimumRetained ?? DEFAULT_MINIMUM_RETAINED,
      retention.maxDeletes ?? DEFAULT_MAX_DELETES,
      timezone === undefined ? "" : canonicalZone(timezone),
    ]);
  };
  return meaning(one) === meaning(other);
}
